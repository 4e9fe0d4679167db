/**
 * Which stream of measurements each gate is judged by: request counts of a route are shared by all gates with the same period
 * and delay, other values belong to one gate. Gates that do not wait for CloudWatch have none.
 */
import { accountKey } from './account.ts'
import type { BurnRateGate, ErrorRateGate, GateSpec, LatencyGate, MetricGate, StatusMixGate } from '../policy.ts'
import { BLOCK_MS } from '../evidence/rule.ts'
import type { MeterKey } from '../shift.ts'
import type { Ms } from '../time.ts'
import { meterKey } from './counts.ts'

/** Judged by request counts of a route. */
export type CountingGate = ErrorRateGate | StatusMixGate | BurnRateGate
/** Judged by values that are measured for it alone. */
export type ValueGate = LatencyGate | MetricGate
export type MeasuredGate = CountingGate | ValueGate

export function countsRequests(gate: GateSpec): gate is CountingGate {
  return gate.type === 'errorRate' || gate.type === 'statusMix' || gate.type === 'burnRate'
}

export function hasValues(gate: GateSpec): gate is ValueGate {
  return gate.type === 'latency' || gate.type === 'metric'
}

export function isMeasured(gate: GateSpec): gate is MeasuredGate {
  return countsRequests(gate) || hasValues(gate)
}

/** Of the values of one gate on one route. */
export function valueMeterKey(route: string, gate: ValueGate): MeterKey {
  return `${meterKey(route, gate.periodMs, gate.delayMs)}/${gate.name}`
}

/** The meter that a gate is judged by on a route; null where it waits for none. */
export function meterOf(gate: GateSpec, route: string): MeterKey | null {
  if (countsRequests(gate)) return meterKey(route, gate.periodMs, gate.delayMs) + accountKey(gate.account)
  return hasValues(gate) ? valueMeterKey(route, gate) : null
}

/** How long the periods are in which a meter is read before the shift: evidence is booked in minutes, however short its periods. */
export function baselinePeriodMs(periodMs: Ms): Ms {
  return Math.max(BLOCK_MS, periodMs)
}

/** What an error is to the rule that old must be fitter than new to be landed on (CONTRACT 4.1): null where the gate counts none. */
export function leastRequests(gate: GateSpec): number | null {
  return gate.type === 'errorRate' || gate.type === 'statusMix' ? Math.max(1, gate.minRequests) : null
}
