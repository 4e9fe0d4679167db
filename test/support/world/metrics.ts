/**
 * What CloudWatch knows of the ALB metrics at an instant: counts of periods, late, perhaps partial, and absent where they are 0.
 * Facts: the load balancer's CloudWatch metrics page (dimension sets and reporting criteria).
 */
import type { Instant, Ms } from '../../../src/core/time.ts'
import { dimensionOf } from './arn.ts'
import type { Cloud } from './cloud.ts'
import type { Flow } from './route.ts'
import type { Column } from './tally.ts'

export interface Point {
  readonly at: Instant
  readonly value: number
}

/** One metric and the whole periods that are asked for, in AWS's time. */
export interface Query {
  readonly namespace: string
  readonly metric: string
  readonly stat: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly periodMs: Ms
  readonly from: Instant
  readonly to: Instant
}

export interface Freshness {
  readonly delayMs: Ms
  readonly partial: boolean
  readonly lateShare: number
  readonly lateMs: Ms
}

interface Meaning {
  readonly columns: readonly Column[]
  /** Also reported by target group; the load balancer's own answers are not. */
  readonly byGroup: boolean
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  RequestCount: { columns: ['requests'], byGroup: true },
  HTTPCode_Target_2XX_Count: { columns: ['c2xx'], byGroup: true },
  HTTPCode_Target_3XX_Count: { columns: ['c3xx'], byGroup: true },
  HTTPCode_Target_4XX_Count: { columns: ['c4xx'], byGroup: true },
  HTTPCode_Target_5XX_Count: { columns: ['c5xx'], byGroup: true },
  HTTPCode_ELB_5XX_Count: { columns: ['e502', 'e503', 'e504'], byGroup: false },
  HTTPCode_ELB_502_Count: { columns: ['e502'], byGroup: false },
  HTTPCode_ELB_503_Count: { columns: ['e503'], byGroup: false },
  HTTPCode_ELB_504_Count: { columns: ['e504'], byGroup: false }
}
const SECOND: Ms = 1000

/** The flows that a set of dimensions counts; none where it is no set that ALB reports. */
function flowsOf(cloud: Cloud, region: string, query: Query, byGroup: boolean): readonly Flow[] {
  const { LoadBalancer: balancer, TargetGroup: group, ...rest } = query.dimensions
  if (balancer === undefined || Object.keys(rest).length > 0 || (group !== undefined && !byGroup)) return []
  return [...cloud.routes, ...cloud.names]
    .flatMap((route) => route.flows)
    .filter((flow) => flow.group.region === region && dimensionOf(flow.group.balancerArn) === balancer)
    .filter((flow) => group === undefined || dimensionOf(flow.group.arn) === group)
}

/** Newest last. Only whole seconds that are `delayMs` old are known. */
export function pointsOf(
  cloud: Cloud,
  region: string,
  query: Query,
  options: { readonly freshness: Freshness; readonly skewMs: Ms }
): readonly Point[] {
  const meaning = query.namespace === 'AWS/ApplicationELB' ? MEANINGS[query.metric] : undefined
  if (!meaning || query.stat !== 'Sum') return []
  const flows = flowsOf(cloud, region, query, meaning.byGroup)
  if (flows.length === 0) return []
  const { freshness, skewMs } = options
  const knownTo = cloud.clock.now() - freshness.delayMs
  const secondOf = (at: Instant): number => Math.floor((at - cloud.trafficFrom) / SECOND)
  const sum = (from: Instant, to: Instant): number =>
    flows.reduce((total, { tally }) => {
      const columns = meaning.columns.map((column) => tally.sum(column, secondOf(from), secondOf(to)))
      return columns.reduce((a, b) => a + b, total)
    }, 0)
  const points: Point[] = []
  const first = Math.max(query.from, Math.floor((cloud.trafficFrom + skewMs) / query.periodMs) * query.periodMs)
  for (let at = first; at < query.to; at += query.periodMs) {
    const [from, end] = [at - skewMs, at - skewMs + query.periodMs]
    if (knownTo <= from) break
    if (knownTo < end && !freshness.partial) break
    const known = sum(from, Math.min(end, knownTo))
    const late = freshness.lateShare > 0 && knownTo < end + freshness.lateMs
    const value = late ? Math.floor(known * (1 - freshness.lateShare)) : known
    if (value > 0) points.push({ at, value })
  }
  return points
}
