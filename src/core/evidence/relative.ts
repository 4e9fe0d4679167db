/**
 * REL (GATING 3.3): is new worse than old in the same blocks? Three judges with three opinions on how noisy minutes are, each
 * weighted by how well "new is not worse, at my noise" explains the shift so far. Never sees a rate or an objective.
 */
import type { Baseline } from './baseline.ts'
import { LN_ZERO, ln, lnAdd, lnSum, xLnRatio } from './log.ts'

/** Plain JSON. Logarithms of wealth, level by level (3 × 4); of how well each level fits (the best is 0); what is not staked yet. */
export interface Relative {
  readonly ln: readonly number[]
  readonly fit: readonly number[]
  readonly reserve: number
}

/** How many times old's rate new could be at. */
const RATIOS = [2, 4, 12, 60] as const
const LN_RATIOS = RATIOS.map(Math.log)
const G = RATIOS.length
/** Parts of the noise that the baseline shows. */
const LEVELS = [0, 1 / 8, 1] as const
const LN_LEVELS = Math.log(LEVELS.length)

export const NEW_RELATIVE: Relative = {
  ln: LEVELS.flatMap(() => RATIOS.map(() => LN_ZERO)),
  fit: LEVELS.map(() => 0),
  reserve: 1
}

/** One route's counts of a block. */
export interface Share {
  readonly n1: number
  readonly e1: number
  readonly n0: number
  readonly e0: number
}

/**
 * Counts whose noise is one: a route, or the routes of a cluster together. `volume1` and `volume0` are requests × usual rate of
 * errors of each side: what noise of variance v multiplies (GATING 3.2, 3.9).
 */
export interface Exposure {
  readonly shares: readonly Share[]
  readonly volume1: number
  readonly volume0: number
}

export function exposureOf(share: Share, baseline: Baseline): Exposure {
  const volume = (n: number) => Math.max(n - 1, 0) * baseline.phat
  return { shares: [share], volume1: volume(share.n1), volume0: volume(share.n0) }
}

/** The score with one more block. `prior` is staked as far as the reserve reaches; `cap` bounds what the block may say. */
export function stepRelative(
  score: Relative,
  exposure: Exposure,
  options: { readonly noise: number; readonly tolerance: number; readonly prior: number; readonly cap: number }
): Relative {
  const stake = Math.min(score.reserve, options.prior)
  const lnStake = ln(stake / G)
  const wealth = [...score.ln]
  const fit = [...score.fit]
  const likelihood = [0, 0, 0, 0]
  let best = LN_ZERO
  for (let i = 0; i < LEVELS.length; i++) {
    const v = options.noise * (LEVELS[i] ?? 0)
    const misfit = likelihoods(exposure, v, options.tolerance, likelihood)
    for (let r = 0; r < G; r++) {
      const said = Math.min(likelihood[r] ?? 0, options.cap)
      wealth[i * G + r] = lnAdd(score.ln[i * G + r] ?? LN_ZERO, lnStake) + said
    }
    const fits = (score.fit[i] ?? 0) - misfit
    fit[i] = fits
    if (fits > best) best = fits
  }
  for (let i = 0; i < LEVELS.length; i++) fit[i] = (fit[i] ?? 0) - best
  return { ln: wealth, fit, reserve: score.reserve - stake }
}

/** ln E_rel. `lock`: only the noisiest judge is heard. */
export function lnRelative({ ln: wealth, fit, reserve }: Relative, lock: boolean): number {
  const lnReserve = ln(reserve)
  let sum = LN_ZERO
  for (let i = 0; i < LEVELS.length; i++) {
    const judge = lock ? LEVELS.length - 1 : i
    sum = lnAdd(sum, (fit[i] ?? 0) + lnSum(wealth, judge * G, judge * G + G, lnReserve))
  }
  return sum - LN_LEVELS
}

/**
 * Writes the log-likelihood of each ratio against "not worse" into `into`, given the block's errors on both sides together, and
 * answers how badly "not worse" fits them at noise v.
 */
function likelihoods({ shares, volume1, volume0 }: Exposure, v: number, tolerance: number, into: number[]): number {
  const a1 = 1 / (1 + volume1 * v)
  const a0 = 1 / (1 + volume0 * v)
  into.fill(0)
  let [seen1, seen0, due1, due0, split] = [0, 0, 0, 0, 0]
  for (const { n1, e1, n0, e0 } of shares) {
    if (n1 === 0 && n0 === 0) continue
    const big = n1 * a1 * tolerance
    const s = big / (big + n0 * a0)
    const x1 = e1 * a1
    const both = x1 + e0 * a0
    for (let r = 0; r < G; r++) {
      into[r] = (into[r] ?? 0) + x1 * (LN_RATIOS[r] ?? 0) - both * Math.log(1 - s + (RATIOS[r] ?? 1) * s)
    }
    if (s <= 0 || s >= 1) continue
    const u = (tolerance * n1) / (tolerance * n1 + n0)
    split += (e1 + e0) * u * (1 - u)
    seen1 += x1
    seen0 += both - x1
    due1 += both * s
    due0 += both * (1 - s)
  }
  return 0.5 * Math.log(1 + 2 * v * split) + xLnRatio(seen1, due1) + xLnRatio(seen0, due0)
}
