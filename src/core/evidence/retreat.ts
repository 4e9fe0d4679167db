/**
 * A step back in progress (GATING 3.4): served at a low share until the evidence clears, then the step's own share again. Blocks
 * that were in flight when it began never end it. Knows no clock: the caller lets the bake stand still meanwhile.
 */
import { stepsBack } from './decision.ts'
import type { Reading } from './reading.ts'

/** Plain JSON. */
export interface Retreat {
  /** Share that is served instead of the step's. */
  readonly share: number
  /** It was asked for by the comparison with the past alone: old must be seen beside new first. */
  readonly byPast: boolean
  /** Blocks that were served wholly at that share. */
  readonly served: number
}

/**
 * The retreat after a block: begun, lowered, gone on with, or over (null). `serving` is the share served now; `wholly`: the
 * block was served at the retreat's share from its beginning to its end; `delayPeriods` is D.
 */
export function nextRetreat(
  retreat: Retreat | null,
  reading: Reading,
  at: { readonly serving: number; readonly wholly: boolean; readonly delayPeriods: number }
): Retreat | null {
  if (reading.wBack !== null && stepsBack(reading, at.serving)) {
    return { share: reading.wBack, byPast: reading.amberBy === 'past', served: 0 }
  }
  if (retreat === null || !at.wholly) return retreat
  const served = retreat.served + 1
  const enough = !retreat.byPast || served >= at.delayPeriods + 2
  return reading.clear && !reading.missing && enough ? null : { ...retreat, served }
}
