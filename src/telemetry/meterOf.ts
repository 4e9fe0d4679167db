/**
 * What Prometheus is told of a shift: from its state and the newest look at its routes to plain numbers. Pure.
 */
import type { Observation } from '../core/observation.ts'
import { percentOf } from '../core/percent.ts'
import { rollbackView } from '../core/present/rollback.ts'
import { tenthsOfShare } from '../core/share.ts'
import { isEnded, rollbackBeganAt, type Shift } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import type { ShiftMeter } from './shiftSeries.ts'

/** `seen` is null where nothing was looked at since this process began. */
export function meterOf(shift: Shift, seen: Observation | null, at: Instant): ShiftMeter {
  const ended = isEnded(shift.phase)
  return {
    id: shift.id,
    migration: shift.migration,
    phase: shift.phase.kind,
    routes: shift.routes.map((route) => {
      const reading = seen?.routes[route.name]?.reading
      return {
        name: route.name,
        desired: shift.phase.kind === 'preflight' ? null : percentOf(tenthsOfShare(route.want.share)),
        live: reading?.kind === 'reading' ? percentOf(tenthsOfShare(reading.share)) : null,
        observed: route.observed === null ? null : route.observed * 100
      }
    }),
    gates: shift.gates.map(({ gate, route, value, verdict }) => ({ name: gate, route, value, verdict })),
    lookedAt: ended ? null : at,
    blind: ended ? null : blindOf(shift, seen),
    rollback: rollbackOf(shift, seen, at)
  }
}

function blindOf({ gates }: Shift, seen: Observation | null): number {
  const routes = Object.values(seen?.routes ?? {}).filter(({ reading }) => reading.kind === 'unreadable')
  return routes.length + gates.filter(({ verdict }) => verdict === 'blind').length
}

function rollbackOf(shift: Shift, seen: Observation | null, at: Instant): ShiftMeter['rollback'] {
  const { phase } = shift
  if (phase.kind !== 'rolling_back' && phase.kind !== 'stuck') return null
  const over = phase.confirmedAt !== null && at >= inEffectAt(shift, at)
  return over ? null : { startedAt: rollbackBeganAt(phase), promisedSeconds: promisedSeconds(shift, seen, at) }
}

/** When everybody is back; `otherwise` where a route has no such time any more, because what follows is only tidied up. */
function inEffectAt({ routes }: Shift, otherwise: Instant): Instant {
  const moments = routes.map((route) => route.inEffectAt)
  return moments.includes(null) ? otherwise : Math.max(...moments.map((moment) => moment ?? otherwise))
}

/** What people were told before it began: the promise of the same shift, had it stood still. Null where none was given. */
function promisedSeconds(shift: Shift, seen: Observation | null, at: Instant): number | null {
  const still: Shift = { ...shift, phase: { kind: 'paused', since: shift.phase.since, by: 'person' } }
  return rollbackView(still, seen?.routes ?? null, {}, at).inEffectWithinSeconds
}

/** Whether a rollback that was confirmed just now will be in effect later than promised. */
export function isLate(shift: Shift, seen: Observation | null, at: Instant): boolean {
  const { phase } = shift
  if (phase.kind !== 'rolling_back' && phase.kind !== 'stuck') return false
  const promised = promisedSeconds(shift, seen, at)
  return promised !== null && inEffectAt(shift, at) - rollbackBeganAt(phase) > promised * 1000
}
