/**
 * The shared guard (CONTRACT 4.1): the load balancer's own 502, 503 and 504 belong to no target group, so they may hold a
 * step but never convict new. Remembers three periods and the mean from before the shift, nothing else.
 */
import type { PeriodCounts } from '../observation.ts'
import type { MeterState, Tally } from '../shift.ts'
import type { Ms } from '../time.ts'
import { baselinePeriodMs } from './meters.ts'

/** Mature periods that are looked at together. */
const PERIODS = 3
const MIN_ERRORS = 10
const MIN_RATE = 0.01
const MIN_RATIO = 3

function failedOf(lb: PeriodCounts['lb']): number {
  return (lb.e502 ?? 0) + (lb.e503 ?? 0) + (lb.e504 ?? 0)
}

/** The meter with one more mature period in its guard; only the newest three are kept. */
export function pushGuard(meter: MeterState, period: PeriodCounts): MeterState {
  const newest: Tally = { requests: period.lb.requests ?? 0, errors: failedOf(period.lb) }
  return { ...meter, guard: [...meter.guard, newest].slice(-PERIODS) }
}

/**
 * True while, over three mature periods, the load balancer's errors are at least 10, above 1 % of its requests, and above
 * three times what as many periods had on average before the shift. Where that mean is unknown the last condition is left
 * out, as if it were 0: the guard can only hold, and to hold too often costs time while to look away costs users.
 */
export function guardTrips(meter: MeterState): boolean {
  if (meter.guard.length < PERIODS) return false
  const requests = meter.guard.reduce((sum, period) => sum + period.requests, 0)
  const errors = meter.guard.reduce((sum, period) => sum + period.errors, 0)
  const usual = (meter.guardBaseline ?? 0) * PERIODS
  return errors >= MIN_ERRORS && errors > MIN_RATE * requests && errors > MIN_RATIO * usual
}

/**
 * Mean of 502 + 503 + 504 a period of the meter before the shift, over the periods in which the load balancer reported anything;
 * null where there is none. `periods` are as long as meters.ts has them read. Silent ones are left out: a quiet night would make
 * every ordinary minute look like an outage.
 */
export function guardBaseline(periods: readonly PeriodCounts[], periodMs: Ms): number | null {
  const reported = periods.filter(({ lb }) => (lb.requests ?? 0) > 0 || failedOf(lb) > 0)
  if (reported.length === 0) return null
  const mean = reported.reduce((sum, { lb }) => sum + failedOf(lb), 0) / reported.length
  return (mean * periodMs) / baselinePeriodMs(periodMs)
}
