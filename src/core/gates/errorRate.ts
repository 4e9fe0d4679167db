/**
 * The gate `errorRate` with `against: none` (CONTRACT 4.1): new's share of failed requests against an absolute objective, one
 * mature period at a time. Too few requests are neither good nor bad; what could not be counted is blind. Never judges old.
 */
import type { PeriodCounts } from '../observation.ts'
import type { ErrorRateGate } from '../policy.ts'
import type { GateState, Tally } from '../shift.ts'
import { tally } from './counts.ts'

export interface ErrorRateContext {
  /** The period lies wholly inside the step that bakes. */
  readonly inStep: boolean
  /** False for periods of the first step that began before its warmup was over. */
  readonly warm: boolean
  /** The shared guard of the route's load balancer trips (guard.ts). */
  readonly guard: boolean
}

type Pool = GateState['pool']

const NOTHING: Tally = { requests: 0, errors: 0 }
const EMPTY: Pool = { new: NOTHING, old: NOTHING, periods: 0 }

/** The state at the start of a step: nothing pooled, nothing passed yet. How long targets have been low does not start anew. */
export function emptied(state: GateState): GateState {
  return { ...state, verdict: 'inconclusive', pool: EMPTY, passed: 0, note: null }
}

/**
 * The state while its source cannot be read. What was pooled and passed stays: no period is lost by a failed read, each is
 * delivered in order once the source answers again.
 */
export function blinded(state: GateState, code: string): GateState {
  return { ...state, verdict: 'blind', value: null, samples: 0, note: code }
}

/**
 * Judges the next mature period of one route. Periods must come in order, each once.
 *
 * - A period with `minRequests` on new is judged alone, smaller ones are pooled until they hold as many. Where a large period
 *   meets a pool, the pool joins it, and either above `max` is a breach: the period alone, so that a clean pool cannot dilute
 *   it, and both together, so that a bad pool is not forgotten because traffic came back.
 * - Periods inside the step are never pooled with earlier ones: those were served at another percent.
 * - A period without a request on new adds nothing to `passed`; one without a request anywhere is blind, and takes nothing away.
 * - The shared guard turns everything but a breach into `hold`: it cannot excuse new.
 */
export function judgeErrorRate(
  spec: ErrorRateGate,
  state: GateState,
  period: PeriodCounts,
  context: ErrorRateContext
): GateState {
  if (!context.warm) return state
  const at = period.start + spec.periodMs
  const fresh = tally(period.new, period.lb)
  if ('blind' in fresh) return { ...blinded(state, fresh.blind), at, passed: 0 }
  if (fresh.requests === 0 && (period.old.requests ?? 0) <= 0) return { ...blinded(state, 'no_requests'), at }

  const counted = tally(period.old, period.lb)
  const alone: Pool = {
    new: fresh,
    // Old is not judged here: where it cannot be counted, it only cannot be compared with before a rollback.
    old: 'blind' in counted ? NOTHING : counted,
    periods: context.inStep && fresh.requests > 0 ? 1 : 0
  }
  const pending = context.inStep && state.pool.periods === 0 ? EMPTY : state.pool
  const joined: Pool = {
    new: plus(pending.new, alone.new),
    old: plus(pending.old, alone.old),
    periods: pending.periods + alone.periods
  }
  return conclude(spec, { ...state, at, limit: spec.max }, { alone, joined }, context)
}

function conclude(
  spec: ErrorRateGate,
  state: GateState,
  { alone, joined }: { readonly alone: Pool; readonly joined: Pool },
  context: ErrorRateContext
): GateState {
  const enough = Math.max(1, spec.minRequests)
  const shown = (of: Pool) => ({ value: rateOf(of.new), samples: of.new.requests })
  const judged = (of: Pool) => ({ ...shown(of), pool: EMPTY, last: { new: of.new, old: of.old } })
  const guarded = { verdict: 'hold', note: 'shared_guard', passed: 0 } as const

  const above = [alone, joined].find((of) => of.new.requests >= enough && (rateOf(of.new) ?? 0) > spec.max)
  if (above) return { ...state, ...judged(above), verdict: 'breach', note: null, passed: 0 }
  if (joined.new.requests < enough) {
    const waiting = { ...state, ...shown(joined), pool: joined }
    if (context.guard) return { ...waiting, ...guarded }
    return { ...waiting, verdict: 'inconclusive', note: `few_requests:${joined.new.requests}/${enough}` }
  }
  if (context.guard) return { ...state, ...judged(joined), ...guarded }
  return { ...state, ...judged(joined), verdict: 'pass', note: null, passed: state.passed + joined.periods }
}

function plus(a: Tally, b: Tally): Tally {
  return { requests: a.requests + b.requests, errors: a.errors + b.errors }
}

function rateOf(of: Tally): number | null {
  return of.requests > 0 ? of.errors / of.requests : null
}
