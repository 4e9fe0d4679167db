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

const ANSWERS: readonly Column[] = ['c2xx', 'c3xx', 'c4xx', 'c5xx']
/** TargetResponseTime in seconds: an answer is quick or slow, nothing between. */
const QUICK_S = 0.05
const SLOW_S = 2

/** A statistic of response times; null where it is none that this world knows, or nobody answered. */
function responseTime(stat: string, answers: number, slow: number): number | null {
  if (answers <= 0) return null
  if (stat === 'SampleCount') return answers
  const rank = /^PR\(:([\d.]+)\)$/.exec(stat)?.[1]
  if (rank !== undefined) {
    if (Number(rank) >= SLOW_S) return 100
    return Number(rank) >= QUICK_S ? 100 * (1 - slow / answers) : 0
  }
  const percentile = /^p([\d.]+)$/.exec(stat)?.[1]
  if (percentile === undefined) return null
  return slow / answers > 1 - Number(percentile) / 100 ? SLOW_S : QUICK_S
}

/** Of the whole known seconds of a period; null where there is no point. */
type Measure = (sum: (columns: readonly Column[]) => number) => number | null

function measureOf(query: Query): { readonly byGroup: boolean; readonly measure: Measure } | null {
  if (query.namespace !== 'AWS/ApplicationELB') return null
  if (query.metric === 'TargetResponseTime') {
    return { byGroup: true, measure: (sum) => responseTime(query.stat, sum(ANSWERS), sum(['slow'])) }
  }
  const meaning = MEANINGS[query.metric]
  if (!meaning || query.stat !== 'Sum') return null
  const measure: Measure = (sum) => {
    const value = sum(meaning.columns)
    return value > 0 ? value : null
  }
  return { byGroup: meaning.byGroup, measure }
}

/** How a metric of somebody's own is found: its dimensions are a set. */
export function customKey({
  namespace,
  metric,
  dimensions
}: Pick<Query, 'namespace' | 'metric' | 'dimensions'>): string {
  return JSON.stringify([namespace, metric, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))])
}

function customPoints(cloud: Cloud, query: Query, { delayMs, partial }: Freshness): readonly Point[] | null {
  const valueAt = cloud.custom.size === 0 ? undefined : cloud.custom.get(customKey(query))
  if (!valueAt) return null
  const points: Point[] = []
  const knownTo = cloud.clock.now() - delayMs
  for (let at = query.from; at < query.to && at + (partial ? 0 : query.periodMs) < knownTo; at += query.periodMs) {
    const value = valueAt(at)
    if (value !== null) points.push({ at, value })
  }
  return points
}

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
  const { freshness, skewMs } = options
  const custom = customPoints(cloud, query, freshness)
  if (custom) return custom
  const known = measureOf(query)
  const flows = known ? flowsOf(cloud, region, query, known.byGroup) : []
  if (!known || flows.length === 0) return []
  const knownTo = cloud.clock.now() - freshness.delayMs
  const secondOf = (at: Instant): number => Math.floor((at - cloud.trafficFrom) / SECOND)
  const sum = (columns: readonly Column[], from: Instant, to: Instant): number =>
    flows.reduce((total, { tally }) => {
      const counts = columns.map((column) => tally.sum(column, secondOf(from), secondOf(to)))
      return counts.reduce((a, b) => a + b, total)
    }, 0)
  const points: Point[] = []
  const first = Math.max(query.from, Math.floor((cloud.trafficFrom + skewMs) / query.periodMs) * query.periodMs)
  for (let at = first; at < query.to; at += query.periodMs) {
    const [from, end] = [at - skewMs, at - skewMs + query.periodMs]
    if (knownTo <= from) break
    if (knownTo < end && !freshness.partial) break
    const late = freshness.lateShare > 0 && knownTo < end + freshness.lateMs
    const seen = (columns: readonly Column[]): number => {
      const counted = sum(columns, from, Math.min(end, knownTo))
      return late ? Math.floor(counted * (1 - freshness.lateShare)) : counted
    }
    const value = known.measure(seen)
    if (value !== null) points.push({ at, value })
  }
  return points
}
