/**
 * Everything that is remembered of a route between two blocks: a few dozen numbers. One function takes a block's sum to the
 * next; it never looks at a block twice.
 */
import {
  absoluteDeflation,
  absoluteLikelihoods,
  lnAbsolute,
  newAbsolute,
  referenceOf,
  stepAbsolute
} from './absolute.ts'
import type { Absolute } from './absolute.ts'
import { BESIDE_KEPT, isAlone, NEW_SUMS, stepFrozen, stepSums, type Beside } from './amber.ts'
import type { Total } from './block.ts'
import { addCounts, isMissing, NO_COUNTS, type Counts } from './counts.ts'
import { capOf, isCatastrophe, onsetPrior } from './onset.ts'
import { NOTHING_EXCLUDED, stepHarm, type HarmLeft } from './promotion.ts'
import { exposureOf, lnRelative, NEW_RELATIVE, stepRelative, type Relative } from './relative.ts'
import type { Rule } from './rule.ts'

export type Fired = 'relative' | 'absolute'

/** Plain JSON. */
export interface Scores {
  readonly relative: Relative
  readonly absolute: Absolute
  /** ln E_rel and ln E_abs: e^x is against how many to one. */
  readonly lnRelative: number
  readonly lnAbsolute: number
  /** S by ratio, and SF (GATING 3.4). */
  readonly sums: readonly number[]
  readonly frozen: number
  /** Old's last blocks beside new, oldest first. */
  readonly beside: readonly Beside[]
  /** Old's last blocks, newest last: is the trouble shared? */
  readonly lately: readonly Beside[]
  /** Blocks that entered REL and ABS. */
  readonly seen: number
  /** Index of the last block's step, -1 before there is one. */
  readonly step: number
  /** A step began whose blocks did not enter REL and ABS yet. */
  readonly begun: boolean
  /** Since the step began. */
  readonly inStep: { readonly blocks: number; readonly requests: number }
  /** Errors of new in this shift. */
  readonly errors: number
  /** Counts since there was last no suspicion at all: what a verdict is told with. */
  readonly stretch: Counts
  /** Λ by step; empty where evidence does not promote. */
  readonly harm: readonly HarmLeft[]
  /** Once fired it stays. */
  readonly fired: Fired | null
}

/** Fewest errors of new without which nothing rolls back (GATING 3.5). */
const FEWEST_ERRORS = 3
/** Blocks over which trouble of old is looked for (GATING 3.5). */
export const SHARED_BLOCKS = 3

export function newScores(rule: Rule): Scores {
  return {
    relative: NEW_RELATIVE,
    absolute: newAbsolute(rule.theta),
    lnRelative: 0,
    lnAbsolute: 0,
    sums: NEW_SUMS,
    frozen: 0,
    beside: [],
    lately: [],
    seen: 0,
    step: -1,
    begun: false,
    inStep: { blocks: 0, requests: 0 },
    errors: 0,
    stretch: NO_COUNTS,
    harm: rule.harm.map(() => NOTHING_EXCLUDED),
    fired: null
  }
}

/** The scores with one more block. A block without a request says nothing; its `first` passes to the next. */
export function stepScores(rule: Rule, scores: Scores, block: Total): Scores {
  const lately = [...scores.lately, [block.n0, block.e0] as const].slice(-SHARED_BLOCKS)
  const begins = block.first || scores.step < 0
  const step = scores.step + (begins ? 1 : 0)
  const begun = scores.begun || begins
  if (isMissing(block)) {
    return { ...scores, lately, step, begun, inStep: begins ? { blocks: 0, requests: 0 } : scores.inStep }
  }
  const { blocks, requests } = begins ? { blocks: 0, requests: 0 } : scores.inStep
  const next: Scores = {
    ...scores,
    ...stepEvidence(rule, scores, block, begun),
    ...stepAmber(rule, scores, block),
    lately,
    step,
    inStep: { blocks: blocks + 1, requests: requests + block.n1 },
    errors: scores.errors + block.e1,
    stretch: addCounts(isSuspicious(scores) ? scores.stretch : NO_COUNTS, block),
    harm: rule.harm.length === 0 ? scores.harm : stepHarm(scores.harm, rule.harm, block, rule.baseline.gamma)
  }
  return next.fired === null ? { ...next, fired: firedOf(rule, next) } : next
}

/** REL and ABS. A cold block enters only where it is a catastrophe (GATING 3.5, warm-up). */
function stepEvidence(rule: Rule, scores: Scores, block: Total, first: boolean): Partial<Scores> {
  const { theta, baseline, knobs, multiples, plan } = rule
  if (block.cold && !isCatastrophe(theta, block.n1, block.e1)) return { begun: first }
  const prior = onsetPrior(plan, scores.seen, first)
  const cap = capOf(theta, block.n1, block.e1)
  const ref = referenceOf(block, theta, baseline.gamma)
  const a1 = absoluteDeflation(block.n1, theta, baseline)
  const { noise, lock } = baseline
  const relative = stepRelative(scores.relative, exposureOf(block, baseline), {
    noise,
    tolerance: knobs.tolerance,
    prior,
    cap
  })
  const absolute = stepAbsolute(scores.absolute, absoluteLikelihoods(block, multiples, ref, a1), { prior, cap })
  return {
    begun: false,
    seen: scores.seen + 1,
    relative,
    absolute,
    lnRelative: lnRelative(relative, lock),
    lnAbsolute: lnAbsolute(absolute)
  }
}

function stepAmber(rule: Rule, scores: Scores, block: Total): Partial<Scores> {
  const { theta, baseline, knobs } = rule
  const alone = isAlone(block.w)
  const sums = stepSums(scores.sums, block, baseline.gamma, knobs.amberAt)
  if (alone) {
    const { amberAt } = knobs
    return { sums, frozen: stepFrozen(scores.frozen, block, { baseline, beside: scores.beside, theta, amberAt }) }
  }
  const beside = block.n0 > 0 ? [...scores.beside, [block.n0, block.e0] as const].slice(-BESIDE_KEPT) : scores.beside
  return { sums, frozen: 0, beside }
}

function isSuspicious(scores: Scores): boolean {
  const { frozen, sums } = scores
  return frozen > 0 || sums.some((sum) => sum > 0) || scores.lnRelative > 0 || scores.lnAbsolute > 0
}

function firedOf(rule: Rule, scores: Scores): Fired | null {
  if (scores.errors < FEWEST_ERRORS) return null
  const { alpha } = rule.knobs
  if (scores.lnRelative >= -Math.log(alpha.relative)) return 'relative'
  return scores.lnAbsolute >= -Math.log(alpha.absolute) ? 'absolute' : null
}
