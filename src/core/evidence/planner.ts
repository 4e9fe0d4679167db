/**
 * Looking ahead (GATING 3.7): how long a bake must be to see a regression, what a bake can see at best, and a ladder on which
 * every step risks as much as the next. Formulas for plans; no verdict ever comes from here.
 */
import type { Knobs } from './knobs.ts'
import { deflation } from './deflation.ts'

export interface BakeQuestion {
  /** Requests of old and new together in one block, usually. */
  readonly requests: number
  /** New's share, 0 to 1. */
  readonly w: number
  /** Usual share of errors, and that of the regression to be seen. */
  readonly p0: number
  readonly p1: number
  readonly gamma: number
  readonly delayBlocks: number
  /** Belief that it starts in the step's first block: 0.4 in the first step, 0.3 / (steps - 1) later. */
  readonly prior: number
  readonly knobs: Knobs
}

/** z of the power 0.95. */
const Z_POWER = 1.645
const ALTERNATIVES = 4
/** Errors of new without which nothing rolls back. */
const FEWEST_ERRORS = 3

/** Blocks a step must last so that the regression, there from its first block, is seen with probability 0.95 before the next. Infinity where none is enough. */
export function minimumBake(question: BakeQuestion): number {
  const { requests, w, p0, p1, gamma, delayBlocks, prior, knobs } = question
  const n1 = requests * w * deflation(requests * w, gamma)
  const n0 = requests * (1 - w) * deflation(requests * (1 - w), gamma)
  const r = p1 / p0 / knobs.tolerance
  if (!(r > 1) || n1 <= 0) return Infinity
  const s = (knobs.tolerance * n1) / (knobs.tolerance * n1 + n0)
  const c = 1 - s + r * s
  const mean = n1 * p1 * Math.log(r) - (n1 * p1 + n0 * p0) * Math.log(c)
  if (mean <= 0) return Infinity
  const variance = n1 * p1 * Math.log(r / c) ** 2 + n0 * p0 * Math.log(c) ** 2
  const asked = -Math.log(knobs.alpha.relative) + Math.log(ALTERNATIVES) - Math.log(prior)
  const z = Z_POWER * Math.sqrt(variance)
  const m = ((z + Math.sqrt(z * z + 4 * mean * asked)) / (2 * mean)) ** 2
  // No blind advance: at least one whole block of this share is judged before the next increase.
  return delayBlocks + Math.max(2, Math.ceil(Math.max(m, FEWEST_ERRORS / (n1 * p1))))
}

/** The smallest p1 / p0 that a bake of so many blocks sees with probability 0.95; null where it sees none. */
export function smallestRatio(question: Omit<BakeQuestion, 'p1'>, bakeBlocks: number): number | null {
  const sees = (ratio: number) => minimumBake({ ...question, p1: Math.min(1, ratio * question.p0) }) <= bakeBlocks
  let high = 1 / question.p0
  if (!sees(high)) return null
  let low = question.knobs.tolerance
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(low * high)
    if (sees(middle)) high = middle
    else low = middle
  }
  return high
}

export interface LadderQuestion {
  /** Requests of old and new together in one block, usually. */
  readonly requests: number
  readonly delayBlocks: number
  /** b; never below delay + 3: an onset in the middle of a step would be carried to the next. */
  readonly bakeBlocks: number
}

/** Errors of a new that fails everything, until the first verdict takes effect. */
const BUDGET_FIRST = 50
/** Errors that each further step may cost blindly, and excess errors that convict. */
const BUDGET_STEP = 20
const CONVICTS = 7

/** Shares of new, 0 to 1, rising to 1: each step's blind risk is as great as the last one's (equal-risk ladder). */
export function equalRiskLadder({ requests, delayBlocks, bakeBlocks }: LadderQuestion): readonly number[] {
  const blind = delayBlocks + 1
  const shares = [Math.min(0.05, Math.max(0.001, BUDGET_FIRST / (requests * blind)))]
  for (;;) {
    const last = shares.at(-1) ?? 1
    const judged = shares.slice(0, -1).reduce((sum, w) => sum + w * bakeBlocks, 0) + last * (bakeBlocks - delayBlocks)
    const next = Math.max(1.5 * last, (BUDGET_STEP * judged) / (blind * CONVICTS))
    if (next > 0.36) return [...shares, ...(last < 0.5 ? [0.5] : []), 1]
    shares.push(next)
  }
}
