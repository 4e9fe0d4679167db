/**
 * Health of the targets of both sides. Each target group is asked for once, however many routes share it, and always as
 * the account of the route: a target group lives where its load balancer does.
 */
import type { Call } from '../../core/call.ts'
import type { AccountRef, RouteKey, AlbRouteSpec } from '../../core/migration.ts'
import type { SidesHealth, TargetsHealth, Unreadable } from '../../core/observation.ts'
import type { Instant } from '../../core/time.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import { byAccount, type Got } from '../elb/batches.ts'
import { unreadable } from './read.ts'
import { targetsHealthOf } from '../elb/targets.ts'

export async function readHealth(
  aws: Aws & TurnTaking,
  clock: Clock,
  routes: readonly AlbRouteSpec[],
  call: Call
): Promise<ReadonlyMap<RouteKey, SidesHealth | Unreadable>> {
  const answers = byAccount(routes).map(async ({ account, routes: members }) => {
    const readAt = clock.now()
    const groups = new Set(members.flatMap((route) => [route.old.targetGroup, route.new.targetGroup]))
    const asked = [...groups].map(async (arn) => [arn, await healthOf(aws, account, arn, call)] as const)
    const found = new Map(await Promise.all(asked))
    return members.map((route) => [route.key, ofRoute(route, found, readAt)] as const)
  })
  return new Map((await Promise.all(answers)).flat())
}

async function healthOf(
  aws: Aws & TurnTaking,
  account: AccountRef,
  targetGroup: string,
  call: Call
): Promise<Got<TargetsHealth>> {
  try {
    return await targetsHealthOf({ aws, account, call }, targetGroup)
  } catch (error) {
    if (error instanceof AwsFailure) return error
    throw error
  }
}

function ofRoute(
  route: AlbRouteSpec,
  found: ReadonlyMap<string, Got<TargetsHealth>>,
  readAt: Instant
): SidesHealth | Unreadable {
  const old = found.get(route.old.targetGroup)
  const fresh = found.get(route.new.targetGroup)
  if (old instanceof AwsFailure) return { ...unreadable(old), detail: `old: ${old.message}` }
  if (fresh instanceof AwsFailure) return { ...unreadable(fresh), detail: `new: ${fresh.message}` }
  if (old === undefined || fresh === undefined) {
    return { kind: 'unreadable', code: 'NotAnswered', detail: 'a side was not answered for', gone: false }
  }
  return { kind: 'health', old, new: fresh, readAt }
}
