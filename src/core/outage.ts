/**
 * Time in which nobody looked. What waits for a measurement or for a write is given the outage back: a daemon that was away must
 * not judge by the clock what it has not read yet. What hurts users, and a rollback's own deadline, is given nothing.
 */
import type { Phase } from './shift.ts'
import type { Ms } from './time.ts'
import { patch, type Turn } from './turn.ts'

/** Quiet shifts save a decision at least so often; less is no outage. */
const NO_OUTAGE_MS: Ms = 15_000

export function forgiveOutage(turn: Turn): void {
  const { shift, seen, now } = turn
  const outageMs = now - shift.updatedAt
  if (!seen.first || outageMs < NO_OUTAGE_MS) return
  const since = (at: number | null) => (at === null ? null : now)
  patch(turn, {
    phase: later(shift.phase, outageMs, now),
    blindSince: since(shift.blindSince),
    holdSince: since(shift.holdSince),
    shareSince: since(shift.shareSince),
    waitSince: since(shift.waitSince),
    back: shift.back === null ? null : { ...shift.back, since: shift.back.since + outageMs }
  })
}

function later(phase: Phase, outageMs: Ms, now: number): Phase {
  switch (phase.kind) {
    case 'preflight':
    case 'converging':
    case 'draining':
      return { ...phase, deadlineAt: phase.deadlineAt + outageMs }
    case 'baking':
      return { ...phase, until: Math.max(phase.until, now) }
    default:
      return phase
  }
}
