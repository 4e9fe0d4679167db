/**
 * What the scores say after a block, for the decision and for people. Pure sight: changes nothing.
 */
import type { Total } from './block.ts'
import { isMissing, type Counts } from './counts.ts'
import { LN_BETA, lnHarmOf } from './promotion.ts'
import type { Rule } from './rule.ts'
import type { Fired, Scores } from './scores.ts'
import { backShare, expectedErrors } from './stepBack.ts'

/** Why amber: the quick alarm, the scores, or the comparison with the past alone. */
export type AmberBy = 'alarm' | 'evidence' | 'past'

export interface Reading {
  /** ln E_rel and ln E_abs: e^x is against how many to one. */
  readonly lnRelative: number
  readonly lnAbsolute: number
  /** Q: how well each noise level fits; the best is 0. */
  readonly noiseFit: readonly number[]
  /** max S, and SF. */
  readonly amberScore: number
  readonly frozenAmber: number
  readonly fired: Fired | null
  readonly amber: boolean
  readonly amberBy: AmberBy | null
  readonly clear: boolean
  /** Old is out of the objective as well: hold, moving users does not help them. */
  readonly shared: boolean
  /** Neither side had a request. */
  readonly missing: boolean
  /** The share that this block asks for, 0 to 1, whether or not it is below the one served. Null: none. */
  readonly wBack: number | null
  /** Share of new while the block was served. */
  readonly w: number
  readonly block: Counts
  /** Errors of new that old's rate would have given in this block. */
  readonly expected: number
  /** Counts since there was last no suspicion. */
  readonly stretch: Counts
  readonly inStep: { readonly blocks: number; readonly requests: number }
  /** Null where every step lasts its bake. `enough`: what the budget forbids is excluded. */
  readonly evidenceForPromotion: { readonly lnHarm: number; readonly enough: boolean } | null
}

/** Against 4 to 1 the scores alone are amber. */
const LN_AMBER = Math.log(4)
const CLEAR_BELOW = 1
const FEWEST_AMBER_ERRORS = 2
/** Fewest errors of old in trouble. */
const FEWEST_SHARED = 3

/** `block` is the newest that is in `scores`. `leaving`: index of the step that is to be left. */
export function readingOf(rule: Rule, scores: Scores, block: Total, leaving = scores.step): Reading {
  const { theta, knobs, baseline } = rule
  const amberScore = Math.max(...scores.sums)
  const strong = scores.lnRelative >= LN_AMBER || scores.lnAbsolute >= LN_AMBER
  const amberBy = amberOf({ amberScore, strong, frozen: scores.frozen, errors: scores.errors, at: knobs.amberAt })
  const shared = isShared(scores, theta)
  return {
    lnRelative: scores.lnRelative,
    lnAbsolute: scores.lnAbsolute,
    noiseFit: scores.relative.fit,
    amberScore,
    frozenAmber: scores.frozen,
    fired: scores.fired,
    amber: amberBy !== null,
    amberBy,
    clear: amberScore <= CLEAR_BELOW && !strong,
    shared,
    missing: isMissing(block),
    wBack: amberBy === null || shared || isMissing(block) ? null : backOf(rule, block, amberBy),
    w: block.w,
    block: { n1: block.n1, e1: block.e1, n0: block.n0, e0: block.e0 },
    expected: expectedErrors(block, baseline.phat),
    stretch: scores.stretch,
    inStep: scores.inStep,
    evidenceForPromotion: promotionOf(scores, leaving)
  }
}

function amberOf(of: {
  readonly amberScore: number
  readonly strong: boolean
  readonly frozen: number
  readonly errors: number
  readonly at: number
}): AmberBy | null {
  if (of.amberScore >= of.at) return 'alarm'
  if (of.strong && of.errors >= FEWEST_AMBER_ERRORS) return 'evidence'
  return of.frozen >= of.at ? 'past' : null
}

function isShared({ lately }: Scores, theta: number): boolean {
  const requests = lately.reduce((sum, [n0]) => sum + n0, 0)
  const errors = lately.reduce((sum, [, e0]) => sum + e0, 0)
  return errors >= FEWEST_SHARED && errors > theta * requests
}

function backOf(rule: Rule, block: Total, amberBy: AmberBy): number | null {
  return backShare(block, {
    w: block.w,
    phat: rule.baseline.phat,
    periods: (rule.delayMs + rule.periodMs) / block.measuredMs,
    budget: rule.knobs.stepBackBudget,
    minShare: rule.minShare,
    frozenOnly: amberBy === 'past'
  })
}

function promotionOf({ harm }: Scores, leaving: number): Reading['evidenceForPromotion'] {
  const left = harm[Math.max(0, Math.min(leaving, harm.length - 1))]
  if (left === undefined) return null
  const lnHarm = lnHarmOf(left)
  return { lnHarm, enough: lnHarm <= LN_BETA }
}
