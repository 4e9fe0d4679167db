/**
 * A target group: how many targets it has and how they feel. Targets of a group that no action names are `unused`; once it is
 * named they are `initial`, and after a while what they really are. Facts: model TargetHealthStateEnum and reasons.
 */
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Instant, Ms } from '../../../src/core/time.ts'

export interface TargetsSpec {
  readonly healthy: number
  /** `healthy` where it is not given; the rest is unhealthy. */
  readonly total?: number
  /** Further targets that are leaving. They count in no total. */
  readonly draining?: number
}

export interface TargetGroup {
  readonly name: string
  readonly arn: string
  readonly region: string
  readonly balancerArn: string
  readonly attributes: Map<string, string>
  targets: Required<TargetsSpec>
  /** Since when an action names it; null: none does. */
  attachedAt: Instant | null
  /** From being attached to the first passed health check. */
  readonly healthyAfterMs: Ms
}

/** What requests find: targets that pass their checks, and all that are registered. */
export interface Usable {
  readonly healthy: number
  readonly total: number
}

const REASONS = {
  unused: ['Target.NotInUse', 'Target group is not configured to receive traffic from the load balancer'],
  initial: ['Elb.RegistrationInProgress', 'Target registration is in progress'],
  unhealthy: ['Target.FailedHealthChecks', 'Health checks failed'],
  draining: ['Target.DeregistrationInProgress', 'Target deregistration is in progress']
} as const
type State = keyof typeof REASONS | 'healthy'

const DEFAULT_ATTRIBUTES: Readonly<Record<string, string>> = {
  'deregistration_delay.timeout_seconds': '300',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'slow_start.duration_seconds': '0',
  'stickiness.app_cookie.cookie_name': '',
  'stickiness.app_cookie.duration_seconds': '86400',
  'stickiness.enabled': 'false',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'stickiness.type': 'lb_cookie',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off'
}

export const completeTargets = (spec: TargetsSpec): Required<TargetsSpec> => ({
  healthy: spec.healthy,
  total: Math.max(spec.healthy, spec.total ?? spec.healthy),
  draining: spec.draining ?? 0
})

export function createTargetGroup(
  facts: Pick<TargetGroup, 'name' | 'arn' | 'region' | 'balancerArn' | 'healthyAfterMs'>,
  targets: TargetsSpec,
  attributes: Readonly<Record<string, string>> = {}
): TargetGroup {
  return {
    ...facts,
    attributes: new Map(Object.entries({ ...DEFAULT_ATTRIBUTES, ...attributes })),
    targets: completeTargets(targets),
    attachedAt: null
  }
}

/** When its targets have passed their first check; Infinity while it is unused. */
export const readyAt = (group: TargetGroup): Instant =>
  group.attachedAt === null ? Infinity : group.attachedAt + group.healthyAfterMs

export const usableAt = (group: TargetGroup, at: Instant): Usable => ({
  healthy: at >= readyAt(group) ? group.targets.healthy : 0,
  total: group.targets.total
})

/** The answer of DescribeTargetHealth. */
export function healthOf(group: TargetGroup, at: Instant): TargetHealthDescription[] {
  const { healthy, total, draining } = group.targets
  const settled = at >= readyAt(group)
  const stateOf = (i: number): State => {
    if (i >= total) return 'draining'
    if (group.attachedAt === null) return 'unused'
    if (!settled) return 'initial'
    return i < healthy ? 'healthy' : 'unhealthy'
  }
  return Array.from({ length: total + draining }, (_, i) => {
    const state = stateOf(i)
    const [reason, description] = state === 'healthy' ? [] : REASONS[state]
    return {
      Target: { Id: `10.0.${Math.floor(i / 250)}.${(i % 250) + 4}`, Port: 8080, AvailabilityZone: 'a' },
      HealthCheckPort: '8080',
      TargetHealth: { State: state, ...(reason && { Reason: reason, Description: description }) }
    }
  })
}
