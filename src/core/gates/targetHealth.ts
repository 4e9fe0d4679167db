/**
 * The gate `targetHealth` (CONTRACT 4.1): the share of healthy targets of new. Fast, as it does not wait for CloudWatch. Never
 * takes an unreadable or an old reading for an answer.
 */
import { FRESH_MS, type SidesHealth, type Unreadable } from '../observation.ts'
import type { TargetHealthGate } from '../policy.ts'
import type { GateState } from '../shift.ts'
import type { Instant } from '../time.ts'

/**
 * Judges one read of a route's targets; reads closer than `every` to the last one judged, and the same read seen again, change
 * nothing. Below the ratio is `inconclusive` until it has lasted `for`, then a breach. A read that failed in between is blind
 * and neither ends nor lengthens that time. `passed` counts consecutive passing reads inside the step.
 */
export function judgeTargetHealth(
  spec: TargetHealthGate,
  state: GateState,
  health: SidesHealth | Unreadable,
  now: Instant,
  inStep: boolean
): GateState {
  const at = health.kind === 'health' ? health.readAt : now
  // A clock that went backwards (another machine took over) must not stop the gate: only the same or a close later read is skipped.
  if (state.at !== null && at >= state.at && at - state.at < Math.max(1, spec.everyMs)) return state
  const base = { ...state, at, limit: spec.minHealthyRatio }
  const blind = { value: null, samples: 0, passed: 0 }
  if (health.kind === 'unreadable') return { ...base, ...blind, verdict: 'blind', note: health.code }
  if (now - at > FRESH_MS) return { ...base, ...blind, verdict: 'blind', note: 'stale' }

  const { healthy, total } = health.new
  const value = total === 0 ? 0 : healthy / total
  const seen = { ...base, value, samples: total }
  if (value >= spec.minHealthyRatio) {
    return { ...seen, verdict: 'pass', passed: state.passed + (inStep ? 1 : 0), lowSince: null, note: null }
  }
  const lowSince = Math.min(state.lowSince ?? at, at)
  const low = { ...seen, lowSince, passed: 0 }
  if (at - lowSince >= spec.forMs) return { ...low, verdict: 'breach', note: null }
  return { ...low, verdict: 'inconclusive', note: 'low' }
}
