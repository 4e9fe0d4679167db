/**
 * Enough seen to go on (GATING 3.6): Wald's lower boundary with a harm budget. What it excludes is every regression that would
 * cost more than the budget at the next percent; it never says that there is no regression at all.
 */
import type { Baseline } from './baseline.ts'
import type { Counts } from './counts.ts'
import { deflation } from './deflation.ts'

/** β: chance to go on with a regression of just the budget, 0 to 1. */
const BETA = 0.05
export const LN_BETA = Math.log(BETA)

/** No ratio below this is excluded, and no excess above this rate is looked for. */
const RATIO_MIN = 2
const EXCESS_MAX = 0.5

/**
 * r_i of each step: the rate ratio that would cost `harmBudget` errors in one minimum bake at the next step's share. `shares` of
 * the steps, 0 to 1; `minBakeBlocks` in blocks. The last step goes nowhere and keeps its own share.
 */
export function harmRatios(
  baseline: Baseline,
  plan: { readonly shares: readonly number[]; readonly minBakeBlocks: number; readonly harmBudget: number }
): readonly number[] {
  const perBlock = baseline.blocks > 0 ? baseline.requests / baseline.blocks : 0
  return plan.shares.map((share, i) => {
    const exposed = perBlock * (plan.shares[i + 1] ?? share) * plan.minBakeBlocks
    const excess = exposed > 0 ? Math.min(plan.harmBudget / exposed, EXCESS_MAX) : EXCESS_MAX
    return Math.max(RATIO_MIN, 1 + excess / baseline.phat)
  })
}

/** Λ of each step with one more block; all are fed from the shift's first block on. */
export function stepHarm(
  sums: readonly number[],
  ratios: readonly number[],
  counts: Counts,
  gamma: number
): readonly number[] {
  const a1 = deflation(counts.n1, gamma)
  const a0 = deflation(counts.n0, gamma)
  const s = (counts.n1 * a1) / (counts.n1 * a1 + counts.n0 * a0)
  const x1 = counts.e1 * a1
  const both = x1 + counts.e0 * a0
  return sums.map((sum, i) => {
    const r = ratios[i] ?? RATIO_MIN
    return sum + x1 * Math.log(r) - both * Math.log(1 - s + r * s)
  })
}
