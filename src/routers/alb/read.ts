/**
 * Live state of routes: the actions that AWS reports now, in batches, each with why it could not be had. Never infers
 * anything from a write.
 */
import type { Call } from '../../core/call.ts'
import type { RouteKey, AlbRouteSpec } from '../../core/migration.ts'
import type { Reading, Unreadable } from '../../core/observation.ts'
import type { Instant } from '../../core/time.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import { rawOf, sidesOf, type Actions } from './actions.ts'
import { byAccount, type Got } from '../elb/batches.ts'
import { normalise } from './normalise.ts'
import { actionsByArn } from './requests.ts'

export interface Found {
  readonly actions: Got<Actions>
  /** When it was asked for: what it says is at least as new. */
  readonly at: Instant
}

/** Answers for every route. */
export async function readActions(
  aws: Aws & TurnTaking,
  clock: Clock,
  routes: readonly AlbRouteSpec[],
  call: Call
): Promise<ReadonlyMap<RouteKey, Found>> {
  const asked = byAccount(routes).flatMap(({ account, routes: members }) =>
    (['listener', 'rule'] as const).map(async (kind) => {
      const wanted = members.filter((route) => route.target.kind === kind)
      if (wanted.length === 0) return []
      const at = clock.now()
      const arns = wanted.map((route) => route.target.arn)
      const found = await actionsByArn({ aws, account, call }, kind, arns)
      return wanted.map((route) => [route.key, { actions: found.get(route.target.arn) ?? lost(route), at }] as const)
    })
  )
  return new Map((await Promise.all(asked)).flat())
}

/** What a route's actions say of its two sides. */
export function readingOf(route: AlbRouteSpec, found: Found): Reading | Unreadable {
  if (found.actions instanceof AwsFailure) return unreadable(found.actions)
  const normal = normalise(found.actions, sidesOf(route))
  if (normal.kind === 'shapeless') {
    return { kind: 'unreadable', code: normal.code, detail: `${route.target.arn}: ${normal.detail}`, gone: false }
  }
  const { share, attached, stickySeconds, shape } = normal
  return { kind: 'reading', share, attached, stickySeconds, shape, readAt: found.at, raw: rawOf(found.actions) }
}

export function unreadable(failure: AwsFailure): Unreadable {
  return { kind: 'unreadable', code: failure.code, detail: failure.message, gone: failure.gone }
}

function lost(route: AlbRouteSpec): AwsFailure {
  return new AwsFailure(`${route.target.arn} was not answered for`, { kind: 'bug', code: 'NotAnswered' })
}
