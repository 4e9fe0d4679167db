/**
 * Live state of routes: what Route 53 is told to answer, PENDING changes among it, and whether the change that is asked about has
 * reached every name server. Never infers anything from a write.
 */
import type { Call } from '../../core/call.ts'
import type { Route53RouteSpec, RouteKey } from '../../core/migration.ts'
import type { Reading, Unreadable } from '../../core/observation.ts'
import type { Instant } from '../../core/time.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import { byAccount, type Got } from '../elb/batches.ts'
import { normalise } from './normalise.ts'
import { rawOf, setsOf, type RecordSets } from './records.ts'
import { isInSync, setsByName } from './requests.ts'

export interface Found {
  readonly sets: Got<RecordSets>
  /** When it was asked for: what it says is at least as new. */
  readonly at: Instant
}

/** Answers for every route; each name of a zone is asked for once. */
export async function readSets(
  aws: Aws & TurnTaking,
  clock: Clock,
  routes: readonly Route53RouteSpec[],
  call: Call
): Promise<ReadonlyMap<RouteKey, Found>> {
  const asked = byAccount(routes).flatMap(({ account, routes: ofAccount }) =>
    [...Map.groupBy(ofAccount, ({ hostedZone }) => hostedZone)].map(async ([zone, members]) => {
      const at = clock.now()
      const names = members.map(({ record }) => record)
      const found = await setsByName({ aws, account, call }, zone, names)
      return members.map((route) => [route.key, { sets: found.get(route.record) ?? lost(route), at }] as const)
    })
  )
  return new Map((await Promise.all(asked)).flat())
}

/** What a route's records say of its two sides. */
export function readingOf(route: Route53RouteSpec, found: Found, inSync?: boolean | null): Reading | Unreadable {
  if (found.sets instanceof AwsFailure) return unreadable(found.sets)
  const normal = normalise(route, found.sets)
  if (normal.kind === 'shapeless') {
    const { code, detail } = normal
    return { kind: 'unreadable', code, detail, gone: code === 'record_missing' }
  }
  return {
    kind: 'reading',
    share: normal.share,
    attached: true,
    stickySeconds: null,
    shape: normal.shape,
    readAt: found.at,
    ttlSeconds: normal.ttlSeconds,
    ...(normal.uneven ? { uneven: true } : {}),
    ...(inSync === undefined ? {} : { inSync }),
    raw: rawOf(setsOf(route, found.sets))
  }
}

/**
 * Whether each route's change has spread; null where that cannot be told, and nothing of a change that Route 53 does not know: it
 * may forget old ones, and just after a write it may not know a new one yet. Guessing would call a step in effect that nobody
 * sees; the same batch sent again has an id of its own, whose INSYNC covers the lost one.
 */
export async function syncs(
  aws: Aws & TurnTaking,
  routes: readonly Route53RouteSpec[],
  changes: ReadonlyMap<RouteKey, string>,
  call: Call
): Promise<ReadonlyMap<RouteKey, boolean | null>> {
  const asked = byAccount(routes).flatMap(({ account, routes: members }) => {
    const byChange = Map.groupBy(members, ({ key }) => changes.get(key) ?? null)
    return [...byChange].map(async ([changeId, sharers]) => {
      if (changeId === null) return []
      const inSync = await isInSync({ aws, account, call }, changeId).catch((error: unknown) => {
        if (!(error instanceof AwsFailure)) throw error
        return error.code === 'NoSuchChange' ? undefined : null
      })
      return inSync === undefined ? [] : sharers.map(({ key }) => [key, inSync] as const)
    })
  })
  return new Map((await Promise.all(asked)).flat())
}

export function unreadable(failure: AwsFailure): Unreadable {
  return { kind: 'unreadable', code: failure.code, detail: failure.message, gone: failure.gone }
}

function lost(route: Route53RouteSpec): AwsFailure {
  return new AwsFailure(`${route.record} was not answered for`, { kind: 'bug', code: 'NotAnswered' })
}
