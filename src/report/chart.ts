/**
 * What the charts of a report show, before it is drawn: the percent over time, and new beside old for the gates that came nearest to
 * their limit. Pure.
 */
import type { PointView, ReportView, SeriesUnit } from '../core/view.ts'
import type { Ms } from '../core/time.ts'
import { percent, valueOf } from './words.ts'

/** More pictures than this tell nobody anything; every number is in the JSON. */
const GATE_CHARTS = 8

export interface Line {
  readonly name: string
  readonly kind: 'new' | 'old' | 'desired' | 'live'
  /** Holds its value until the next point; else points are joined, and null is a gap. */
  readonly stepped: boolean
  readonly points: readonly { readonly at: Ms; readonly value: number | null }[]
}

export interface Chart {
  readonly title: string
  readonly from: Ms
  readonly to: Ms
  /** Of the full height; the lowest is 0. */
  readonly top: number
  readonly lines: readonly Line[]
  readonly limit: number | null
  /** A value of the vertical axis, with its unit. */
  readonly label: (value: number) => string
}

/** None where nothing was written or measured. */
export function chartsOf(report: ReportView): readonly Chart[] {
  const from = Date.parse(report.time.startedAt)
  const to = Math.max(from + 1, from + report.time.seconds * 1000)
  const span = { from, to }
  return [...percentChart(report, span), ...gateCharts(report.chart.points, span)]
}

type Span = Pick<Chart, 'from' | 'to'>

function percentChart({ chart }: ReportView, span: Span): readonly Chart[] {
  if (chart.percent.length === 0) return []
  const routes = [...new Set(chart.percent.map(({ route }) => route))]
  const lines = (['desired', 'live'] as const).flatMap((kind) =>
    routes.map((route): Line => {
      const own = chart.percent.filter((one) => one.kind === kind && one.route === route)
      const points = own.map(({ at, percent: value }) => ({ at: Date.parse(at), value }))
      const last = points.at(-1)
      const ended = last === undefined ? [] : [{ at: span.to, value: last.value }]
      return { name: `${route}: ${kind}`, kind, stepped: true, points: [...points, ...ended] }
    })
  )
  return [
    {
      ...span,
      title: routes.length === 1 ? `Percent of ${routes[0] ?? ''} on new` : `Percent on new, ${routes.length} routes`,
      top: 100,
      lines,
      limit: null,
      label: percent
    }
  ]
}

function gateCharts(points: readonly PointView[], span: Span): readonly Chart[] {
  const groups = Map.groupBy(points, ({ gate, route }) => JSON.stringify([gate, route]))
  return [...groups.values()]
    .toSorted((a, b) => nearness(b) - nearness(a))
    .slice(0, GATE_CHARTS)
    .flatMap((group) => gateChart(group, span))
}

/** How near new came to its limit, or to old where there is none. */
function nearness(group: readonly PointView[]): number {
  return Math.max(
    0,
    ...group.map((point) => {
      const bound = point.limit ?? point.old
      return point.new === null || bound === null || bound <= 0 ? 0 : point.new / bound
    })
  )
}

const WHAT: Readonly<Record<SeriesUnit, string>> = { share: 'share of requests', ms: 'milliseconds', number: 'value' }

function gateChart(group: readonly PointView[], span: Span): readonly Chart[] {
  const [first] = group
  if (!first) return []
  const { gate, route, unit, limit } = first
  const line = (side: 'new' | 'old'): Line => ({
    name: side,
    kind: side,
    stepped: false,
    points: group.map((point) => ({ at: Date.parse(point.at), value: point[side] }))
  })
  const lines = [line('new'), line('old')].filter((one) => one.points.some(({ value }) => value !== null))
  const highest = Math.max(limit ?? 0, ...group.flatMap((point) => [point.new ?? 0, point.old ?? 0]))
  return [
    {
      ...span,
      title: `Gate ${gate} on ${route}: ${WHAT[unit]}, new and old`,
      top: highest > 0 ? highest * 1.1 : 1,
      lines,
      limit,
      label: (value) => valueOf(value, unit)
    }
  ]
}
