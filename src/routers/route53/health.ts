/**
 * Health of the targets of both sides: of every target group of a side's load balancer, or of those that are named, summed up. Each
 * target group is asked for once, as the account of its side.
 */
import type { Call } from '../../core/call.ts'
import type { DnsSideSpec, Route53RouteSpec, RouteKey } from '../../core/migration.ts'
import type { SidesHealth, TargetsHealth, Unreadable } from '../../core/observation.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Got } from '../elb/batches.ts'
import { targetsHealthOf, type As } from '../elb/targets.ts'
import type { Balancers } from './balancers.ts'
import { unreadable } from './read.ts'

export async function readHealth(
  aws: Aws & TurnTaking,
  clock: Clock,
  balancers: Balancers,
  routes: readonly Route53RouteSpec[],
  call: Call
): Promise<ReadonlyMap<RouteKey, SidesHealth | Unreadable>> {
  const readAt = clock.now()
  const asked = new Map<string, Promise<Got<TargetsHealth>>>()
  const ofGroup = (as: As, arn: string): Promise<Got<TargetsHealth>> => {
    const key = `${as.account.roleArn ?? ''} ${arn}`
    const found = asked.get(key) ?? caught(targetsHealthOf(as, arn))
    asked.set(key, found)
    return found
  }
  const ofSide = async (side: DnsSideSpec): Promise<Got<TargetsHealth>> => {
    const as: As = { aws, account: side.account, call }
    const groups = await caught(groupsOfSide(balancers, as, side))
    if (groups instanceof AwsFailure) return groups
    return summed(await Promise.all(groups.map((arn) => ofGroup(as, arn))))
  }
  const answers = routes.map(async (route): Promise<readonly [RouteKey, SidesHealth | Unreadable]> => {
    const [old, fresh] = await Promise.all([ofSide(route.old), ofSide(route.new)])
    if (old instanceof AwsFailure) return [route.key, { ...unreadable(old), detail: `old: ${old.message}` }]
    if (fresh instanceof AwsFailure) {
      return [route.key, { ...unreadable(fresh), detail: `new: ${fresh.message}` }]
    }
    return [route.key, { kind: 'health', old, new: fresh, readAt }]
  })
  return new Map(await Promise.all(answers))
}

/** Throws AwsFailure where it cannot be told which target groups a side has. */
async function groupsOfSide(balancers: Balancers, as: As, side: DnsSideSpec): Promise<readonly string[]> {
  if (side.targetGroups !== null) return side.targetGroups
  if (side.loadBalancer !== null) return balancers.targetGroups(as, side.loadBalancer)
  const detail = `the load balancer of ${JSON.stringify(side.setIdentifier)} is not known`
  throw new AwsFailure(detail, { kind: 'refused', code: 'no_load_balancer' })
}

function summed(parts: readonly Got<TargetsHealth>[]): Got<TargetsHealth> {
  const states: Record<string, number> = {}
  let [healthy, total] = [0, 0]
  for (const part of parts) {
    if (part instanceof AwsFailure) return part
    healthy += part.healthy
    total += part.total
    for (const [state, count] of Object.entries(part.states)) states[state] = (states[state] ?? 0) + count
  }
  return { healthy, total, states }
}

export async function caught<T>(asked: Promise<T>): Promise<Got<T>> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof AwsFailure) return error
    throw error
  }
}
