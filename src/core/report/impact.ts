/**
 * Requests and errors of both sides over a shift, summed from the measured periods of its decisions. Every request is counted
 * once, whatever the number of gates, decisions or routes that saw it.
 */
import { tally } from '../gates/counts.ts'
import { onceMeasured } from '../migration.ts'
import type { MeterReading } from '../observation.ts'
import type { MeterKey, Shift, Tally } from '../shift.ts'
import type { Instant } from '../time.ts'
import type { ReportView } from '../view.ts'

export interface Impact {
  add(meters: readonly MeterReading[]): void
  result(): ReportView['serviceImpact']
}

interface Count {
  /** Start of the last period that was added. */
  to: Instant
  old: Tally
  new: Tally
}

const NONE: Tally = { requests: 0, errors: 0 }

/** Counts periods that began at or after the first write, in order; periods that cannot be counted add nothing. */
export function impactOf(shift: Shift): Impact {
  const since = shift.firstWriteAt ?? shift.createdAt
  const counts = new Map<MeterKey, Count>(
    countedMeters(shift).map((key) => [key, { to: -Infinity, old: NONE, new: NONE }])
  )
  return {
    add: (meters) => {
      for (const { meter, periods } of meters) {
        const count = counts.get(meter)
        for (const period of count ? periods : []) {
          if (!count || period.start < since || period.start <= count.to) continue
          count.to = period.start
          count.old = plus(count.old, tally(period.old, period.lb))
          count.new = plus(count.new, tally(period.new, period.lb))
        }
      }
    },
    result: () => resultOf([...counts.values()])
  }
}

/** The first meter of each route, and one route of those with the same pair of target groups: they are one measurement (CONTRACT 3). */
function countedMeters(shift: Shift): readonly MeterKey[] {
  return onceMeasured(shift.routeSpecs).flatMap(
    (route) => shift.meters.find((meter) => meter.route === route)?.key ?? []
  )
}

function resultOf(counts: readonly Count[]): ReportView['serviceImpact'] {
  const total = (side: 'old' | 'new') => counts.reduce((sum, count) => plus(sum, count[side]), NONE)
  const [old, fresh] = [total('old'), total('new')]
  return {
    requestsOnNew: fresh.requests,
    errorsOnNew: fresh.errors,
    errorRateOnNew: rateOf(fresh),
    errorRateOnOld: rateOf(old),
    excessErrors: counts.reduce((sum, count) => sum + excessOf(count), 0)
  }
}

/**
 * Errors on new beyond what old's rate would have given, to a tenth; route by route, so that one that did better hides none
 * that did worse. Where old served nothing there is no rate to excuse any of them.
 */
function excessOf({ old, new: fresh }: Count): number {
  const expected = fresh.requests * (rateOf(old) ?? 0)
  return Math.max(0, Math.round((fresh.errors - expected) * 10) / 10)
}

function plus(sum: Tally, more: ReturnType<typeof tally>): Tally {
  if ('blind' in more) return sum
  return { requests: sum.requests + more.requests, errors: sum.errors + more.errors }
}

function rateOf({ requests, errors }: Tally): number | null {
  return requests > 0 ? errors / requests : null
}
