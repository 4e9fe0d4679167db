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

/** The regression that must be excluded to leave a step: how many times old's rate, and the excess share of errors itself. */
export interface Harm {
  readonly ratio: number
  readonly excess: number
}

/** How little of a harm is left, as logarithms of the chance: by comparison with old, and by new's own count. */
export interface HarmLeft {
  readonly beside: number
  readonly alone: number
}

export const NOTHING_EXCLUDED: HarmLeft = { beside: 0, alone: 0 }

/**
 * δ_i of each step: the excess share of errors, 0 to 0.5, that would cost `harmBudget` errors in one minimum bake at the next step's
 * share. `perBlock`: usual requests of a block; `shares` of the steps, 0 to 1; `minBakeBlocks` in blocks. The last step goes
 * nowhere and keeps its own share.
 */
export function harmExcess(
  perBlock: number,
  plan: { readonly shares: readonly number[]; readonly minBakeBlocks: number; readonly harmBudget: number }
): readonly number[] {
  return plan.shares.map((share, i) => {
    const exposed = perBlock * (plan.shares[i + 1] ?? share) * plan.minBakeBlocks
    return exposed > 0 ? Math.min(plan.harmBudget / exposed, EXCESS_MAX) : EXCESS_MAX
  })
}

/** What must be excluded to leave each step. */
export function harmsOf(baseline: Baseline, plan: Parameters<typeof harmExcess>[1]): readonly Harm[] {
  const perBlock = baseline.blocks > 0 ? baseline.requests / baseline.blocks : 0
  return harmExcess(perBlock, plan).map((excess) => ({
    excess,
    ratio: Math.max(RATIO_MIN, 1 + excess / baseline.phat)
  }))
}

/** Λ of each step with one more block; all are fed from the shift's first block on. */
export function stepHarm(
  left: readonly HarmLeft[],
  harms: readonly Harm[],
  counts: Counts,
  gamma: number
): readonly HarmLeft[] {
  const a1 = deflation(counts.n1, gamma)
  const a0 = deflation(counts.n0, gamma)
  const n1 = counts.n1 * a1
  const s = n1 / (n1 + counts.n0 * a0)
  const x1 = counts.e1 * a1
  const both = x1 + counts.e0 * a0
  return left.map(({ beside, alone }, i) => {
    const { ratio, excess } = harms[i] ?? { ratio: RATIO_MIN, excess: EXCESS_MAX }
    return {
      beside: beside + x1 * Math.log(ratio) - both * Math.log(1 - s + ratio * s),
      alone: alone + aloneSaid(n1, x1, excess)
    }
  })
}

/** How much lower than the harm new's whole share of errors is supposed to be where nothing is wrong. */
const QUIET = 1 / 4

/**
 * Where hardly anything fails on either side the comparison stays silent for ever. But what new fails altogether bounds what it
 * fails more than old: a share of errors of `excess` or more is tested against a quarter of that. True whatever old does.
 */
function aloneSaid(n1: number, x1: number, excess: number): number {
  const quiet = excess * QUIET
  return x1 * Math.log(excess / quiet) + (n1 - x1) * Math.log((1 - excess) / (1 - quiet))
}

/** The logarithm of the chance that the harm is there and was not seen; at most LN_BETA is enough to go on. */
export function lnHarmOf({ beside, alone }: HarmLeft): number {
  return Math.min(beside, alone)
}
