/**
 * What a gate judges by, worked out once when it begins and frozen with the shift. Plain JSON.
 */
import type { Ms } from '../time.ts'
import { multiplesOf } from './absolute.ts'
import type { Baseline } from './baseline.ts'
import type { Knobs } from './knobs.ts'
import type { Plan } from './onset.ts'
import { harmsOf, type Harm } from './promotion.ts'

/** Evidence is booked in blocks of this length: noise lives on the scale of minutes (GATING 3.9). */
export const BLOCK_MS: Ms = 60_000

export interface EvidenceConfig {
  /** θ: objective for the share of errors in one block, above 0 and at most 1. */
  readonly theta: number
  readonly knobs: Knobs
  readonly baseline: Baseline
  /** Each step's share of traffic, 0 to 1, and the blocks of all bakes together. */
  readonly plan: { readonly shares: readonly number[]; readonly blocks: number }
  /** Length of the periods that will come, and how late they are. With a TTL of DNS: delay + TTL. */
  readonly periodMs: Ms
  readonly delayMs: Ms
  /** Smallest share that can be served: 0.001 on an ALB, 0.004 on Route 53. */
  readonly minShare: number
  /** For `promote: evidence`; null where every step lasts its bake. */
  readonly promotion: { readonly minBakeBlocks: number; readonly harmBudget: number } | null
}

export interface Rule {
  readonly theta: number
  readonly knobs: Knobs
  readonly baseline: Baseline
  readonly plan: Plan
  readonly periodMs: Ms
  readonly delayMs: Ms
  readonly minShare: number
  /** Alternatives of the absolute score. */
  readonly multiples: readonly number[]
  /** What must be excluded to leave each step; empty where evidence does not promote. */
  readonly harm: readonly Harm[]
}

/** Throws where a number is out of its range: a wrong rule must not judge. */
export function ruleOf(config: EvidenceConfig): Rule {
  const { theta, knobs, baseline, plan, periodMs, delayMs, minShare, promotion } = config
  const must = (right: boolean, what: string) => {
    if (!right) throw new Error(`evidence: ${what}`)
  }
  must(theta > 0 && theta <= 1, `theta is above 0 and at most 1, not ${theta}`)
  must(knobs.tolerance >= 1, `tolerance is at least 1, not ${knobs.tolerance}`)
  for (const alpha of [knobs.alpha.relative, knobs.alpha.absolute]) {
    must(alpha > 0 && alpha < 1, `alpha is between 0 and 1, not ${alpha}`)
  }
  must(knobs.amberAt > 0, `amberAt is above 0, not ${knobs.amberAt}`)
  must(knobs.stepBackBudget > 0, `stepBackBudget is above 0, not ${knobs.stepBackBudget}`)
  must(plan.shares.length > 0 && plan.blocks >= 1, 'a plan has a step and a block')
  must(periodMs > 0 && delayMs >= 0, `a period is longer than 0 ms, a delay not negative: ${periodMs}, ${delayMs}`)
  return {
    theta,
    knobs,
    baseline,
    plan: { steps: plan.shares.length, blocks: plan.blocks },
    periodMs,
    delayMs,
    minShare,
    multiples: multiplesOf(theta),
    harm: promotion ? harmsOf(baseline, { shares: plan.shares, ...promotion }) : []
  }
}
