/**
 * The gate `errorRate` with `against: old` (CONTRACT 4.1): requests and errors of both sides, period by period, for the sequential
 * comparison. What could not be counted on either side is blind.
 */
import type { PeriodCounts } from '../observation.ts'
import type { ErrorRateGate } from '../policy.ts'
import type { Compared, GateState } from '../shift.ts'
import { judgeComparison } from './comparison.ts'
import { comparisonContext, endOf, type GateContext } from './context.ts'
import { tally } from './counts.ts'
import { blinded } from './errorRate.ts'

/** Judges the next mature period of one route. Periods must come in order, each once. */
export function judgeErrorComparison(
  spec: ErrorRateGate,
  state: GateState,
  compared: Compared,
  period: PeriodCounts,
  context: GateContext
): GateState {
  const [fresh, older] = [tally(period.new, period.lb), tally(period.old, period.lb)]
  if ('blind' in fresh) return { ...blinded(state, fresh.blind), at: endOf(period, spec), passed: 0 }
  if ('blind' in older) return { ...blinded(state, older.blind), at: endOf(period, spec), passed: 0 }
  const told = comparisonContext(spec, context, { limit: spec.max })
  return judgeComparison(state, compared, period, { new: fresh, old: older }, told)
}
