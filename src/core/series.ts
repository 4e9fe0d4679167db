/**
 * What was measured of old and new over time, gate by gate: the points of a graph, from what the decisions saw. Shows only what
 * was reported; a side that could not be counted is null, never 0. Judges nothing.
 */
import { tally, type Blind } from './gates/counts.ts'
import { slowTally, tailOf } from './gates/latency.ts'
import { isMeasured, meterOf, type MeasuredGate } from './gates/meters.ts'
import { metricValue } from './gates/metric.ts'
import { mix } from './gates/statusMix.ts'
import type { Side } from './migration.ts'
import type { MeterReading, PeriodCounts } from './observation.ts'
import { rfc3339 } from './rfc3339.ts'
import type { Shift, Tally } from './shift.ts'
import type { Instant } from './time.ts'
import type { PointView, SeriesUnit } from './view.ts'

/** One side in one period: the value in the gate's unit, and of how many requests; null where it is not known. */
interface Sample {
  readonly value: number | null
  readonly requests: number | null
}

const UNKNOWN: Sample = { value: null, requests: null }

/** A point with the start of its period as an instant. */
export interface Measured extends Omit<PointView, 'at'> {
  readonly start: Instant
}

/** A point for each gate and route that reads one of these meters, in the order of the periods. */
export function pointsOf(shift: Measurable, meters: readonly MeterReading[]): readonly PointView[] {
  return measuredOf(shift, meters).map(pointOf)
}

/** For callers. */
export function pointOf({ start, ...point }: Measured): PointView {
  return { ...point, at: rfc3339(start + point.seconds * 1000) }
}

type Measurable = Pick<Shift, 'gateSpecs' | 'routeSpecs'>

/** The same, for those who calculate with it. */
export function measuredOf(
  { gateSpecs, routeSpecs }: Measurable,
  meters: readonly MeterReading[]
): readonly Measured[] {
  const readers = gateSpecs
    .filter(isMeasured)
    .flatMap((gate) =>
      routeSpecs
        .filter(({ name }) => gate.routes === null || gate.routes.includes(name))
        .map(({ name }) => ({ gate, route: name, meter: meterOf(gate, name) }))
    )
  return meters.flatMap(({ meter, periods }) =>
    readers
      .filter((reader) => reader.meter === meter)
      .flatMap(({ gate, route }) => periods.map((period) => measured(gate, route, period)))
  )
}

/** Points of later periods only, each period once: a period can be delivered to several decisions. */
export function onlyNew(points: readonly PointView[], newest: Map<string, string>): readonly PointView[] {
  return points.filter(({ gate, route, at }) => {
    const key = JSON.stringify([gate, route])
    if ((newest.get(key) ?? '') >= at) return false
    newest.set(key, at)
    return true
  })
}

function measured(gate: MeasuredGate, route: string, period: PeriodCounts): Measured {
  const [fresh, old] = [sampleOf(gate, period, 'new'), sampleOf(gate, period, 'old')]
  return {
    gate: gate.name,
    route,
    unit: unitOf(gate),
    start: period.start,
    seconds: gate.periodMs / 1000,
    new: fresh.value,
    old: old.value,
    newRequests: fresh.requests,
    oldRequests: old.requests,
    limit: limitOf(gate)
  }
}

/** share: of requests, 0 to 1; ms: milliseconds; number: whatever the gate's expression gives. */
function unitOf(gate: MeasuredGate): SeriesUnit {
  if (gate.type === 'metric') return 'number'
  return gate.type === 'latency' && gate.slow === null ? 'ms' : 'share'
}

/** The constant bound; null where the gate compares with old alone. */
function limitOf(gate: MeasuredGate): number | null {
  switch (gate.type) {
    case 'errorRate':
      return gate.max
    case 'statusMix':
    case 'burnRate':
      return null
    case 'latency':
      return gate.slow === null ? (gate.percentile?.maxMs ?? null) : gate.slow.max
    case 'metric':
      return gate.max ?? gate.min
  }
}

function sampleOf(gate: MeasuredGate, period: PeriodCounts, side: Side): Sample {
  switch (gate.type) {
    case 'errorRate':
    case 'burnRate':
      return shareOf(tally(period[side], period.lb))
    case 'statusMix': {
      const mixes = gate.classes.map((of) => mix(period[side], period.lb, of))
      const [first] = mixes
      if (!first || mixes.some((one) => 'blind' in one)) return UNKNOWN
      const errors = mixes.reduce((sum, one) => sum + ('blind' in one ? 0 : one.errors), 0)
      return shareOf('blind' in first ? first : { requests: first.requests, errors })
    }
    case 'latency': {
      if (gate.slow !== null) return shareOf(slowTally(period, side))
      const tail = tailOf(period, side, 1)
      return 'blind' in tail ? UNKNOWN : { value: tail.ms, requests: tail.requests }
    }
    case 'metric': {
      const value = side === 'new' ? metricValue(gate, period) : null
      return { value, requests: null }
    }
  }
}

function shareOf(counted: Tally | Blind): Sample {
  if ('blind' in counted) return UNKNOWN
  const { requests, errors } = counted
  return { value: requests > 0 ? errors / requests : null, requests }
}
