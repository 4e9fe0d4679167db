/**
 * When did it start? The belief, spread over the shift before it began, that a regression starts in just this block (GATING
 * 3.3). Its sum never exceeds 1, which is what keeps every score's mean at most 1.
 */

/** What a shift is meant to be. */
export interface Plan {
  readonly steps: number
  /** T_plan: blocks of all bakes together, at least 1. */
  readonly blocks: number
}

const FIRST_BLOCK = 0.4
const STEP_STARTS = 0.3
const ANY_BLOCK = 0.3

/** The prior of a block. `seen`: blocks that were judged before it. */
export function onsetPrior(plan: Plan, seen: number, first: boolean): number {
  if (seen === 0) return FIRST_BLOCK
  if (first && plan.steps > 1) return STEP_STARTS / (plan.steps - 1)
  return ANY_BLOCK / plan.blocks
}

/** Most that a block may say for a regression, nats: 50 to 1, so that no single bad minute convicts. */
const CAP = 3.9
const CAP_CATASTROPHE = 12

/** So bad that one block may convict: at least five errors and three times the objective. */
export function isCatastrophe(theta: number, n1: number, e1: number): boolean {
  return e1 >= 5 && e1 >= 3 * theta * n1
}

export function capOf(theta: number, n1: number, e1: number): number {
  return isCatastrophe(theta, n1, e1) ? CAP_CATASTROPHE : CAP
}
