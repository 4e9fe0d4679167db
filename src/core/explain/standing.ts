/**
 * Where a shift stands in few words, for lists that are sent only when something changes: no time in it could grow old.
 */
import type { Shift } from '../shift.ts'
import { explainCause } from './causes.ts'
import { explainEnd } from './ends.ts'
import { explainHalt } from './halts.ts'
import { groundText, nextPercent, percentText } from './percents.ts'

/** `baking at 10 %`, `halted at 10 %: somebody else changed what this shift had set`. */
export function explainStanding(shift: Shift): string {
  const { phase } = shift
  const at = percentText(shift)
  switch (phase.kind) {
    case 'preflight':
      return 'looking at every route before anything is written'
    case 'converging':
      return shift.step < 0 ? groundText(shift) : `moving to ${at}`
    case 'baking':
      if (shift.policy.mode === 'observe') return `watching what others move, at ${at}`
      return shift.back === null ? `baking at ${at}` : `stepped back to ${at} until the evidence clears`
    case 'awaiting_approval':
      return `baked at ${at}, somebody must approve`
    case 'paused':
      return `paused at ${at} by ${phase.by === 'stop' ? 'the red button' : 'a person'}`
    case 'halted':
      return `halted at ${at}: ${phase.cause === null ? explainHalt(phase.why) : explainCause(phase.cause)}`
    case 'draining':
      return `draining old: new has ${at}`
    case 'rolling_back':
      return `going back because ${explainCause(phase.cause)}`
    case 'stuck':
      return 'stuck on the way back: it is not verified, and still being tried'
    case 'completed':
    case 'rolled_back':
    case 'aborted':
    case 'released':
    case 'refused':
    case 'failed':
      return explainEnd(shift, phase.kind)
  }
}

/** What comes next without anybody's doing: `50 %`, `somebody must approve`; null where a person decides, or nothing comes. */
export function explainNext(shift: Shift): string | null {
  switch (shift.phase.kind) {
    case 'preflight':
      return 'new is attached at weight 0'
    case 'converging':
      return shift.step < 0 ? nextPercent(shift) : `bakes at ${percentText(shift)}`
    case 'baking':
      if (shift.policy.mode === 'observe') return 'the watch ends'
      return needsApproval(shift) ? 'somebody must approve' : nextPercent(shift)
    case 'draining':
      return 'completed'
    case 'rolling_back':
      return 'everybody is back on old'
    default:
      return null
  }
}

function needsApproval(shift: Shift): boolean {
  return (shift.steps[shift.step]?.approval ?? null) !== null && !shift.approved
}
