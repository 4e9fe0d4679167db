/**
 * Ends and halts: the only places where a shift stops moving by itself.
 */
import type { Cause, HaltWhy } from './reason.ts'
import type { End } from './shift.ts'
import { percentNow } from './standing.ts'
import { emit, enter, patch, type Turn } from './turn.ts'

/** Terminal: nothing is decided any more. */
export function finish(turn: Turn, outcome: End, text: string, actor = 'daemon'): void {
  const percent = percentNow(turn)
  enter(turn, { kind: outcome, since: turn.now })
  patch(turn, { endedAt: turn.now })
  emit(turn, 'shift.ended', { code: 'ended', outcome, percent, text }, { actor })
}

/** The daemon holds until a person decides. With a cause it goes back by itself once old is fit. */
export function halt(turn: Turn, why: HaltWhy, detail: string, cause: Cause | null): void {
  const { phase, policy } = turn.shift
  if (phase.kind === 'halted' && phase.why === why) return
  enter(turn, { kind: 'halted', since: turn.now, why, cause })
  const watches = policy.mode === 'observe' ? ({ watches: true } as const) : {}
  emit(turn, 'shift.halted', { code: 'halted', why, detail, cause, ...watches }, { page: true })
}
