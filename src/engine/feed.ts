/**
 * Reads measurements beside the loop, so that a slow metric source never delays a look at the routes. What arrived is shown
 * until a saved decision has seen it.
 */
import type { Call } from '../core/call.ts'
import type { MeterReading } from '../core/observation.ts'
import type { Shift } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Meters } from './meters.ts'

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
      arrived = [...arrived, ...readings]
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
      arrived = arrived.filter((candidate) => !readings.includes(candidate))
    },
    nextReadAt: (shift, now) => (reading ? null : meters.nextReadAt(shift, now))
  }
}
