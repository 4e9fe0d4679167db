/**
 * What the gates stood on: their measurements while each step was in effect, and all of them as the points of a chart. A period
 * that lies only in part in a step, or on the way there, belongs to none.
 */
import type { MeterReading } from '../observation.ts'
import { percentOf } from '../percent.ts'
import { measuredOf, pointOf, type Measured } from '../series.ts'
import type { Shift } from '../shift.ts'
import type { Instant } from '../time.ts'
import type { PointView } from '../view.ts'
import type { Span } from './times.ts'
import type { EvidenceView } from './view.ts'

/** So many points a gate and route: a chart has no room for more. */
const CHART_POINTS = 240

export interface Measurements {
  /** Each period once, whatever the number of decisions that saw it. */
  add(meters: readonly MeterReading[]): void
  evidence(spans: readonly Span[]): readonly EvidenceView[]
  points(): readonly PointView[]
}

export function measurementsOf(shift: Shift): Measurements {
  const series = new Map<string, Measured[]>()
  return {
    add: (meters) => {
      for (const one of measuredOf(shift, meters)) {
        const key = JSON.stringify([one.gate, one.route])
        const list = series.get(key) ?? []
        if ((list.at(-1)?.start ?? -Infinity) < one.start) list.push(one)
        series.set(key, list)
      }
    },
    evidence: (spans) => {
      const windows = windowsOf(spans)
      return shift.steps.flatMap(({ percent }, step) => {
        const own = windows.filter((window) => window.step === step)
        const inside = ({ start, seconds }: Measured) =>
          own.some(({ from, until }) => start >= from && start + seconds * 1000 <= until)
        return [...series.values()].flatMap((list) => {
          const seen = together(list.filter(inside))
          return seen === null ? [] : [{ step, percent: percentOf(percent), ...evidenceOf(seen) }]
        })
      })
    },
    points: () => [...series.values()].flatMap(thinned).map(pointOf)
  }
}

interface Together extends Measured {
  readonly periods: number
}

function evidenceOf({ start: _start, seconds: _seconds, ...seen }: Together): Omit<EvidenceView, 'step' | 'percent'> {
  return seen
}

/** Stretches in which a step was in effect, those that follow each other as one. */
function windowsOf(spans: readonly Span[]): readonly { step: number; from: Instant; until: Instant }[] {
  const windows: { step: number; from: Instant; until: Instant }[] = []
  for (const { step, phase, from, until } of spans) {
    if (step === null || phase === 'converging') continue
    const last = windows.at(-1)
    if (last?.step === step && last.until === from) last.until = until
    else windows.push({ step, from, until })
  }
  return windows
}

/** Several periods as one; null of none. */
function together(list: readonly Measured[]): Together | null {
  const [first] = list
  const last = list.at(-1)
  if (!first || !last) return null
  return {
    ...last,
    start: first.start,
    seconds: (last.start - first.start) / 1000 + last.seconds,
    periods: list.length,
    new: valueOf(list, 'new'),
    old: valueOf(list, 'old'),
    newRequests: sum(list.map(({ newRequests }) => newRequests)),
    oldRequests: sum(list.map(({ oldRequests }) => oldRequests))
  }
}

/** A share is one of all requests; of anything else the highest counts: a mean of percentiles means nothing. */
function valueOf(list: readonly Measured[], side: 'new' | 'old'): number | null {
  const known = list.filter((one) => one[side] !== null)
  if (known.length === 0) return null
  if (known[0]?.unit !== 'share') return Math.max(...known.map((one) => one[side] ?? -Infinity))
  const requests = known.map((one) => one[`${side}Requests`] ?? 0)
  const all = requests.reduce((total, n) => total + n, 0)
  const bad = known.reduce((total, one, i) => total + (one[side] ?? 0) * (requests[i] ?? 0), 0)
  return all > 0 ? bad / all : null
}

function sum(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null)
  return known.length === 0 ? null : known.reduce((total, count) => total + count, 0)
}

function thinned(list: readonly Measured[]): readonly Measured[] {
  const size = Math.ceil(list.length / CHART_POINTS)
  if (size <= 1) return list
  const chunks = Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
  return chunks.flatMap((chunk) => {
    const one = together(chunk)
    if (one === null) return []
    const { periods: _periods, ...point } = one
    return [point]
  })
}
