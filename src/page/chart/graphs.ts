/**
 * Which graphs a shift has: the share of new over time, and a graph for each gate that measures. Pure.
 */
import type { EventView, PointView, RouteView } from '../../core/view.ts'
import { measured, percent } from '../format.ts'
import { inOrder, shareHistory } from '../history.ts'
import type { Look } from '../state/shiftFeed.ts'
import type { Graph, Line } from './chart.ts'

const plain = { dash: [], width: 2, stepped: false } as const

/** Percent of new: what is wanted, what stands, what users got, and behind DNS what the model expects. */
export function shareGraph(
  route: RouteView,
  events: readonly EventView[],
  points: readonly PointView[],
  looks: readonly Look[],
  until: number
): Graph {
  const { x, desired, live, observed, expected, tails } = shareHistory(route, events, points, looks, until)
  const lines: readonly Line[] = [
    { ...plain, label: 'desired', values: desired, colour: '--dim', dash: [2, 4], stepped: true },
    { ...plain, label: 'live', values: live, colour: '--text', width: 2.5, stepped: true },
    { ...plain, label: 'observed', values: observed, colour: '--new' },
    ...(route.holdSeconds === null
      ? []
      : [{ ...plain, label: 'expected', values: expected, colour: '--wait', dash: [6, 4] }])
  ]
  const now = `desired ${percent(route.desiredPercent)}, live ${percent(route.livePercent)}, observed ${percent(route.observedPercent)}`
  return {
    title: `Share of users on new, route ${route.name}`,
    describe: `Percent of users on new over time on route ${route.name}. Now: ${now}.`,
    x,
    window: [x[0] ?? 0, until / 1_000],
    lines,
    format: percent,
    limit: null,
    shaded: { spans: tails, means: 'resolvers may still hold the old answer' },
    top: 10
  }
}

/** One graph for each gate that has been measured on this route, gates that count errors first. */
export function gateGraphs(route: string, points: readonly PointView[], window: Graph['window']): readonly Graph[] {
  const gates = [...new Set(points.filter((point) => point.route === route).map(({ gate }) => gate))]
  const of = (gate: string) => points.filter((one) => one.gate === gate && one.route === route)
  return gates.map((gate) => gateGraph(gate, route, of(gate), window))
}

const WHAT = { share: 'share of requests', ms: 'response time', number: 'value' } as const

function gateGraph(gate: string, route: string, all: readonly PointView[], window: Graph['window']): Graph {
  const points = inOrder(all)
  const last = points.at(-1)
  const unit = last?.unit ?? 'share'
  const format = (value: number) => measured(value, unit)
  const limit = last?.limit ?? null
  const show = (side: 'new' | 'old') => measured(points.findLast((point) => point[side] !== null)?.[side] ?? null, unit)
  const bound = limit === null ? '' : `, limit ${format(limit)}`
  const old: Line = { ...plain, label: 'old', values: points.map((point) => point.old), colour: '--old', dash: [6, 4] }
  const fresh: Line = { ...plain, label: 'new', values: points.map((point) => point.new), colour: '--new', width: 2.5 }
  return {
    title: `Gate ${gate}: ${WHAT[unit]}, new against old, route ${route}`,
    describe: `Gate ${gate} on route ${route} over time. Newest: new ${show('new')}, old ${show('old')}${bound}.`,
    x: points.map(({ at }) => Date.parse(at) / 1_000),
    window,
    lines: points.some((point) => point.old !== null) ? [fresh, old] : [fresh],
    format,
    limit: limit === null ? null : { value: limit, label: `limit ${format(limit)}` },
    shaded: null,
    top: unit === 'share' ? 0.001 : 1
  }
}
