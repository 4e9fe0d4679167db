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
