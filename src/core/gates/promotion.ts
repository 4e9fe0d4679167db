/**
 * `promote: evidence` (GATING 3.6): how far along a gate is in excluding what would do more harm than the budget at the next
 * percent. Gates without a score have nothing to say here; that they pass is asked for elsewhere.
 */
import { read } from '../evidence/evidence.ts'
import { LN_BETA } from '../evidence/promotion.ts'
import type { GateState } from '../shift.ts'
import { comparisonsOf } from './comparison.ts'

/** How much of the harm is still possible, as a logarithm: at most LN_BETA is enough to leave the step. */
export interface Promotion {
  readonly lnHarm: number
  readonly enough: boolean
}

/** The least that any score of the gate excludes of step `step`'s harm; null where the gate has no score, or nothing was measured. */
export function promotionOf(state: GateState, step: number): Promotion | null {
  const compared = comparisonsOf(state).flatMap(({ evidence }) => {
    if (evidence.blocks.length === 0) return []
    return read(evidence, step).evidenceForPromotion?.lnHarm ?? []
  })
  const probed = state.probe?.evidence?.harm ?? []
  const ofProbe = probed.slice(Math.max(0, step)).slice(0, 1)
  const all = [...compared, ...ofProbe]
  if (all.length === 0) return null
  const lnHarm = Math.max(...all)
  return { lnHarm, enough: lnHarm <= LN_BETA }
}
