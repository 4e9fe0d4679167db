/**
 * Which gate judges a period how: the one switch over the gates that are judged by their own state, the period and a few facts
 * of the shift.
 */
import type { PeriodCounts } from '../observation.ts'
import type { GateState } from '../shift.ts'
import { judgeBurnRate } from './burnRate.ts'
import type { GateContext } from './context.ts'
import { judgeErrorComparison } from './errorComparison.ts'
import { judgeErrorRate } from './errorRate.ts'
import { judgeLatency } from './latency.ts'
import type { MeasuredGate } from './meters.ts'
import { judgeMetric } from './metric.ts'
import { judgeStatusMix } from './statusMix.ts'

export function judgeMeasured(
  spec: MeasuredGate,
  state: GateState,
  period: PeriodCounts,
  context: GateContext
): GateState {
  switch (spec.type) {
    case 'errorRate':
      return state.compared
        ? judgeErrorComparison(spec, state, state.compared, period, context)
        : judgeErrorRate(spec, state, period, context)
    case 'statusMix':
      return judgeStatusMix(spec, state, period, context)
    case 'latency':
      return judgeLatency(spec, state, period, context)
    case 'metric':
      return judgeMetric(spec, state, period, context)
    case 'burnRate':
      return judgeBurnRate(spec, state, period, context)
  }
}
