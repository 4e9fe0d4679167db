/**
 * Which gates compare new with old by counts, what each of them counts, and how it is said: what their comparisons on one route
 * and the pool over all routes have in common. Judges nothing.
 */
import type { Counts } from '../evidence/counts.ts'
import type { Phrasing } from '../evidence/words.ts'
import type { PeriodCounts } from '../observation.ts'
import type { ErrorRateGate, GateSpec, LatencyGate, StatusClass, StatusMixGate } from '../policy.ts'
import type { Compared, GateState, Tally } from '../shift.ts'
import { tally, type Blind } from './counts.ts'
import { slowPhrasing, slowTally } from './latency.ts'
import { classPhrasing, mix } from './statusMix.ts'

export type ComparingGate = ErrorRateGate | StatusMixGate | LatencyGate

/** Null of gates that compare with nobody. */
export function comparingGate(spec: GateSpec | undefined): ComparingGate | null {
  switch (spec?.type) {
    case 'errorRate':
      return spec.against === 'old' ? spec : null
    case 'statusMix':
      return spec
    case 'latency':
      return spec.slow !== null || (spec.percentile?.maxRatio ?? null) !== null ? spec : null
    default:
      return null
  }
}

/** One comparison of a gate: of a class of answers, or the only one that there is (null). */
export type Of = StatusClass | null

export interface Counted {
  readonly of: Of
  readonly counts: Counts
}

/** What a period adds to each comparison of a gate; nothing where a part of it could not be counted, or counts are not compared. */
export function comparedCounts(spec: GateSpec, period: PeriodCounts): readonly Counted[] {
  switch (spec.type) {
    case 'errorRate':
      return both([{ of: null, new: tally(period.new, period.lb), old: tally(period.old, period.lb) }])
    case 'statusMix':
      return both(
        spec.classes.map((of) => ({ of, new: mix(period.new, period.lb, of), old: mix(period.old, period.lb, of) }))
      )
    case 'latency':
      if (spec.slow === null) return []
      return both([{ of: null, new: slowTally(period, 'new'), old: slowTally(period, 'old') }])
    default:
      return []
  }
}

type Sides = { readonly of: Of; readonly new: Tally | Blind; readonly old: Tally | Blind }

function both(sides: readonly Sides[]): readonly Counted[] {
  const counted = sides.flatMap(({ of, new: fresh, old }) =>
    'blind' in fresh || 'blind' in old
      ? []
      : [{ of, counts: { n1: fresh.requests, e1: fresh.errors, n0: old.requests, e0: old.errors } }]
  )
  return counted.length === sides.length ? counted : []
}

export function comparisonOf({ compared, classes }: GateState, of: Of): Compared | undefined {
  return of === null ? compared : classes?.[of]
}

/** How people say what is counted; undefined: errors. */
export function phrasingOf(spec: GateSpec, of: Of): Phrasing | undefined {
  if (of !== null) return classPhrasing(of)
  return spec.type === 'latency' && spec.slow !== null ? slowPhrasing(spec.slow.overMs) : undefined
}
