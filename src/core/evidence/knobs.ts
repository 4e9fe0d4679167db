/**
 * How careful or how quick a gate judges: two profiles, and single knobs on top (CONTRACT 4.1, GATING 3.5). Never how noisy the
 * service is: that is learned from its baseline.
 */

export type Profile = 'robust' | 'fast'

export interface Knobs {
  /** ρ0: a rate ratio new / old up to this is no regression. */
  readonly tolerance: number
  /** Chance of a false rollback that each score may spend in a shift, 0 to 1. */
  readonly alpha: { readonly relative: number; readonly absolute: number }
  /** hA, nats: where the quick alarm becomes amber. */
  readonly amberAt: number
  /** Hb: excess errors that the next delay + 1 periods may cost after a step back. */
  readonly stepBackBudget: number
}

const PROFILES: Readonly<Record<Profile, Knobs>> = {
  robust: { tolerance: 1.1, alpha: { relative: 0.02, absolute: 0.01 }, amberAt: 4, stepBackBudget: 10 },
  fast: { tolerance: 1, alpha: { relative: 0.03, absolute: 0.015 }, amberAt: 3.5, stepBackBudget: 5 }
}

/** A profile with what was set by hand. */
export function knobsOf(profile: Profile, set: Partial<Knobs> = {}): Knobs {
  return { ...PROFILES[profile], ...set }
}

/**
 * Alpha shared out among what may fire, by weight: exact under any dependence (GATING 3.9). All weights equal where none are
 * given. Throws where a weight is not above 0.
 */
export function shareAlpha(knobs: Knobs, weights: readonly number[]): readonly Knobs[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (weights.some((weight) => !(weight > 0))) throw new Error(`weights of alpha are above 0: ${weights.join(', ')}`)
  return weights.map((weight) => {
    const part = weight / total
    return { ...knobs, alpha: { relative: knobs.alpha.relative * part, absolute: knobs.alpha.absolute * part } }
  })
}
