/**
 * The order of GATING 3.5: danger before time. Says what a block's reading asks for; whether it is done is decided elsewhere.
 */
import type { Reading } from './reading.ts'

export const DECISIONS = ['rollback', 'stepBack', 'hold', 'advance', 'wait'] as const
export type Decision = (typeof DECISIONS)[number]

export interface Circumstance {
  /** The share served now, 0 to 1. */
  readonly serving: number
  readonly onAmber: 'stepBack' | 'hold'
  /** The bake is over; for `promote: evidence` the minimum bake. */
  readonly baked: boolean
  /** Evidence is not waited for any longer: maxBake is over. */
  readonly overdue: boolean
  /** The share that was asked for has not arrived (GATING 3.8). */
  readonly shareMissing: boolean
}

/** Fewest requests of new in a step without which it does not go on (GATING 3.8). */
const FEWEST_REQUESTS = 50

export function decide(reading: Reading, at: Circumstance): Decision {
  if (reading.fired !== null) return 'rollback'
  if (at.onAmber === 'stepBack' && stepsBack(reading, at.serving)) return 'stepBack'
  if (reading.amber || reading.shared || reading.missing || at.shareMissing) return 'hold'
  const { evidenceForPromotion: harm, inStep } = reading
  const seen = harm === null || (harm.enough && inStep.requests >= FEWEST_REQUESTS)
  return at.baked && (seen || at.overdue) ? 'advance' : 'wait'
}

/** A step back is worth a write: it at least halves the share that is served. */
export function stepsBack({ amber, shared, wBack }: Reading, serving: number): boolean {
  return amber && !shared && wBack !== null && wBack <= serving / 2
}
