/**
 * How long a shift was in each phase, read from its decision log.
 */
import type { ShiftEvent } from '../event.ts'
import type { PhaseName, Shift } from '../shift.ts'
import type { Instant } from '../time.ts'
import type { ReportView } from '../view.ts'

/** Phases in the order in which they were first entered, each with the sum of its times; ends take no time. */
export function phaseTimes(shift: Shift, events: readonly ShiftEvent[], end: Instant): ReportView['time']['phases'] {
  const marks = [
    { at: shift.createdAt, phase: 'preflight' as PhaseName },
    ...events.map((event) => ({ at: event.at, phase: phaseAfter(shift, event) })),
    { at: shift.phase.since, phase: shift.phase.kind }
  ].filter(({ at }, i, all) => i === all.length - 1 || at <= shift.phase.since)
  const sums = new Map<PhaseName, number>()
  marks.forEach(({ at, phase }, i) => {
    const until = marks[i + 1]?.at ?? end
    if (until > at) sums.set(phase, (sums.get(phase) ?? 0) + until - at)
  })
  return [...sums].map(([phase, ms]) => ({ phase, seconds: ms / 1000 }))
}

/** An event tells the phase in which it was recorded; these three are recorded at the very end of theirs. */
function phaseAfter(shift: Shift, { type, phase, reason }: ShiftEvent): PhaseName {
  if (type === 'weight.in_effect' && reason.code === 'in_effect' && reason.step >= 0) return 'baking'
  if (type === 'step.completed' && reason.code === 'step_done') {
    return reason.step < shift.steps.length - 1 ? 'converging' : 'draining'
  }
  if (type === 'preflight.passed') return shift.policy.mode === 'observe' ? 'baking' : 'converging'
  return phase
}
