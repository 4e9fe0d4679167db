/**
 * What stands against a route's two target groups: where they are, what they hold, how their targets feel. Pure.
 */
import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { SIDES, type AlbRouteSpec, type Side } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { forwardAction, groupsOf, stickySecondsOf, type Actions } from '../actions.ts'
import { ownerOf, shortName } from '../arn.ts'
import { blocker } from './aboutRoute.ts'
import type { Facts } from './facts.ts'
import { couldRead, mustRead } from './unread.ts'

export function aboutGroups(route: AlbRouteSpec, facts: Facts): readonly Finding[] {
  if (route.old.targetGroup === route.new.targetGroup) {
    const detail = `old and new are both ${route.old.targetGroup}`
    return [blocker(route, 'same_target_group', detail, 'give each cluster a target group of its own')]
  }
  return SIDES.flatMap((side) => {
    const group = facts.groups.get(route[side].targetGroup)
    if (group === undefined) return []
    if (group instanceof AwsFailure) return [unread(route, side, group)]
    return [...place(route, side, group), ...kindOfTargets(route, side, group), ...targets(route, side, facts)].concat(
      attributes(route, side, facts)
    )
  })
}

function unread(route: AlbRouteSpec, side: Side, failure: AwsFailure): Finding {
  if (!failure.gone) return mustRead(failure, route.name, 'DescribeTargetGroups')
  const detail = `${side}: ${route[side].targetGroup} does not exist`
  return blocker(route, 'target_group_not_found', detail, "correct the target group's ARN, its region and its account")
}

/** AWS: a target group belongs to at most one load balancer. */
function place(route: AlbRouteSpec, side: Side, group: TargetGroup): readonly Finding[] {
  const own = ownerOf(route.target.arn)?.loadBalancer
  const elsewhere = (group.LoadBalancerArns ?? []).filter((arn) => arn !== own)
  if (elsewhere.length === 0) return []
  const detail = `${side}: ${shortName(route[side].targetGroup)} belongs to another load balancer (${elsewhere.join(', ')})`
  return [blocker(route, 'target_group_elsewhere', detail, `make a target group for ${own ?? 'this load balancer'}`)]
}

function kindOfTargets(route: AlbRouteSpec, side: Side, group: TargetGroup): readonly Finding[] {
  const odd = group.TargetType === 'lambda' || group.TargetType === 'alb'
  if (!odd && group.HealthCheckEnabled !== false) return []
  const why = odd ? `its targets are of type ${group.TargetType}` : 'its health checks are off'
  const detail = `${side}: the health of ${shortName(route[side].targetGroup)} can't be known, because ${why}`
  return [blocker(route, 'no_target_health', detail, 'use a target group of instances or IPs with health checks on')]
}

function targets(route: AlbRouteSpec, side: Side, facts: Facts): readonly Finding[] {
  const health = facts.health.get(route[side].targetGroup)
  if (health === undefined) return []
  if (health instanceof AwsFailure) return [mustRead(health, route.name, 'DescribeTargetHealth')]
  if (side === 'old') return []
  if (health.total === 0) {
    const detail = `new: no target is registered in ${shortName(route.new.targetGroup)}`
    return [
      warning(route, 'new_empty', detail, "bind new's pods to it (TargetGroupBinding); the shift waits for them at 0 %")
    ]
  }
  if (health.healthy > 0 || !isAttached(route, facts)) return []
  const states = Object.entries(health.states).map(([state, count]) => `${count} ${state}`)
  const detail = `new: none of ${health.total} targets is healthy: ${states.join(', ')}`
  return [warning(route, 'new_unhealthy', detail, 'look at the health check, and at what its security group lets in')]
}

/** Targets of a group that stands in no rule are `unused`, which says nothing about them. */
function isAttached(route: AlbRouteSpec, facts: Facts): boolean {
  return forwarded(route, facts).some((arn) => arn === route.new.targetGroup)
}

function forwarded(route: AlbRouteSpec, facts: Facts): readonly string[] {
  const forward = forwardAction(actionsIn(route, facts))
  return forward === null ? [] : groupsOf(forward).map(({ arn }) => arn)
}

function actionsIn(route: AlbRouteSpec, facts: Facts): Actions {
  const actions = facts.found.get(route.key)?.actions
  return actions === undefined || actions instanceof AwsFailure ? [] : actions
}

function attributes(route: AlbRouteSpec, side: Side, facts: Facts): readonly Finding[] {
  const found = facts.attributes.get(route[side].targetGroup)
  if (found === undefined) return []
  if (found instanceof AwsFailure) {
    return [couldRead(found, route.name, 'DescribeTargetGroupAttributes', `${side}: stickiness and slow start`)]
  }
  const name = shortName(route[side].targetGroup)
  const findings: Finding[] = found['stickiness.enabled'] === 'true' ? [...targetStickiness(route, side, facts)] : []
  const slowStart = Number(found['slow_start.duration_seconds'] ?? 0)
  if (side === 'new' && slowStart > 0) {
    const detail = `new: ${name} gives fresh targets their full part only after ${slowStart} s (slow start)`
    findings.push({ ...warning(route, 'slow_start', detail, 'bake longer than that'), severity: 'info' })
  }
  return findings
}

/** AWS takes no action of two groups without group stickiness while one of them has target stickiness. */
function targetStickiness(route: AlbRouteSpec, side: Side, facts: Facts): readonly Finding[] {
  const forward = forwardAction(actionsIn(route, facts))
  if (forward === null) return []
  const name = shortName(route[side].targetGroup)
  if (stickySecondsOf(forward) === null) {
    const detail = `${side}: ${name} has target stickiness, but the action has no group stickiness: AWS refuses two groups so`
    const remedy = 'switch target stickiness off, or group stickiness of the action on'
    return [warning(route, 'target_stickiness', detail, remedy)]
  }
  const third = forwarded(route, facts).find((arn) => arn !== route.old.targetGroup && arn !== route.new.targetGroup)
  if (side === 'new' || third === undefined) return []
  const detail = `${side}: ${name} has target stickiness, and ${shortName(third)} stands in the action too: a rollback cannot switch group stickiness off, as AWS refuses two groups so`
  return [
    warning(route, 'target_stickiness', detail, `switch target stickiness off, or take ${third} out of the action`)
  ]
}

function warning(route: AlbRouteSpec, code: string, detail: string, remedy: string): Finding {
  return { severity: 'warning', code, route: route.name, detail, remedy }
}
