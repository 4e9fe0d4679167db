// A target group and its registered targets with their health. Holds state; the health checker changes it, the load balancer
// and DescribeTargetHealth read it. Never checks or routes anything itself.

import type { Pod } from './podServer.ts'
import type { TargetGroupSpec } from './spec.ts'

export type HealthState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining'

export interface Health {
  readonly state: HealthState
  readonly reason?: string
  readonly description?: string
}

export interface Registration {
  readonly pod: Pod
  readonly zone: string
  health: Health
  passes: number
  failures: number
  /** No check counts before this instant, so that `initial` is really seen. */
  checkFrom: number
}

export interface TargetGroup {
  readonly name: string
  readonly arn: string
  readonly cluster: string
  readonly route: string
  readonly attributes: Map<string, string>
  readonly tags: Map<string, string>
  readonly registrations: Registration[]
}

export const unused: Health = {
  state: 'unused',
  reason: 'Target.NotInUse',
  description: 'Target group is not configured to receive traffic from the load balancer'
}
export const registering: Health = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress'
}
export const draining: Health = {
  state: 'draining',
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress'
}

const defaultAttributes: Readonly<Record<string, string>> = {
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

export function createTargetGroup(spec: TargetGroupSpec, arn: string): TargetGroup {
  return {
    name: spec.name,
    arn,
    cluster: spec.cluster,
    route: spec.route,
    attributes: new Map(Object.entries({ ...defaultAttributes, ...spec.attributes })),
    tags: new Map(Object.entries(spec.tags ?? {})),
    registrations: []
  }
}

/** What DescribeTargetHealth shows: whoever is in no rule is unused whatever was known before, whoever just came is initial. */
export function healthOf(registration: Registration, attached: boolean): Health {
  if (registration.health.state === 'draining') return registration.health
  if (!attached) return unused
  return registration.health.state === 'unused' ? registering : registration.health
}

/** Where requests may go: healthy targets; if there is none, all of them (ALB fails open); draining ones never. */
export function usableTargets(group: TargetGroup): readonly Registration[] {
  const registered = group.registrations.filter((one) => one.health.state !== 'draining')
  const healthy = registered.filter((one) => one.health.state === 'healthy')
  return healthy.length > 0 ? healthy : registered
}
