/**
 * ABS (GATING 3.3): is new out of its objective? The objective is lifted to what old shows where old is out of it as well, so
 * that an outage of both never convicts new.
 */
import type { Baseline } from './baseline.ts'
import type { Counts } from './counts.ts'
import { deflation, poissonUpper, Z_UPPER } from './deflation.ts'
import { LN_ZERO, ln, lnAdd, lnSum } from './log.ts'

/** Plain JSON: logarithms of wealth by alternative, and what is not staked yet. */
export interface Absolute {
  readonly ln: readonly number[]
  readonly reserve: number
}

/** Alternatives: how many times the objective new could be at. */
const MULTIPLES = [1.5, 3, 10, 50] as const
const RATE_MAX = 0.97
const REF_MAX = 0.9

/** The multiples that make sense for an objective: none above 60 %, none twice. Empty for an objective that cannot be exceeded. */
export function multiplesOf(theta: number): readonly number[] {
  if (theta >= REF_MAX) return []
  return [...new Set(MULTIPLES.map((c) => Math.min(c * theta, 0.6) / theta))]
}

export function newAbsolute(theta: number): Absolute {
  return { ln: multiplesOf(theta).map(() => LN_ZERO), reserve: 1 }
}

/** The rate that new may have in this block: the objective, or what old shows if that is more. */
export function referenceOf({ n0, e0 }: Counts, theta: number, gamma: number): number {
  if (n0 === 0 || e0 / n0 <= theta) return theta
  const a = deflation(n0, gamma)
  return Math.min(REF_MAX, Math.max(theta, poissonUpper(e0 * a, Z_UPPER) / (n0 * a)))
}

/** What the block says for each multiple, nats. `a1`: what one request of new is worth. */
export function absoluteLikelihoods(
  counts: Counts,
  multiples: readonly number[],
  ref: number,
  a1: number
): readonly number[] {
  const errors = counts.e1 * a1
  const successes = counts.n1 * a1 - errors
  return multiples.map((c) => {
    const q = Math.min(Math.max(c, 1.05) * ref, RATE_MAX)
    return errors * Math.log(q / ref) + successes * Math.log((1 - q) / (1 - ref))
  })
}

/** What one request of new is worth to ABS (γ_A of GATING 3.3). */
export function absoluteDeflation(n1: number, theta: number, baseline: Baseline): number {
  return deflation(n1, Math.max(baseline.gamma, baseline.noise * theta))
}

export function stepAbsolute(
  score: Absolute,
  likelihoods: readonly number[],
  options: { readonly prior: number; readonly cap: number }
): Absolute {
  const stake = Math.min(score.reserve, options.prior)
  const lnStake = ln(stake / score.ln.length)
  const wealth = score.ln.map((was, g) => lnAdd(was, lnStake) + Math.min(likelihoods[g] ?? 0, options.cap))
  return { ln: wealth, reserve: score.reserve - stake }
}

/** ln E_abs. */
export function lnAbsolute({ ln: wealth, reserve }: Absolute): number {
  return wealth.length === 0 ? 0 : lnSum(wealth, 0, wealth.length, ln(reserve))
}
