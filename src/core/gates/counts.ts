/**
 * Which counts are asked of CloudWatch for a route, and what counts as an error (CONTRACT 4.1). The only place where a missing
 * value may become 0. Never a rate: a rate without its requests cannot be judged.
 */
import type { MetricQuery } from '../measurement.ts'
import { SIDES, type AccountRef, type RouteSpec, type Side } from '../migration.ts'
import type { PeriodCounts, SideCounts } from '../observation.ts'
import type { MeterKey, Tally } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'

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
type SideCount = keyof typeof SIDE_METRICS
type LbCount = keyof typeof LB_METRICS

/** Names one count of one route within a period, e.g. `new.c5xx` or `lb.e502`. */
export type CountId = `${Side}.${SideCount}` | `lb.${LbCount}`

export interface CountQuery {
  readonly id: CountId
  readonly account: AccountRef
  readonly query: MetricQuery
}

/** The period cannot be counted; the code says why. */
export interface Blind {
  readonly blind: 'no_codes' | 'negative_count'
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
export function countQueries(route: RouteSpec): readonly CountQuery[] {
  const LoadBalancer = loadBalancerDimension(route.target.arn)
  const sum = (metric: string, dimensions: MetricQuery['dimensions']): MetricQuery => ({
    namespace: 'AWS/ApplicationELB',
    metric,
    stat: 'Sum',
    dimensions
  })
  const ofSide = (side: Side): readonly CountQuery[] => {
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

/** One period's counts, asked value by value; null where the source has none. */
export function periodCounts(start: Instant, valueOf: (id: CountId) => number | null): PeriodCounts {
  const side = (name: Side): SideCounts => ({
    requests: valueOf(`${name}.requests`),
    codes: {
      c2xx: valueOf(`${name}.c2xx`),
      c3xx: valueOf(`${name}.c3xx`),
      c4xx: valueOf(`${name}.c4xx`),
      c5xx: valueOf(`${name}.c5xx`)
    }
  })
  return {
    start,
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
