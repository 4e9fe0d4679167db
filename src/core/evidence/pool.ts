/**
 * The routes of a shift together (GATING 3.9): a bad cluster hits all of them, so small signs on many add up. Routes share their
 * cluster's noise: in the pool each is worth as little as the volume of all of them allows. Never replaces a route's own score.
 */
import { absoluteLikelihoods, lnAbsolute, newAbsolute, referenceOf, stepAbsolute, type Absolute } from './absolute.ts'
import { addCounts, isMissing, NO_COUNTS, type Counts } from './counts.ts'
import { lnAdd } from './log.ts'
import { capOf, onsetPrior } from './onset.ts'
import { lnRelative, NEW_RELATIVE, stepRelative, type Exposure, type Relative } from './relative.ts'
import type { Rule } from './rule.ts'

/** Plain JSON. */
export interface Pool {
  readonly relative: Relative
  readonly absolute: Absolute
  readonly seen: number
  readonly begun: boolean
  readonly errors: number
}

/** A route's rule and its counts of one block. All routes of a pool have the same objective, knobs and plan. */
export interface PooledRoute {
  readonly rule: Rule
  readonly counts: Counts
}

export function newPool(rule: Rule): Pool {
  return { relative: NEW_RELATIVE, absolute: newAbsolute(rule.theta), seen: 0, begun: false, errors: 0 }
}

/** The pool with one more block of all its routes; `first`: a step began with it. */
export function stepPool(pool: Pool, routes: readonly PooledRoute[], first: boolean): Pool {
  const begun = pool.begun || first
  const heard = routes.filter(({ counts }) => !isMissing(counts))
  const [lead] = heard
  if (!lead) return { ...pool, begun }
  const { theta, knobs, plan, multiples } = lead.rule
  const total = heard.map(({ counts }) => counts).reduce(addCounts, NO_COUNTS)
  const prior = onsetPrior(plan, pool.seen, begun)
  const cap = capOf(theta, total.n1, total.e1)
  const noise = Math.max(...heard.map(({ rule }) => rule.baseline.noise))
  const summed = multiples.map(() => 0)
  const gamma = Math.max(...heard.map(({ rule }) => Math.max(rule.baseline.gamma, rule.baseline.noise * theta)))
  const a1 = 1 / (1 + Math.max(0, total.n1 - 1) * gamma)
  for (const { rule, counts } of heard) {
    const ref = referenceOf(counts, theta, rule.baseline.gamma)
    absoluteLikelihoods(counts, multiples, ref, a1).forEach((said, g) => (summed[g] = (summed[g] ?? 0) + said))
  }
  return {
    relative: stepRelative(pool.relative, exposureOf(heard), { noise, tolerance: knobs.tolerance, prior, cap }),
    absolute: stepAbsolute(pool.absolute, summed, { prior, cap }),
    seen: pool.seen + 1,
    begun: false,
    errors: pool.errors + total.e1
  }
}

function exposureOf(routes: readonly PooledRoute[]): Exposure {
  const volume = (side: 'n1' | 'n0') =>
    routes.reduce((sum, { rule, counts }) => sum + counts[side] * rule.baseline.phat, 0)
  return { shares: routes.map(({ counts }) => counts), volume1: volume('n1'), volume0: volume('n0') }
}

export interface PoolReading {
  readonly lnRelative: number
  readonly lnAbsolute: number
  readonly fired: 'relative' | 'absolute' | null
}

const FEWEST_ERRORS = 3

/**
 * Half the routes' mean, half the pool: the score by which the shift as a whole is judged. `routes`: what each route's own
 * evidence reads. One route needs no pool.
 */
export function readPool(
  pool: Pool,
  rule: Rule,
  routes: readonly { readonly lnRelative: number; readonly lnAbsolute: number }[]
): PoolReading {
  const lnRel = mixed(
    routes.map((route) => route.lnRelative),
    lnRelative(pool.relative, rule.baseline.lock)
  )
  const lnAbs = mixed(
    routes.map((route) => route.lnAbsolute),
    lnAbsolute(pool.absolute)
  )
  const { alpha } = rule.knobs
  const fires = { relative: lnRel >= -Math.log(alpha.relative), absolute: lnAbs >= -Math.log(alpha.absolute) }
  const enough = pool.errors >= FEWEST_ERRORS
  const fired = enough && fires.relative ? 'relative' : enough && fires.absolute ? 'absolute' : null
  return { lnRelative: lnRel, lnAbsolute: lnAbs, fired }
}

function mixed(routes: readonly number[], pooled: number): number {
  const [first, ...others] = routes
  if (first === undefined) return pooled
  const mean = others.reduce(lnAdd, first) - Math.log(routes.length)
  return lnAdd(mean, pooled) - Math.LN2
}
