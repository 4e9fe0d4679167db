/**
 * CloudWatch's answers: GetMetricData with its pages, statuses and rules, and DescribeAlarms. Throws Refusal for what AWS
 * refuses. Facts: API model of CloudWatch and its limits page.
 */
import type * as Sdk from '@aws-sdk/client-cloudwatch'
import type { Cloud } from './cloud.ts'
import { invalid } from './failures.ts'
import type { Freshness, Query } from './metrics.ts'
import { pointsOf } from './metrics.ts'

/** An answer that HTTP calls fine and that is of no use. `missing`: complete, and without a value. */
export type Unusable = 'PartialData' | 'InternalError' | 'Forbidden' | 'missing'

export interface MetricsView {
  readonly cloud: Cloud
  readonly region: string
  readonly freshness: Freshness
  readonly skewMs: number
  /** What a scenario wants to go wrong with this metric; null: nothing. */
  readonly unusable: (query: Query) => Unusable | null
}

const MAX_QUERIES = 500
const MAX_DATAPOINTS = 100_800
const ID = /^[a-z][a-zA-Z0-9_]*$/
const SHORT_PERIODS = [1, 5, 10, 20, 30]

function queryOf(one: Sdk.MetricDataQuery, from: number, to: number): Query {
  const { MetricStat: stat } = one
  if (one.Expression !== undefined || !stat) throw invalid('The world knows no expressions: ask for a MetricStat')
  const period = stat.Period ?? 0
  if (!SHORT_PERIODS.includes(period) && (period <= 0 || period % 60 !== 0)) throw invalid(`Invalid period ${period}`)
  const periodMs = period * 1000
  const dimensions = (stat.Metric?.Dimensions ?? []).map((dimension) => [dimension.Name ?? '', dimension.Value ?? ''])
  return {
    namespace: stat.Metric?.Namespace ?? '',
    metric: stat.Metric?.MetricName ?? '',
    stat: stat.Stat ?? '',
    dimensions: Object.fromEntries(dimensions) as Record<string, string>,
    periodMs,
    from: Math.floor(from / periodMs) * periodMs,
    to
  }
}

function checkInput(input: Sdk.GetMetricDataCommandInput): {
  queries: Sdk.MetricDataQuery[]
  from: number
  to: number
} {
  const queries = input.MetricDataQueries ?? []
  const [from, to] = [input.StartTime?.getTime() ?? NaN, input.EndTime?.getTime() ?? NaN]
  if (queries.length === 0 || queries.length > MAX_QUERIES) throw invalid('1 to 500 queries a call')
  if (!(from < to)) throw invalid('StartTime must be before EndTime')
  const ids = queries.map((query) => query.Id ?? '')
  if (ids.some((id) => !ID.test(id))) throw invalid('Ids begin with a lower-case letter')
  if (new Set(ids).size < ids.length) throw invalid('Ids must be unique')
  return { queries, from, to }
}

/** Results in the order of the queries; what does not fit on the page goes on, PartialData, on the next. */
export function getMetricData(view: MetricsView, input: Sdk.GetMetricDataCommandInput) {
  const { queries, from, to } = checkInput(input)
  view.cloud.look()
  const ascending = input.ScanBy === 'TimestampAscending'
  const skip = input.NextToken === undefined ? 0 : Number(input.NextToken.replace(/^after-/, ''))
  if (Number.isNaN(skip)) throw invalid('The token is not valid')
  const page = Math.min(input.MaxDatapoints ?? MAX_DATAPOINTS, MAX_DATAPOINTS)
  let seen = 0
  const results = queries.map((one): Sdk.MetricDataResult | null => {
    const query = queryOf(one, from, to)
    const common = { Id: one.Id, Label: one.Label ?? query.metric }
    const unusable = view.unusable(query)
    if (unusable && unusable !== 'missing') {
      return {
        ...common,
        Timestamps: [],
        Values: [],
        StatusCode: unusable,
        Messages: [{ Code: unusable, Value: 'as asked' }]
      }
    }
    const points = unusable === 'missing' ? [] : pointsOf(view.cloud, view.region, query, view)
    const ordered = ascending ? points : points.toReversed()
    const start = Math.max(0, skip - seen)
    const end = Math.max(0, skip + page - seen)
    seen += points.length
    const shown = ordered.slice(start, end)
    const complete = end >= points.length
    if (start > 0 && start >= points.length) return null
    return {
      ...common,
      Timestamps: shown.map((point) => new Date(point.at)),
      Values: shown.map((point) => point.value),
      StatusCode: complete ? 'Complete' : 'PartialData'
    }
  })
  return {
    MetricDataResults: results.filter((result) => result !== null),
    Messages: [],
    NextToken: seen > skip + page ? `after-${skip + page}` : undefined
  }
}

export function describeAlarms(view: MetricsView, input: Sdk.DescribeAlarmsCommandInput) {
  const names = input.AlarmNames
  if (names && names.length > 100) throw invalid('At most 100 names a call')
  const wanted = [...view.cloud.alarms.values()].filter((alarm) => !names || names.includes(alarm.name))
  const metricAlarms = !input.AlarmTypes || input.AlarmTypes.includes('MetricAlarm')
  return {
    MetricAlarms: (metricAlarms ? wanted : []).map((alarm) => ({
      AlarmName: alarm.name,
      StateValue: alarm.state,
      StateUpdatedTimestamp: new Date(alarm.since),
      StateTransitionedTimestamp: new Date(alarm.since),
      ActionsEnabled: true
    })),
    CompositeAlarms: []
  }
}
