/**
 * The one decision: what is remembered, what is seen, what time it is; what to remember next, what to do, when to look again.
 * Pure. The order is the law: what was read and measured, urgent orders, danger, other orders, progress, writes.
 */
import type { Decision } from './decision.ts'
import type { Observation } from './observation.ts'
import { danger } from './danger.ts'
import { decideWrites } from './effects.ts'
import { foldAnswers, foldRoutes } from './fold.ts'
import { judge } from './judge.ts'
import { judgeSignals } from './signals.ts'
import { forgiveOutage } from './outage.ts'
import { obeyOthers, obeyUrgent } from './orders.ts'
import { progress } from './progress.ts'
import { sameJson } from './same.ts'
import { isEnded, type Shift } from './shift.ts'
import type { Instant } from './time.ts'
import { beginTurn, type Turn } from './turn.ts'
import { wakeAt } from './wake.ts'

const STAGES: readonly ((turn: Turn) => void)[] = [
  forgiveOutage,
  foldAnswers,
  foldRoutes,
  judge,
  judgeSignals,
  obeyUrgent,
  danger,
  obeyOthers,
  progress,
  decideWrites
]

/** `now` never goes back: a clock behind the last decision is taken as that decision's time. */
export function decide(shift: Shift, seen: Observation, now: Instant): Decision {
  const turn = beginTurn(shift, seen, Math.max(now, shift.updatedAt))
  for (const stage of STAGES) if (!isEnded(turn.shift.phase)) stage(turn)
  const consumed = isEnded(turn.shift.phase) ? seen.commands.map((command) => command.id) : turn.consumed
  // What changes nothing is not saved: a thousand quiet shifts write nothing.
  const changed = turn.events.length > 0 || consumed.length > 0 || !sameJson(turn.shift, shift)
  return {
    shift: changed ? { ...turn.shift, version: shift.version + 1, updatedAt: turn.now } : shift,
    events: turn.events,
    effects: turn.effects,
    consumed,
    wakeAt: wakeAt(turn)
  }
}
