/**
 * Which counts are asked of CloudWatch for a route, and what counts as an error (CONTRACT 4.1). The only place where a missing
 * value may become 0. Never a rate: a rate without its requests cannot be judged.
 */
import type { MetricQuery } from '../measurement.ts'
import { ownerOf, readIn } from './account.ts'
import { measuredTally, measureQueries, type MeasuredId } from './measure.ts'
import {
  SIDES,
  type AccountRef,
  type AlbRouteSpec,
  type DnsSideSpec,
  type OwnAccount,
  type Route53RouteSpec,
  type RouteSpec,
  type Side
} from '../migration.ts'
import type { PeriodCounts, SideCounts } from '../observation.ts'
import type { MeterKey, Tally } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'

/** Namespace of what Application Load Balancers tell. */
export const ELB = 'AWS/ApplicationELB'

const SIDE_METRICS = {
  requests: 'RequestCount',
  c2xx: 'HTTPCode_Target_2XX_Count',
  c3xx: 'HTTPCode_Target_3XX_Count',
  c4xx: 'HTTPCode_Target_4XX_Count',
  c5xx: 'HTTPCode_Target_5XX_Count'
} as const
const LB_METRICS = {
  requests: 'RequestCount',
  e502: 'HTTPCode_ELB_502_Count',
  e503: 'HTTPCode_ELB_503_Count',
  e504: 'HTTPCode_ELB_504_Count'
} as const
/** Of a side that is a load balancer of its own: everything that it failed by itself. */
const OWN_METRICS = { e5xx: 'HTTPCode_ELB_5XX_Count', e503: 'HTTPCode_ELB_503_Count' } as const
const PART_METRICS = { e502: 'HTTPCode_ELB_502_Count', e504: 'HTTPCode_ELB_504_Count' } as const
type SideCount = keyof typeof SIDE_METRICS | keyof typeof OWN_METRICS | keyof typeof PART_METRICS
type LbCount = keyof typeof LB_METRICS

type BaseId = `${Side}.${SideCount | 'errors'}` | `lb.${LbCount}`

/** Names one count of one route within a period, e.g. `new.c5xx` or `lb.e502`; those that end in `#n` are added to it. */
export type CountId = BaseId | `${BaseId}#${number}` | MeasuredId | ValueId

/** Names one value that belongs to a gate of its own, e.g. `v.new.p#0` (values.ts). Never added up. */
export type ValueId = `v.${string}`

export interface CountQuery {
  readonly id: CountId
  readonly account: AccountRef
  readonly query: MetricQuery
}

/** The period cannot be counted; the code says why. */
export interface Blind {
  readonly blind: 'no_codes' | 'negative_count' | 'errors_alone' | 'no_rank' | 'no_percentile'
}

/** Gates of a route with the same period and delay share one meter. */
export function meterKey(route: string, periodMs: Ms, delayMs: Ms): MeterKey {
  return `${route}/${periodMs}/${delayMs}`
}

/** `app/<name>/<id>` of a listener's or a rule's ARN, as CloudWatch names the load balancer. Throws on any other text. */
export function loadBalancerDimension(arn: string): string {
  const tail = /:listener(?:-rule)?\/((?:app|net|gwy)\/[^/]+\/[^/]+)\//.exec(arn)?.[1]
  if (tail === undefined) throw new Error(`no load balancer in ${arn}: an ARN of a listener or a rule is needed`)
  return tail
}

/** `targetgroup/<name>/<id>` of a target group's ARN. Throws on any other text. */
export function targetGroupDimension(arn: string): string {
  const tail = /:(targetgroup\/[^/]+\/[^/]+)$/.exec(arn)?.[1]
  if (tail === undefined) throw new Error(`no target group in ${arn}: an ARN of a target group is needed`)
  return tail
}

/**
 * Every count of one period of an ALB route: RequestCount and target codes of each side, in that side's account, and the load
 * balancer's own codes, which CloudWatch does not split by target group. Dimensions come from the very ARNs that are written
 * to, so that no other target group can be judged.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
function albQueries(route: AlbRouteSpec): readonly CountQuery[] {
  const LoadBalancer = loadBalancerDimension(route.target.arn)
  const sum = (metric: string, dimensions: MetricQuery['dimensions']): MetricQuery => ({
    namespace: ELB,
    metric,
    stat: 'Sum',
    dimensions
  })
  const ofSide = (side: Side): readonly CountQuery[] => {
    const { measure } = route[side]
    if (measure !== undefined) return measureQueries(route, side, measure)
    const dimensions = { TargetGroup: targetGroupDimension(route[side].targetGroup), LoadBalancer }
    return keysOf(SIDE_METRICS).map((name) => ({
      id: `${side}.${name}`,
      account: route[side].account,
      query: sum(SIDE_METRICS[name], dimensions)
    }))
  }
  const ofLb = keysOf(LB_METRICS).map((name): CountQuery => ({
    id: `lb.${name}`,
    account: route.account,
    query: sum(LB_METRICS[name], { LoadBalancer })
  }))
  return [...SIDES.flatMap(ofSide), ...ofLb]
}

/**
 * Every count that a route is judged by, read where its sides say, or where `own` does. Throws where a record's load balancer is
 * not known (preflight finds it).
 */
export function countQueries(route: RouteSpec, own?: OwnAccount): readonly CountQuery[] {
  return queriesOf(route).map(({ id, account, query }): CountQuery => {
    const reader = readIn(own, account)
    const owner = query.namespace === ELB ? ownerOf(ownArn(route, id), reader) : undefined
    return { id, account: reader, query: owner === undefined ? query : { ...query, accountId: owner } }
  })
}

/** An ARN in the account whose load balancer tells this count. */
function ownArn(route: RouteSpec, id: CountId): string {
  if (route.type === 'alb') return route.target.arn
  return (id.startsWith('old.') ? route.old : route.new).loadBalancer ?? ''
}

function queriesOf(route: RouteSpec): readonly CountQuery[] {
  switch (route.type) {
    case 'alb':
      return albQueries(route)
    case 'route53':
      return [...dnsQueries(route, 'old'), ...dnsQueries(route, 'new')]
  }
}

/** `app/<name>/<id>` of a load balancer's ARN. Throws on any other text. */
export function loadBalancerOf(arn: string): string {
  const tail = /:loadbalancer\/((?:app|net|gwy)\/[^/]+\/[^/]+)$/.exec(arn)?.[1]
  if (tail === undefined) throw new Error(`no load balancer in ${arn}: an ARN of a load balancer is needed`)
  return tail
}

/**
 * A side behind DNS is a load balancer: its target codes and its own 5xx are both attributable (AWS-FACTS C3). Where only some
 * of its target groups are the side, the codes are theirs, and the load balancer's 502 and 504 explain what has no code.
 */
function dnsQueries(route: Route53RouteSpec, side: Side): readonly CountQuery[] {
  const spec: DnsSideSpec = route[side]
  if (spec.measure !== undefined) return measureQueries(route, side, spec.measure)
  if (spec.loadBalancer === null) throw new Error(`the load balancer of ${side} of route ${route.name} is not known`)
  const LoadBalancer = loadBalancerOf(spec.loadBalancer)
  const query = (id: CountId, metric: string, dimensions: MetricQuery['dimensions']): CountQuery => ({
    id,
    account: spec.account,
    query: { namespace: ELB, metric, stat: 'Sum', dimensions }
  })
  const names = keysOf(SIDE_METRICS)
  if (spec.targetGroups === null) {
    return [
      ...names.map((name) => query(`${side}.${name}`, SIDE_METRICS[name], { LoadBalancer })),
      ...keysOf(OWN_METRICS).map((name) => query(`${side}.${name}`, OWN_METRICS[name], { LoadBalancer }))
    ]
  }
  const ofGroups = spec.targetGroups.flatMap((arn, i) =>
    names.map((name) =>
      query(`${side}.${name}#${i}`, SIDE_METRICS[name], { TargetGroup: targetGroupDimension(arn), LoadBalancer })
    )
  )
  return [
    ...ofGroups,
    ...keysOf(PART_METRICS).map((name) => query(`${side}.${name}`, PART_METRICS[name], { LoadBalancer }))
  ]
}

/** One period's counts, asked value by value; null where the source has none. `ids`: those that were asked for. */
export function periodCounts(
  start: Instant,
  valueOf: (id: BaseId) => number | null,
  ids: readonly CountId[] = [],
  values?: PeriodCounts['values']
): PeriodCounts {
  const asked = (id: BaseId) => ids.includes(id)
  const side = (name: Side): SideCounts => {
    return {
      requests: valueOf(`${name}.requests`),
      ...(ids.some((id) => id.startsWith(`${name}.errors#`))
        ? { measured: { errors: valueOf(`${name}.errors`) } }
        : {}),
      ...(asked(`${name}.e5xx`) ? { own: { e5xx: valueOf(`${name}.e5xx`), e503: valueOf(`${name}.e503`) } } : {}),
      ...(asked(`${name}.e502`) ? { part: { e502: valueOf(`${name}.e502`), e504: valueOf(`${name}.e504`) } } : {}),
      codes: {
        c2xx: valueOf(`${name}.c2xx`),
        c3xx: valueOf(`${name}.c3xx`),
        c4xx: valueOf(`${name}.c4xx`),
        c5xx: valueOf(`${name}.c5xx`)
      }
    }
  }
  return {
    start,
    ...(values === undefined ? {} : { values }),
    old: side('old'),
    new: side('new'),
    lb: {
      requests: valueOf('lb.requests'),
      e502: valueOf('lb.e502'),
      e503: valueOf('lb.e503'),
      e504: valueOf('lb.e504')
    }
  }
}

/**
 * Requests and errors of one side (CONTRACT 4.1). Errors: target 5xx, and requests without a target code as far as the load
 * balancer's 502 and 504 explain them; so WebSockets, client aborts and requests in flight are no errors. Never more errors
 * than requests. A missing error count is 0 only beside requests. Requests that no code accounts for are blind: the codes
 * are missing, not zero.
 */
export function tally(side: SideCounts, lb: PeriodCounts['lb']): Tally | Blind {
  if (side.measured) return measuredTally(side.requests, side.measured)
  if (side.own) return ownTally(side, side.own)
  return sharedTally(side, side.part ?? lb)
}

/** A load balancer of its own: what it answered with 503 never chose a target, and stands in no RequestCount. */
function ownTally(side: SideCounts, own: NonNullable<SideCounts['own']>): Tally | Blind {
  const counts = [side.requests, own.e503, own.e5xx, side.codes.c5xx].map((count) => count ?? 0)
  if (counts.some((count) => count < 0)) return { blind: 'negative_count' }
  const [chosen = 0, unchosen = 0, byBalancer = 0, byTarget = 0] = counts
  const requests = chosen + unchosen
  return { requests, errors: Math.min(requests, byBalancer + byTarget) }
}

function sharedTally(
  side: SideCounts,
  lb: { readonly e502: number | null; readonly e504: number | null }
): Tally | Blind {
  const requests = side.requests ?? 0
  const codes = [side.codes.c2xx, side.codes.c3xx, side.codes.c4xx, side.codes.c5xx].map((count) => count ?? 0)
  const failed = (lb.e502 ?? 0) + (lb.e504 ?? 0)
  if (requests < 0 || (lb.e502 ?? 0) < 0 || (lb.e504 ?? 0) < 0 || codes.some((count) => count < 0)) {
    return { blind: 'negative_count' }
  }
  if (requests === 0) return { requests: 0, errors: 0 }
  const answered = codes.reduce((sum, count) => sum + count, 0)
  if (answered === 0 && failed === 0) return { blind: 'no_codes' }
  const unanswered = Math.max(0, requests - answered)
  return { requests, errors: Math.min(requests, (side.codes.c5xx ?? 0) + Math.min(unanswered, failed)) }
}

function keysOf<K extends string>(names: Readonly<Record<K, string>>): readonly K[] {
  return Object.keys(names) as K[]
}
