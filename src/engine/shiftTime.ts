/**
 * Time as one shift sees it: never behind what is stored of it, and never standing still. A restart on a clock that is behind
 * (put back, or another machine's) must not hold a rollback up until that clock has caught up; so meanwhile the shift's time
 * runs on, at half speed. Never changes the time of measurements: those are the source's own.
 */
import type { Observation, RouteSeen } from '../core/observation.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'

export interface ShiftTime {
  now(): Instant
  /** From here on not before `stored`. */
  notBefore(stored: Instant): void
  /** The shift's time minus the clock's. */
  aheadMs(): Ms
}

/** As a share of the clock's: while it is ahead. */
const SPEED = 0.5

export function makeShiftTime(clock: Clock): ShiftTime {
  let read = clock.now()
  let time = read
  const now = (): Instant => {
    const at = clock.now()
    time = Math.max(at, time + (at - read) * SPEED)
    read = at
    return Math.round(time)
  }
  return {
    now,
    notBefore: (stored) => {
      time = Math.max(now(), stored)
    },
    aheadMs: () => now() - clock.now()
  }
}

/** What was seen by the clock, in the shift's time: how old a look is must not depend on a clock that is behind. */
export function inShiftTime(seen: Observation, aheadMs: Ms): Observation {
  if (aheadMs === 0) return seen
  const routes = Object.entries(seen.routes).map(([name, { reading, health }]): [string, RouteSeen] => [
    name,
    { reading: later(reading, aheadMs), health: later(health, aheadMs) }
  ])
  return {
    ...seen,
    routes: Object.fromEntries(routes),
    ...(seen.alarms && { alarms: seen.alarms.map((alarms) => later(alarms, aheadMs)) }),
    ...(seen.probes && {
      probes: seen.probes.map((probes) => ({
        ...probes,
        since: probes.since + aheadMs,
        newestAt: probes.newestAt === null ? null : probes.newestAt + aheadMs,
        results: probes.results.map((result) => ({ ...result, at: result.at + aheadMs }))
      }))
    })
  }
}

function later<T extends object>(one: T, byMs: Ms): T {
  return 'readAt' in one && typeof one.readAt === 'number' ? { ...one, readAt: one.readAt + byMs } : one
}
