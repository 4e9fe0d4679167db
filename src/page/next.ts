/**
 * What happens next by itself, and when; or who must decide. Pure.
 */
import type { PhaseName } from '../core/shift.ts'
import type { ShiftView } from '../core/view.ts'
import { percent } from './format.ts'

export interface Next {
  readonly what: string
  /** Milliseconds since the epoch; null where no time is set. */
  readonly until: number | null
  /** What stands before the time that is left, or instead of it. */
  readonly detail: string
}

/** What is said once that time is over. */
export function overdue(phase: PhaseName): string {
  switch (phase) {
    case 'baking':
      return 'as soon as every gate lets it'
    case 'rolling_back':
      return 'once almost nobody arrives at new any more'
    default:
      return 'any moment now'
  }
}

export function nextOf(view: ShiftView): Next {
  const { step } = view
  const until = step?.until == null ? null : Date.parse(step.until)
  switch (view.phase) {
    case 'preflight':
      return { what: 'New is attached at weight 0', until: null, detail: 'once every finding is read' }
    case 'converging':
      return converging(view, until)
    case 'baking':
      if (step?.steppedBackTo != null)
        return { what: `Back up to ${percent(step.percent)}`, until: null, detail: 'once the evidence clears' }
      return { what: afterBake(view), until, detail: 'in' }
    case 'awaiting_approval':
      return { what: 'Somebody must approve', until, detail: `then ${after(view)}; it expires in` }
    case 'paused':
      return { what: 'Nothing, until somebody resumes', until: null, detail: 'a breach still rolls back' }
    case 'halted':
      return {
        what: 'A person must decide',
        until: null,
        detail: 'a breach still rolls back; the sentence above says what can be done'
      }
    case 'draining':
      return { what: 'Completed', until, detail: 'once old gets almost nothing, or in' }
    case 'rolling_back':
      return { what: 'Everybody is back on old', ...backIn(view, until) }
    case 'stuck':
      return {
        what: 'It keeps trying',
        until: null,
        detail: 'and a person must look: the commands below do it by hand'
      }
    default:
      return { what: 'Nothing more', until: null, detail: 'this shift has ended' }
  }
}

/** When the slowest route is in effect; null while one is not read back. */
function inEffectAt({ routes }: ShiftView): number | null {
  const moments = routes.flatMap((route) => (route.inEffectAt === null ? [] : [Date.parse(route.inEffectAt)]))
  return moments.length === routes.length && moments.length > 0 ? Math.max(...moments) : null
}

function converging(view: ShiftView, deadline: number | null): Next {
  const settled = inEffectAt(view)
  if ((view.step?.index ?? -1) < 0)
    return { what: `New gets ${after(view)}`, until: deadline, detail: 'once new is healthy, within' }
  const what = `Bakes at ${percent(view.percent)}`
  return settled === null
    ? { what, until: deadline, detail: 'once it is live, within' }
    : { what, until: settled, detail: 'in effect in' }
}

function backIn(view: ShiftView, deadline: number | null): Pick<Next, 'until' | 'detail'> {
  const settled = inEffectAt(view)
  return settled === null
    ? { until: deadline, detail: 'once it is read back, within' }
    : { until: settled, detail: 'in effect in' }
}

/** `50 %`, or what comes after the last step. */
function after({ step, steps, targetPercent }: ShiftView): string {
  const next = steps[(step?.index ?? -1) + 1]
  if (next) return percent(next.percent)
  return targetPercent === 100 ? 'old is drained' : 'it completes'
}

function afterBake(view: ShiftView): string {
  const rung = view.steps[view.step?.index ?? -1]
  if (rung?.approval != null) return 'Somebody must approve'
  const next = view.steps[(view.step?.index ?? -1) + 1]
  if (next) return `New gets ${percent(next.percent)}`
  return view.targetPercent === 100 ? 'Old is drained' : 'Completed'
}
