/**
 * How far back on amber (GATING 3.4): the share of new at which what was just seen would cost the budget of excess errors until
 * the next verdict can take effect. Never higher than what is worth a write; that is the caller's to compare.
 */
import type { Counts } from './counts.ts'

/** Fewest requests of old in a block for its rate to be what was expected of new. */
const OLD_ENOUGH = 50

/** Errors that new would have had at old's rate. */
export function expectedErrors({ n1, n0, e0 }: Counts, phat: number): number {
  return n1 * (n0 > OLD_ENOUGH ? e0 / n0 : phat)
}

/**
 * wBack, 0 to 1, or null where new shows no excess. `periods` is how many times as long as the counts took it will be until the
 * next verdict takes effect: delay + 1 for a whole period.
 */
export function backShare(
  counts: Counts,
  at: {
    readonly w: number
    readonly phat: number
    readonly periods: number
    readonly budget: number
    readonly minShare: number
    /** Only the comparison with the past gave amber: go where old can be seen again. */
    readonly frozenOnly: boolean
  }
): number | null {
  if (at.frozenOnly) return 0.5
  const excess = counts.e1 - expectedErrors(counts, at.phat)
  if (excess <= 0) return null
  const back = Math.max((at.w * at.budget) / (at.periods * excess), at.minShare)
  return at.w > 0.5 ? Math.min(back, 0.5) : back
}
