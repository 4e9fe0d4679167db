/**
 * The share of new over time, put together from the decision log (what was asked for, what was read back), the measurements
 * (what users really got) and what this page saw itself. Pure.
 */
import { expectedShare } from '../core/dns/model.ts'
import type { Tide } from '../core/shift.ts'
import type { EventView, PointView, RouteView } from '../core/view.ts'
import type { Look } from './state/shiftFeed.ts'

/** Columns of a graph by time: `x` in seconds since the epoch, percents; null where nothing is known. */
export interface ShareHistory {
  readonly x: readonly number[]
  readonly desired: readonly (number | null)[]
  readonly live: readonly (number | null)[]
  readonly observed: readonly (number | null)[]
  readonly expected: readonly (number | null)[]
  /** From a change to its effect, while resolvers may still hold the old answer: seconds since the epoch. */
  readonly tails: readonly (readonly [from: number, to: number])[]
}

interface At {
  readonly at: number
  readonly value: number | null
}

/** How many moments the expected share is worked out at. */
const GRID = 120

export function shareHistory(
  route: RouteView,
  events: readonly EventView[],
  points: readonly PointView[],
  looks: readonly Look[],
  until: number
): ShareHistory {
  const mine = events.filter(({ data }) => data['route'] === route.name)
  const desired = mine.flatMap((event) => (event.type === 'weight.requested' ? [changeOf(event)] : []))
  const confirmed = mine.flatMap((event) => (event.type === 'weight.confirmed' ? [changeOf(event)] : []))
  const live = [...confirmed, ...looks.map(({ at, live: value }) => ({ at, value }))].sort(byTime)
  const observed = observedOf(route.name, points, looks)
  const tides = tidesOf(route, desired, confirmed)
  const start = Math.min(until, ...[desired, live, observed].flatMap(([first]) => (first ? [first.at] : [])))
  const expected = tides.length === 0 ? [] : grid(start, until).map((at) => ({ at, value: percentAt(tides, at) }))
  const x = [
    ...new Set([desired, live, observed, expected].flatMap((all) => all.map(({ at }) => at)).concat(until))
  ].sort((a, b) => a - b)
  return {
    x: x.map((at) => at / 1_000),
    desired: held(x, desired),
    live: held(x, live),
    observed: only(x, observed),
    expected: only(x, expected),
    tails: tailsOf(route, confirmed, events, until)
  }
}

function byTime(a: At, b: At): number {
  return a.at - b.at
}

function changeOf({ at, data }: EventView): At {
  const { percent } = data
  return { at: Date.parse(at), value: typeof percent === 'number' ? percent : null }
}

/** Of the first gate that counts requests; where none does, of what this page was shown. */
function observedOf(route: string, points: readonly PointView[], looks: readonly Look[]): readonly At[] {
  const counting = points.filter(
    (point) => point.route === route && point.newRequests !== null && point.oldRequests !== null
  )
  const gate = counting[0]?.gate
  if (gate === undefined) return looks.map(({ at, observed: value }) => ({ at, value }))
  return inOrder(counting.filter((point) => point.gate === gate)).map((point): At => {
    const all = (point.newRequests ?? 0) + (point.oldRequests ?? 0)
    return { at: Date.parse(point.at), value: all === 0 ? null : (100 * (point.newRequests ?? 0)) / all }
  })
}

/** By time, each period once: one can be measured again, and the later word counts. */
export function inOrder(points: readonly PointView[]): readonly PointView[] {
  const byAt = new Map(points.map((point) => [point.at, point]))
  return [...byAt.values()].sort((a, b) => (a.at < b.at ? -1 : 1))
}

/** Changes of records, as the model of resolvers takes them. Load balancers have none. */
function tidesOf({ holdSeconds }: RouteView, desired: readonly At[], confirmed: readonly At[]): readonly Tide[] {
  if (holdSeconds === null) return []
  let from = 0
  return confirmed.flatMap(({ at, value }): readonly Tide[] => {
    const to = (value ?? 0) / 100
    if (to === from) return []
    const since = desired.findLast((ask) => ask.at <= at)?.at ?? at
    const tide: Tide = { since, at, from, to, holdMs: holdSeconds * 1_000 }
    from = to
    return [tide]
  })
}

function percentAt(tides: readonly Tide[], at: number): number | null {
  const share = expectedShare(
    tides.filter((tide) => (tide.since ?? tide.at ?? at) <= at),
    at
  )
  return share === null ? null : Math.round(share * 1_000) / 10
}

function grid(from: number, to: number): readonly number[] {
  return Array.from({ length: GRID + 1 }, (_, i) => Math.round(from + ((to - from) * i) / GRID))
}

function tailsOf(
  { holdSeconds, inEffectAt }: RouteView,
  confirmed: readonly At[],
  events: readonly EventView[],
  until: number
): ShareHistory['tails'] {
  if (holdSeconds === null) return []
  const effects = events.filter(({ type }) => type === 'weight.in_effect').map(({ at }) => Date.parse(at))
  return confirmed.map(({ at }, i) => {
    const next = confirmed[i + 1]?.at ?? Infinity
    const end = effects.find((effect) => effect > at) ?? (inEffectAt === null ? until : Date.parse(inEffectAt))
    return [at / 1_000, Math.min(end, next, until) / 1_000] as const
  })
}

/** A value stands until the next one. */
function held(x: readonly number[], all: readonly At[]): readonly (number | null)[] {
  let next = 0
  let value: number | null = null
  return x.map((at) => {
    while (next < all.length && (all[next]?.at ?? Infinity) <= at) value = all[next++]?.value ?? null
    return value
  })
}

/** A value is of its moment alone. */
function only(x: readonly number[], all: readonly At[]): readonly (number | null)[] {
  const byAt = new Map(all.map(({ at, value }) => [at, value]))
  return x.map((at) => byAt.get(at) ?? null)
}
