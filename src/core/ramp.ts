/**
 * A ramp: a rule that makes the percents of a ladder. Linear adds the same number of points each time; exponential
 * multiplies by the same factor, so that each step risks about as much more as the last one showed to be safe. Plain
 * arithmetic on tenths; whether the ladder is legal for a policy is policyRules.ts's business.
 */
import { equalRiskLadder } from './evidence/planner.ts'
import { ALL, NONE, type Tenths } from './percent.ts'
import type { Ms } from './time.ts'

export const RAMP_KINDS = ['linear', 'exponential'] as const
export type RampKind = (typeof RAMP_KINDS)[number]

export interface Ramp {
  readonly kind: RampKind
  readonly from: Tenths
  readonly to: Tenths
  /** How many steps, both ends included; at least 2. */
  readonly steps: number
}

/**
 * The percents from `from` to `to`, both included, strictly rising, in whole tenths. Null where there is no such ladder:
 * not rising, out of range, or more steps than there are tenths between the ends.
 */
export function rampPercents(ramp: Ramp): readonly Tenths[] | null {
  const { from, to, steps } = ramp
  const whole = [from, to, steps].every(Number.isInteger)
  if (!whole || steps < 2 || from <= NONE || to > ALL || to - from < steps - 1) return null
  const percents: Tenths[] = []
  for (let i = 0; i < steps; i++) {
    const ideal = Math.round(idealAt(ramp, i / (steps - 1)))
    // Rounding can make two neighbours equal: each is pushed above the former, and kept low enough for those still to come.
    const lowest = (percents.at(-1) ?? from - 1) + 1
    const highest = to - (steps - 1 - i)
    percents.push(Math.min(Math.max(ideal, lowest), highest))
  }
  return percents
}

/** Where the ramp stands after `part` (0 to 1) of its way, before rounding. */
function idealAt({ kind, from, to }: Ramp, part: number): number {
  switch (kind) {
    case 'linear':
      return from + (to - from) * part
    case 'exponential':
      return from * (to / from) ** part
  }
}

/** A service as busy as the finest first step is for, in requests a minute, and CloudWatch's usual delay in minutes. */
const BUSY = { requests: 60 * 500, delayBlocks: 2 }

/** The equal-risk ladder of a busy service, up to `to`: what stands in the policy until preflight has measured what old serves. */
export function equalRiskPercents(to: Tenths, bakeMs: Ms): readonly Tenths[] {
  const shares = equalRiskLadder({ ...BUSY, bakeBlocks: Math.max(1, Math.round(bakeMs / 60_000)) })
  const percents = shares.map((share) => Math.max(1, Math.floor(share * ALL)))
  const rising = percents.filter((percent, i) => percent > (percents[i - 1] ?? NONE) && percent < to)
  return [...rising, to]
}
