/**
 * How long a shift was in each phase, and in each stretch of it, read from its decision log.
 */
import type { ShiftEvent } from '../event.ts'
import { percentOf } from '../percent.ts'
import type { Reason } from '../reason.ts'
import type { PhaseName, Shift } from '../shift.ts'
import type { Instant } from '../time.ts'
import type { ReportView } from '../view.ts'
import type { Stretch, StretchView } from './view.ts'

interface Mark {
  readonly at: Instant
  readonly phase: PhaseName
  readonly reason: Reason | null
}

/** One phase of one stretch, without a gap to the next. */
export interface Span {
  readonly from: Instant
  readonly until: Instant
  readonly phase: PhaseName
  readonly stretch: Stretch
  /** Null outside of steps. */
  readonly step: number | null
}

/** Phases in the order in which they were first entered, each with the sum of its times; ends take no time. */
export function phaseTimes(shift: Shift, events: readonly ShiftEvent[], end: Instant): ReportView['time']['phases'] {
  return summed(spansOf(shift, events, end))
}

/** The same for each stretch, in their order; what came twice (a step after a step back) is added up. */
export function stretchTimes(shift: Shift, events: readonly ShiftEvent[], end: Instant): readonly StretchView[] {
  const groups = new Map<string, Span[]>()
  for (const span of spansOf(shift, events, end)) {
    const key = `${span.stretch} ${span.step ?? ''}`
    groups.set(key, [...(groups.get(key) ?? []), span])
  }
  return [...groups.values()].flatMap((spans) => {
    const [first] = spans
    if (!first) return []
    const percent = first.step === null ? null : percentOf(shift.steps[first.step]?.percent ?? 0)
    const ms = spans.reduce((sum, { from, until }) => sum + until - from, 0)
    return [{ stretch: first.stretch, step: first.step, percent, seconds: ms / 1000, phases: summed(spans) }]
  })
}

/** Everything from the creation to `end`, in order. */
export function spansOf(shift: Shift, events: readonly ShiftEvent[], end: Instant): readonly Span[] {
  const last: Mark = { at: shift.phase.since, phase: shift.phase.kind, reason: null }
  const marks = [
    { at: shift.createdAt, phase: 'preflight' as PhaseName, reason: null },
    ...events.map((event) => ({ at: event.at, phase: phaseAfter(shift, event), reason: event.reason })),
    last
  ].filter((mark) => mark === last || mark.at <= shift.phase.since)
  let skipped = 0
  let step = -1
  return marks.flatMap(({ at, phase, reason }, i) => {
    if (reason?.code === 'preflight_passed') skipped = reason.skipped
    if (reason !== null) step = stepAfter(shift, reason, step, skipped)
    const until = marks[i + 1]?.at ?? end
    return until > at ? [{ from: at, until, phase, ...stretchOf(phase, step) }] : []
  })
}

function summed(spans: readonly Span[]): StretchView['phases'] {
  const sums = new Map<PhaseName, number>()
  for (const { from, until, phase } of spans) sums.set(phase, (sums.get(phase) ?? 0) + until - from)
  return [...sums].map(([phase, ms]) => ({ phase, seconds: ms / 1000 }))
}

/** The step that is asked for or in effect after an event; -1 while new is only attached. */
function stepAfter(shift: Shift, reason: Reason, step: number, skipped: number): number {
  switch (reason.code) {
    case 'preflight_passed':
      return shift.policy.mode === 'observe' ? 0 : step
    case 'write':
      // Where new was attached before, there is no step 0.
      return reason.why === 'step' && step < 0 ? skipped : step
    case 'in_effect':
      return reason.step < 0 ? skipped : reason.step
    case 'step_done':
      return Math.min(reason.step + 1, shift.steps.length - 1)
    default:
      return step
  }
}

function stretchOf(phase: PhaseName, step: number): Pick<Span, 'stretch' | 'step'> {
  if (phase === 'preflight') return { stretch: 'preflight', step: null }
  if (phase === 'draining') return { stretch: 'drain', step: null }
  if (phase === 'rolling_back' || phase === 'stuck') return { stretch: 'back', step: null }
  return step < 0 ? { stretch: 'attach', step: null } : { stretch: 'step', step }
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
