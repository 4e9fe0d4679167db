/**
 * What Route 53 does by itself when it takes a side for unhealthy: FM-20, FM-21. Pure.
 */
import { SIDES, type Route53RouteSpec, type Side } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { groupsOf, type RecordSet, type RecordSets } from '../records.ts'
import type { Facts } from './facts.ts'
import { couldRead, info, warning } from './finding.ts'

export function aboutHealth(facts: Facts): readonly Finding[] {
  const { route, sets } = facts
  if (sets instanceof AwsFailure) return []
  return [...SIDES.flatMap((side) => badGroups(facts, side, sets)), ...zero(route, sets)]
}

function membersOf(route: Route53RouteSpec, side: Side, sets: RecordSets): RecordSets {
  return groupsOf(route, sets).flatMap((group) => group[side] ?? [])
}

const evaluates = (set: RecordSet): boolean => set.AliasTarget?.EvaluateTargetHealth === true

/** A load balancer is healthy to DNS only if every one of its target groups is, an empty one is not. */
function badGroups(facts: Facts, side: Side, sets: RecordSets): readonly Finding[] {
  const { route } = facts
  const { groups } = facts.sides[side]
  if (!membersOf(route, side, sets).some(evaluates)) return []
  if (groups instanceof AwsFailure) {
    return [couldRead(groups, route.name, 'elasticloadbalancing:DescribeTargetGroups on resource "*"', 'target groups')]
  }
  return [...groups].flatMap(([arn, health]) => {
    if (health instanceof AwsFailure || health.healthy > 0) return []
    // Its health checks are off: DNS takes it for healthy.
    if (health.total === 0 && (health.states['unavailable'] ?? 0) > 0) return []
    const state = health.total === 0 ? 'has no target' : `has no healthy target of ${health.total}`
    const own = route[side].targetGroups?.includes(arn) ?? false
    const whose = own || groups.size === 1 ? '' : ', whether it serves this record or not'
    const detail = `${side}: EvaluateTargetHealth is on, and target group ${arn} ${state}: Route 53 takes the whole load balancer out of DNS${whose}`
    const remedy = 'mend or delete the target group, or set EvaluateTargetHealth to false on the record'
    return [warning('evaluate_target_health', route.name, detail, remedy)]
  })
}

/** Zero does not isolate: such records are answered when every other one is unhealthy. */
function zero(route: Route53RouteSpec, sets: RecordSets): readonly Finding[] {
  const members = SIDES.flatMap((side) => membersOf(route, side, sets))
  const checked = members.filter((set) => set.HealthCheckId !== undefined)
  const remedy =
    'weight 0 is not "off": to keep users away for sure, take the health checks off, or delete the record after the shift'
  if (checked.length > 0) {
    const ids = [...new Set(checked.map(({ HealthCheckId }) => HealthCheckId))].join(', ')
    const detail = `members of ${route.record} have health checks (${ids}): a side at weight 0 is answered as soon as the other is unhealthy`
    return [warning('zero_does_not_isolate', route.name, detail, remedy)]
  }
  if (!members.some(evaluates)) return []
  const detail = `${route.record} evaluates the health of its load balancers: a side at weight 0 is answered as soon as the other is unhealthy`
  return [info('zero_does_not_isolate', route.name, detail, remedy)]
}
