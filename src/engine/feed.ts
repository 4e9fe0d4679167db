/**
 * Reads measurements beside the loop, so that a slow metric source never delays a look at the routes. What arrived is shown
 * until a saved decision has seen it: of each meter as one reading, however often it was read before that.
 */
import type { Call } from '../core/call.ts'
import type { MeterReading, PeriodCounts } from '../core/observation.ts'
import type { Shift } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import { MAX_PERIODS, type Meters } from './meters.ts'

export interface Feed {
  /** Starts a read if one is due and none is under way. */
  poll(shift: Shift): void
  arrived(): readonly MeterReading[]
  settled(readings: readonly MeterReading[]): void
  /** When the next read is due; null while one is under way (its end rings). */
  nextReadAt(shift: Shift, now: Instant): Instant | null
}

export function makeFeed(deps: {
  readonly meters: Meters
  readonly clock: Clock
  readonly call: () => Call
  readonly ring: () => void
  readonly failed: (what: string, err: unknown) => void
}): Feed {
  const { meters, clock } = deps
  let reading = false
  let arrived: readonly MeterReading[] = []

  const read = async (shift: Shift) => {
    try {
      const readings = await meters.read(shift, clock.now(), deps.call())
      arrived = joined(arrived, readings)
    } catch (err) {
      deps.failed('measure', err)
    } finally {
      reading = false
      deps.ring()
    }
  }

  return {
    poll: (shift) => {
      const dueAt = meters.nextReadAt(shift, clock.now())
      if (reading || dueAt === null || dueAt > clock.now()) return
      reading = true
      void read(shift)
    },
    arrived: () => arrived,
    settled: (readings) => {
      const revised = new Set(readings.flatMap((reading) => reading.revised ?? []))
      arrived = arrived
        .filter((candidate) => !readings.includes(candidate))
        .map((candidate) => without(candidate, revised))
    },
    nextReadAt: (shift, now) => (reading ? null : meters.nextReadAt(shift, now))
  }
}

/**
 * Each meter's readings as one, or it would be judged by parts: a good minute in the second one would acquit what the first one
 * convicted. One that could not be made hides none that was: it follows it.
 */
function joined(former: readonly MeterReading[], fresh: readonly MeterReading[]): readonly MeterReading[] {
  const of = (meter: string, isUsable: boolean) =>
    former.find((reading) => reading.meter === meter && (reading.unusable === null) === isUsable)
  return [
    ...former.filter(({ meter }) => !fresh.some((reading) => reading.meter === meter)),
    ...fresh.flatMap((reading): readonly MeterReading[] => {
      const usable = of(reading.meter, true)
      if (reading.unusable !== null) return [...(usable ? [usable] : []), reading]
      return [usable ? together(usable, reading) : reading]
    })
  ]
}

/** A period in both is as it was read last; of a long outage the newest are judged. */
function together(former: MeterReading, latter: MeterReading): MeterReading {
  const revised = newest(former.revised ?? [], latter.revised ?? [])
  return {
    ...latter,
    periods: newest(former.periods, latter.periods).slice(-MAX_PERIODS),
    ...(revised.length > 0 ? { revised } : {})
  }
}

function newest(former: readonly PeriodCounts[], latter: readonly PeriodCounts[]): readonly PeriodCounts[] {
  const all = new Map([...former, ...latter].map((period) => [period.start, period]))
  return [...all.values()].toSorted((a, b) => a.start - b.start)
}

/** What a saved decision has seen of a reading that was joined with a later one meanwhile. */
function without(reading: MeterReading, seen: ReadonlySet<PeriodCounts>): MeterReading {
  if (seen.size === 0 || !reading.revised) return reading
  const { revised, ...rest } = reading
  const left = revised.filter((period) => !seen.has(period))
  return { ...rest, ...(left.length > 0 ? { revised: left } : {}) }
}
