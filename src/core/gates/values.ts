/**
 * Which values are asked of CloudWatch for a gate of its own, derived from the gate and the route alone: dimensions come from
 * the very ARNs that are written to, or from the gate with the side's vars put in. Never an average of averages.
 */
import type { MetricQuery } from '../measurement.ts'
import { SIDES, type OwnAccount, type RouteSpec, type Side } from '../migration.ts'
import type { GateSpec, LatencyGate, MetricGate } from '../policy.ts'
import {
  countQueries,
  ELB,
  loadBalancerDimension,
  loadBalancerOf,
  targetGroupDimension,
  type CountQuery,
  type ValueId
} from './counts.ts'
import { ownerOf, readIn } from './account.ts'
import { hasValues } from './meters.ts'
import { substitutedIn, varsOf } from './vars.ts'

/** Everything that a meter asks: the route's counts, perhaps in an account of its own, or the values of the gate that it belongs to. */
export function meterQueries(route: RouteSpec, gate: GateSpec | null, own?: OwnAccount): readonly CountQuery[] {
  if (gate === null) return countQueries(route, own)
  if (!hasValues(gate)) throw new Error(`gate ${gate.name} has no values of its own`)
  return gate.type === 'latency' ? latencyQueries(route, gate) : metricQueries(route, gate)
}

/** How a value is named within a period: `new.p#0`. */
export function valueName(side: Side, id: string, part: number): string {
  return `${side}.${id}#${part}`
}

/** `p`: the percentile in seconds; `n`: how many requests it is of; `pr`: percent of them at most `overMs` long. */
function latencyQueries(route: RouteSpec, gate: LatencyGate): readonly CountQuery[] {
  const value = gate.slow === null ? 'p' : 'pr'
  const stat = gate.slow === null ? (gate.percentile?.stat ?? 'p99') : `PR(:${gate.slow.overMs / 1000})`
  return SIDES.flatMap((side) =>
    partsOf(route, side).flatMap((dimensions, part) => {
      const account = readIn(gate.account, route[side].account)
      const owner = ownerOf(route.type === 'alb' ? route.target.arn : (route[side].loadBalancer ?? ''), account)
      const query = (of: string): MetricQuery => ({
        namespace: ELB,
        metric: 'TargetResponseTime',
        stat: of,
        dimensions,
        ...(owner === undefined ? {} : { accountId: owner })
      })
      return [
        { id: idOf(side, 'n', part), account, query: query('SampleCount') },
        { id: idOf(side, value, part), account, query: query(stat) }
      ]
    })
  )
}

/** A side's series of the load balancer's metrics: itself, its target group, or each of its target groups. */
function partsOf(route: RouteSpec, side: Side): readonly MetricQuery['dimensions'][] {
  if (route.type === 'alb') {
    const LoadBalancer = loadBalancerDimension(route.target.arn)
    return [{ TargetGroup: targetGroupDimension(route[side].targetGroup), LoadBalancer }]
  }
  const { loadBalancer, targetGroups } = route[side]
  if (loadBalancer === null) throw new Error(`the load balancer of ${side} of route ${route.name} is not known`)
  const LoadBalancer = loadBalancerOf(loadBalancer)
  if (targetGroups === null) return [{ LoadBalancer }]
  return targetGroups.map((arn) => ({ TargetGroup: targetGroupDimension(arn), LoadBalancer }))
}

/** Of new alone: its bounds are absolute, and old has no part in them. */
function metricQueries(route: RouteSpec, gate: MetricGate): readonly CountQuery[] {
  const vars = varsOf(route, 'new')
  return gate.queries.map((query): CountQuery => ({
    id: idOf('new', query.id, 0),
    account: readIn(gate.account, route.new.account),
    query: {
      namespace: query.namespace,
      metric: query.metric,
      stat: query.stat,
      dimensions: substitutedIn(query.dimensions, vars)
    }
  }))
}

function idOf(side: Side, id: string, part: number): ValueId {
  return `v.${valueName(side, id, part)}`
}
