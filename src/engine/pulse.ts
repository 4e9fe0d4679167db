/**
 * A sign of life every minute, while this process leads and does its work. A shift that nobody has looked at for long is no work
 * done: then there is no sign, and the alarm that waits for it fires. Never in the way of a decision.
 */
import type { Observation } from '../core/observation.ts'
import { percentOf } from '../core/percent.ts'
import { tenthsOfShare } from '../core/share.ts'
import type { Shift, ShiftId } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Beat, Heartbeat } from '../heartbeats/heartbeat.ts'

const EVERY_MS: Ms = 60_000
/** Sooner where the first shift opens, or where this process has only begun to lead: silence right after must be noticed too. */
const LOOK_MS: Ms = 5_000
const CALL_MS: Ms = 20_000
/** A loop that has not looked for so long is stuck, or its store does not answer. */
export const STALE_MS: Ms = 5 * 60_000

export interface PulseRun {
  readonly running: () => readonly ShiftId[]
  /** Only the replica that leads watches. */
  readonly leads: () => boolean
  readonly failed: (err: unknown) => void
  readonly signal: AbortSignal
}

export interface Pulse {
  /** To be told of every look at a shift whose decision could be saved: whoever only looks could not take a breach back. */
  looked(shift: Shift, seen: Observation, at: Instant): void
  /** Until `signal` aborts. Never rejects. */
  run(how: PulseRun): Promise<void>
}

interface Looked {
  readonly at: Instant
  readonly routes: Beat['routes']
}

export function makePulse(heartbeat: Heartbeat, clock: Clock): Pulse {
  const lookedAt = new Map<ShiftId, Looked>()
  const beat = async ({ running, signal }: PulseRun) => {
    const now = clock.now()
    const ids = running()
    for (const id of lookedAt.keys()) if (!ids.includes(id)) lookedAt.delete(id)
    // What has only begun to run is looked at for the first time soon.
    for (const id of ids) if (!lookedAt.has(id)) lookedAt.set(id, { at: now, routes: [] })
    const stale = [...lookedAt].filter(([, { at }]) => now - at >= STALE_MS).map(([id]) => id)
    if (stale.length > 0) throw new Error(`no sign of life: nobody has looked at ${stale.join(', ')} for 5 minutes`)
    const routes = [...lookedAt.values()].flatMap((looked) => looked.routes)
    const call = { urgency: 'observe', deadlineAt: now + CALL_MS, signal } as const
    await heartbeat.beat({ at: now, openShifts: ids.length, routes }, call)
  }
  return {
    looked: (shift, seen, at) => lookedAt.set(shift.id, { at, routes: routesOf(shift, seen) }),
    run: async (how) => {
      const { leads, running, failed, signal } = how
      let last = { at: -Infinity, open: 0 }
      while (!signal.aborted) {
        const [now, open] = [clock.now(), running().length]
        try {
          if (!leads()) lookedAt.clear()
          else if (now - last.at >= EVERY_MS || (last.open === 0 && open > 0)) {
            last = { at: now, open }
            await beat(how)
          }
        } catch (err) {
          if (!signal.aborted) failed(err)
        }
        await clock.sleep(LOOK_MS, signal)
      }
    }
  }
}

function routesOf(shift: Shift, seen: Observation): Beat['routes'] {
  return shift.routes.map(({ name, want }) => {
    const reading = seen.routes[name]?.reading
    const share = reading?.kind === 'reading' ? reading.share : want.share
    return { migration: shift.migration, route: name, percent: percentOf(tenthsOfShare(share)) }
  })
}
