/**
 * Everything that preflight reads of one account before it judges anything. Failures are kept as data: which of them matter
 * is for the findings to say.
 */
import type { Rule, Tag, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Call } from '../../../core/call.ts'
import type { AccountRef, RouteKey, AlbRouteSpec } from '../../../core/migration.ts'
import type { TargetsHealth } from '../../../core/observation.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../../aws/aws.ts'
import type { Clock } from '../../../clock.ts'
import { ownerOf } from '../arn.ts'
import type { Got } from '../../elb/batches.ts'
import { movedBy } from './aboutOwners.ts'
import { readActions, type Found } from '../read.ts'
import { targetsHealthOf, type As } from '../../elb/targets.ts'
import { attributesOf, rulesOf, tagsByArn, targetGroupsByArn } from '../requests.ts'

export interface PlacedRule {
  readonly listener: string
  readonly rule: Rule
}

/** By ARN, but for what routes found of themselves. */
export interface Facts {
  readonly routes: readonly AlbRouteSpec[]
  readonly found: ReadonlyMap<RouteKey, Found>
  readonly groups: ReadonlyMap<string, Got<TargetGroup>>
  readonly attributes: ReadonlyMap<string, Got<Readonly<Record<string, string>>>>
  readonly health: ReadonlyMap<string, Got<TargetsHealth>>
  readonly tags: ReadonlyMap<string, Got<readonly Tag[]>>
  /** Every rule of each load balancer. */
  readonly rules: ReadonlyMap<string, Got<readonly PlacedRule[]>>
}

export async function gather(
  aws: Aws & TurnTaking,
  clock: Clock,
  account: AccountRef,
  routes: readonly AlbRouteSpec[],
  call: Call
): Promise<Facts> {
  const as: As = { aws, account, call }
  const groupArns = unique(routes.flatMap((route) => [route.old.targetGroup, route.new.targetGroup]))
  const balancers = unique(routes.flatMap((route) => ownerOf(route.target.arn)?.loadBalancer ?? []))
  const tagged = unique([...routes.flatMap((route) => movedBy(route).map(({ arn }) => arn)), ...groupArns])
  const [found, groups, attributes, health, tags, rules] = await Promise.all([
    readActions(aws, clock, routes, call),
    targetGroupsByArn(as, groupArns),
    each(groupArns, (arn) => attributesOf(as, arn)),
    each(groupArns, (arn) => targetsHealthOf(as, arn)),
    tagsByArn(as, tagged),
    each(balancers, (arn) => rulesOf(as, arn))
  ])
  return { routes, found, groups, attributes, health, tags, rules }
}

async function each<T>(
  arns: readonly string[],
  read: (arn: string) => Promise<T>
): Promise<ReadonlyMap<string, Got<T>>> {
  const entries = arns.map(async (arn): Promise<[string, Got<T>]> => {
    try {
      return [arn, await read(arn)]
    } catch (error) {
      if (error instanceof AwsFailure) return [arn, error]
      throw error
    }
  })
  return new Map(await Promise.all(entries))
}

function unique(arns: readonly string[]): readonly string[] {
  return [...new Set(arns)]
}
