// CloudWatch's GetMetricData over the lab's metric store: checks the request as AWS does, reads, cuts into pages. Knows no
// metric math: Sluice asks for raw counts and does its own arithmetic.

import type { MetricId, MetricStore, Point } from '../metrics.ts'
import { isStatistic } from '../statistics.ts'
import type { JsonInput } from './json.ts'
import { asObject, list, needNumber, needText, number, text } from './json.ts'
import { cutPage, openToken } from './metricPages.ts'
import { AwsError, invalid } from './service.ts'

export type QueryStatus = 'PartialData' | 'InternalError' | 'Forbidden'

export interface CloudWatchKnobs {
  /** Data points per page. */
  pageSize: number
  /** Answers that are no evidence although the call succeeds: by metric name, or `*` for all. */
  readonly queryStatus: Map<string, QueryStatus>
}

interface Query {
  readonly id: string
  readonly label: string
  readonly metric: MetricId
  readonly periodMs: number
  readonly stat: string
  readonly returned: boolean
}

export interface Result {
  readonly Id: string
  readonly Label: string
  readonly StatusCode: 'Complete' | QueryStatus
  readonly Timestamps: readonly number[]
  readonly Values: readonly number[]
  readonly Messages?: readonly { readonly Code: string; readonly Value: string }[]
}

export function getMetricData(store: MetricStore, knobs: CloudWatchKnobs, input: JsonInput): unknown {
  const from = needNumber(input, 'StartTime') * 1000
  const to = needNumber(input, 'EndTime') * 1000
  if (from >= to) throw invalid('The parameter StartTime must be less than the parameter EndTime.')
  const descending = (text(input, 'ScanBy') ?? 'TimestampDescending') === 'TimestampDescending'
  const most = number(input, 'MaxDatapoints') ?? 100_800
  if (most < 1 || most > 100_800) throw invalid(`MaxDatapoints must be between 1 and 100800, not ${most}`)
  const token = openToken(text(input, 'NextToken'))
  const series = readQueries(input)
    .filter((query) => query.returned)
    .map((query) => {
      const points = store.read(query.metric, {
        from: from - (from % alignMs(query.periodMs)),
        to,
        periodMs: query.periodMs,
        stat: query.stat,
        now: token.now
      })
      return { query, points: descending ? points.toReversed() : points }
    })
  const page = cutPage(
    series.map((one) => one.points.length),
    token,
    Math.min(knobs.pageSize, most)
  )
  return {
    MetricDataResults: page.parts.map(({ index, start, end, more }) => {
      const one = series[index]
      if (one === undefined) throw new Error('a page names a series that was asked for')
      return result(one.query, one.points.slice(start, end), more, knobs)
    }),
    Messages: [],
    ...(page.next === undefined ? {} : { NextToken: page.next })
  }
}

function result(query: Query, points: readonly Point[], more: boolean, knobs: CloudWatchKnobs): Result {
  const status = knobs.queryStatus.get(query.metric.name) ?? knobs.queryStatus.get('*')
  const told = status === undefined || status === 'PartialData' ? points : []
  return {
    Id: query.id,
    Label: query.label,
    StatusCode: status ?? (more ? 'PartialData' : 'Complete'),
    Timestamps: told.map((point) => point.at / 1000),
    Values: told.map((point) => point.value),
    ...(status === undefined ? {} : { Messages: [{ Code: status, Value: 'set in the lab' }] })
  }
}

/** AWS rounds the start down: to the period below a minute, to the minute from there on; points lie on whole periods. */
const alignMs = (periodMs: number): number => Math.min(periodMs, 60_000)

function readQueries(input: JsonInput): readonly Query[] {
  const raw = list(input, 'MetricDataQueries')
  if (raw === undefined || raw.length === 0) throw new AwsError('MissingParameter', 'MetricDataQueries is required.')
  if (raw.length > 500)
    throw invalid(`The collection MetricDataQueries must not have a size greater than 500, it has ${raw.length}`)
  const queries = raw.map((one) => readQuery(asObject(one, 'MetricDataQueries')))
  if (new Set(queries.map((one) => one.id)).size < queries.length)
    throw invalid('The Ids of the queries must be unique')
  return queries
}

function readQuery(input: JsonInput): Query {
  const id = needText(input, 'Id')
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) throw invalid(`The Id '${id}' must match ^[a-z][a-zA-Z0-9_]*$`)
  if (text(input, 'Expression') !== undefined)
    throw invalid('The lab knows no expressions: ask for the metrics themselves')
  const stat = asObject(input['MetricStat'], 'MetricStat')
  const metric = asObject(stat['Metric'], 'Metric')
  const period = needNumber(stat, 'Period')
  if (![1, 5, 10, 20, 30].includes(period) && (period % 60 !== 0 || period < 60)) {
    throw new AwsError('InvalidParameterValue', `Period must be 1, 5, 10, 20, 30 or a multiple of 60, not ${period}`)
  }
  const statistic = needText(stat, 'Stat')
  if (!isStatistic(statistic))
    throw new AwsError('InvalidParameterValue', `Stat '${statistic}' is not known to the lab`)
  const name = needText(metric, 'MetricName')
  const dimensions = (list(metric, 'Dimensions') ?? []).map((one) => asObject(one, 'Dimensions'))
  return {
    id,
    label: text(input, 'Label') ?? name,
    metric: {
      namespace: needText(metric, 'Namespace'),
      name,
      dimensions: Object.fromEntries(dimensions.map((one) => [needText(one, 'Name'), needText(one, 'Value')]))
    },
    periodMs: period * 1000,
    stat: statistic,
    returned: input['ReturnData'] !== false
  }
}
