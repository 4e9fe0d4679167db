/**
 * A gate that compares new with old: feeds each mature period to the evidence and reads a verdict from it. Never judges a single
 * number against a constant; that is the gate's absolute sibling (errorRate.ts with `against: none`).
 */
import { baselineOf } from '../evidence/baseline.ts'
import { newEvidence, step } from '../evidence/evidence.ts'
import { knobsOf, type Knobs } from '../evidence/knobs.ts'
import { stepsBack } from '../evidence/decision.ts'
import type { Reading } from '../evidence/reading.ts'
import { inWords, type Phrasing } from '../evidence/words.ts'
import { formatCount } from '../explain/words.ts'
import type { PeriodCounts } from '../observation.ts'
import type { Comparison } from '../policy.ts'
import type { Compared, GateState, Tally } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'

/** A shared outage that began this soon after an increase, and lasts so long, may be new's doing (GATING 3.5). */
export const SHARED_PERIODS = 10

export interface ComparisonSetup {
  /** Objective, 0 to 1. */
  readonly theta: number
  readonly comparison: Comparison
  /** What part of the false-rollback budget this gate on this route may spend, 0 to 1. */
  readonly part: number
  /** Requests and errors of old before the shift, oldest first. */
  readonly baseline: readonly Tally[]
  readonly shares: readonly number[]
  readonly bakesMs: Ms
  readonly periodMs: Ms
  readonly delayMs: Ms
  readonly minShare: number
  readonly promotion: { readonly minBakeMs: Ms; readonly harmBudget: number } | null
}

/** Nothing was suspected since the step was last entered. */
export const UNDOUBTED: Compared['clear'] = { periods: 0, is: true }

export function newCompared(setup: ComparisonSetup): Compared {
  const blockMs = Math.max(60_000, setup.periodMs)
  const evidence = newEvidence({
    theta: setup.theta,
    knobs: shared(knobs(setup.comparison), setup.part),
    baseline: baselineOf(setup.baseline.map(({ requests, errors }) => [requests, errors])),
    plan: { shares: setup.shares, blocks: Math.max(1, Math.ceil(setup.bakesMs / blockMs)) },
    periodMs: setup.periodMs,
    delayMs: setup.delayMs,
    minShare: setup.minShare,
    promotion: setup.promotion
      ? {
          minBakeBlocks: Math.max(1, Math.ceil(setup.promotion.minBakeMs / blockMs)),
          harmBudget: setup.promotion.harmBudget
        }
      : null
  })
  return {
    evidence,
    first: true,
    sharedSince: null,
    sharedByRise: false,
    words: '',
    back: null,
    clear: UNDOUBTED
  }
}

/** Every sequential comparison of a gate on its route: one, one for each class of answers, or none. */
export function comparisonsOf({ compared, classes }: GateState): readonly Compared[] {
  return [...(compared ? [compared] : []), ...Object.values(classes ?? {})]
}

/** The state with each of its comparisons changed. */
export function withComparisons(state: GateState, change: (compared: Compared) => Compared): GateState {
  const { compared, classes } = state
  return {
    ...state,
    ...(compared ? { compared: change(compared) } : {}),
    ...(classes ? { classes: Object.fromEntries(Object.entries(classes).map(([of, one]) => [of, change(one)])) } : {})
  }
}

/** A state judged again with a period that was revised: what the periods since have brought stays, no pass is added. */
export function recounted(again: GateState, was: GateState): GateState {
  const { at, value, samples, passed } = was
  const former = comparisonsOf(was)
  let next = 0
  const restored = withComparisons(again, (compared) => {
    const { first, clear } = former[next++] ?? compared
    return { ...compared, first, clear }
  })
  return { ...restored, at, value, samples, passed: again.verdict === 'pass' ? passed : 0 }
}

function knobs({ profile, tolerance, alpha, stepBackBudget }: Comparison): Knobs {
  return knobsOf(profile, {
    ...(tolerance === null ? {} : { tolerance }),
    ...(alpha === null ? {} : { alpha }),
    ...(stepBackBudget === null ? {} : { stepBackBudget })
  })
}

function shared(of: Knobs, part: number): Knobs {
  return { ...of, alpha: { relative: of.alpha.relative * part, absolute: of.alpha.absolute * part } }
}

export interface ComparisonContext {
  /** New's share while the period was served, 0 to 1. */
  readonly w: number
  readonly inStep: boolean
  /** It was served wholly at the newest share. */
  readonly entered: boolean
  /** Index of the step that the shift is at. */
  readonly step: number
  /** Younger than the gate's warmup: only a catastrophe counts. */
  readonly cold: boolean
  /** The shift serves a step back, and this period lies wholly in it. */
  readonly inBack: boolean
  /** The last increase took effect at. */
  readonly roseAt: Instant | null
  readonly minRequests: number
  readonly periodMs: Ms
  readonly delayMs: Ms
  readonly onAmber: 'stepBack' | 'hold'
  readonly limit: number
  readonly guard: boolean
  /** What is counted; absent: errors. */
  readonly phrasing?: Phrasing | undefined
}

/** The verdict after one more mature period, or after one of the newest was counted again. */
export function judgeComparison(
  state: GateState,
  compared: Compared,
  period: PeriodCounts,
  counts: { readonly new: Tally; readonly old: Tally },
  context: ComparisonContext
): GateState {
  const first = isFirst(compared, context)
  const { start } = period
  const { periodMs, w, cold } = context
  const of = {
    n1: counts.new.requests,
    e1: counts.new.errors,
    n0: counts.old.requests,
    e0: counts.old.errors
  }
  const { evidence, reading } = step(compared.evidence, { start, periodMs, w, first, cold, ...of }, context.step)
  const at = period.start + context.periodMs
  const next: Compared = {
    evidence,
    first: compared.first && (!first || reading.missing),
    ...sharedOf(compared, reading, period.start, context),
    words: inWords(reading, context.phrasing),
    back: backOf(reading, context),
    clear: clearOf(compared, reading, context)
  }
  const samples = context.inStep ? reading.inStep.requests : counts.new.requests
  const value = counts.new.requests > 0 ? counts.new.errors / counts.new.requests : null
  const shown = {
    ...state,
    at,
    value,
    limit: context.limit,
    samples,
    last: { new: tallyOf(reading, 1), old: tallyOf(reading, 0) },
    compared: next
  }
  return { ...shown, ...verdictOf(state, reading, counts.new.requests, context) }
}

/** A step begins with the first period that was served wholly at its share: those before it show the share before. */
export function isFirst({ first }: Compared, { entered }: Pick<ComparisonContext, 'entered'>): boolean {
  return first && entered
}

function tallyOf({ fired, stretch, block }: Reading, side: 0 | 1): Tally {
  const of = fired === null ? block : stretch
  return side === 1 ? { requests: of.n1, errors: of.e1 } : { requests: of.n0, errors: of.e0 }
}

function verdictOf(
  state: GateState,
  reading: Reading,
  requests: number,
  context: ComparisonContext
): Pick<GateState, 'verdict' | 'note' | 'passed'> {
  if (reading.fired !== null) return { verdict: 'breach', note: reading.fired, passed: 0 }
  if (reading.missing) return { verdict: 'blind', note: 'no_requests', passed: state.passed }
  if (reading.shared) return { verdict: 'hold', note: 'shared', passed: 0 }
  if (context.guard) return { verdict: 'hold', note: 'shared_guard', passed: 0 }
  if (reading.amber) return { verdict: 'hold', note: 'amber', passed: 0 }
  const seen = reading.inStep.requests
  if (seen < context.minRequests) {
    return {
      verdict: 'inconclusive',
      note: `few_requests:${formatCount(seen)}/${context.minRequests}`,
      passed: state.passed
    }
  }
  return { verdict: 'pass', note: null, passed: state.passed + (context.inStep && requests > 0 ? 1 : 0) }
}

function backOf(reading: Reading, { onAmber, w }: ComparisonContext): Compared['back'] {
  if (onAmber !== 'stepBack' || reading.wBack === null || !stepsBack(reading, w)) return null
  return { w: reading.wBack, past: reading.amberBy === 'past' }
}

/**
 * What was suspected is cleared by one clear period that was served wholly at the step back. A comparison that never suspected
 * anything has nothing to clear: of many at once some are always a little in doubt.
 */
function clearOf({ clear }: Compared, reading: Reading, { inBack }: ComparisonContext): Compared['clear'] {
  const periods = inBack ? clear.periods + 1 : 0
  if (reading.amber || reading.shared) return { periods, is: false }
  return { periods, is: clear.is || (inBack && reading.clear && !reading.missing) }
}

function sharedOf(
  compared: Compared,
  reading: Reading,
  start: Instant,
  { roseAt, periodMs, delayMs }: ComparisonContext
): Pick<Compared, 'sharedSince' | 'sharedByRise'> {
  if (!reading.shared) return { sharedSince: null, sharedByRise: false }
  if (compared.sharedSince !== null) return { sharedSince: compared.sharedSince, sharedByRise: compared.sharedByRise }
  const soon = delayMs + 2 * periodMs
  return { sharedSince: start, sharedByRise: roseAt !== null && start - roseAt <= soon && start >= roseAt }
}
