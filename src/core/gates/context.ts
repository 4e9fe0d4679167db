/**
 * What a gate must know of the shift to judge a period, as plain data, and which of several verdicts counts.
 */
import type { PeriodCounts } from '../observation.ts'
import type { ErrorRateGate, LatencyGate, StatusMixGate } from '../policy.ts'
import type { GateState, Verdict } from '../shift.ts'
import type { Instant } from '../time.ts'
import type { ComparisonContext } from './comparison.ts'
import type { MeasuredGate } from './meters.ts'

export interface GateContext {
  /** New's share while the period was served, 0 to 1. */
  readonly w: number
  /** The period lies wholly inside the step that bakes. */
  readonly inStep: boolean
  /** It was served wholly at the newest share: what it shows is not left over from the step before. */
  readonly entered: boolean
  /** Index of the step that the shift is at. */
  readonly step: number
  /** False for periods of the first step that are younger than the gate's warmup. */
  readonly warm: boolean
  /** The shift serves a step back, and the period lies wholly in it. */
  readonly inBack: boolean
  /** The last increase took effect at. */
  readonly roseAt: Instant | null
  readonly onAmber: 'stepBack' | 'hold'
  /** The shared guard of the route's load balancer trips (guard.ts). */
  readonly guard: boolean
}

/** For the sequential comparison. `limit` is what is shown beside the value. */
export function comparisonContext(
  spec: ErrorRateGate | StatusMixGate | LatencyGate,
  { w, inStep, entered, step, warm, inBack, roseAt, onAmber, guard }: GateContext,
  more: Pick<ComparisonContext, 'limit' | 'phrasing'>
): ComparisonContext {
  const { minRequests, periodMs, delayMs } = spec
  return {
    w,
    inStep,
    entered,
    step,
    cold: !warm,
    inBack,
    roseAt,
    minRequests,
    periodMs,
    delayMs,
    onAmber,
    guard,
    ...more
  }
}

/** End of a period: when what it says became true. */
export function endOf(period: PeriodCounts, { periodMs }: MeasuredGate): Instant {
  return period.start + periodMs
}

/** Worst first. */
export const URGENCY: readonly Verdict[] = ['breach', 'hold', 'blind', 'inconclusive', 'pass']

/** The state with the worst verdict; the first among equals. Undefined of nothing. */
export function worstOf(states: readonly GateState[]): GateState | undefined {
  return states.toSorted((a, b) => URGENCY.indexOf(a.verdict) - URGENCY.indexOf(b.verdict))[0]
}
