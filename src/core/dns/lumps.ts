/**
 * A resolver takes one answer per TTL, so the observed share of a DNS route is lumpy: with N resolvers of equal weight its
 * standard deviation is sqrt(p (1 − p) / N), however many requests they send (docs/dns.md). N is fitted from the shift's own
 * counts, and begins with a cautious guess.
 */

/** What is assumed before anything was counted, and how many periods that guess is worth. */
const GUESS = { resolvers: 50, periods: 4 } as const
const LEAST = 5
const MOST = 100_000

export interface Lumps {
  readonly periods: number
  readonly sum: number
}

/** One period of a step: shares from 0 to 1, and what was counted in the step before it, in `nth` periods. */
export interface LumpyPeriod {
  readonly observed: number
  readonly expected: number
  readonly before: { readonly old: number; readonly new: number }
  readonly nth: number
}

/**
 * One more period. It is compared with the periods of the step before it and not with what was expected: a share that stays away
 * for good is no lumpiness, and must not excuse itself. Nothing is learned at the ends, nor from the first period of a step.
 */
export function plusPeriod(lumps: Lumps, { observed, expected, before, nth }: LumpyPeriod): Lumps {
  const spread = expected * (1 - expected)
  const requests = before.old + before.new
  if (spread < 1e-4 || requests === 0 || nth < 1) return lumps
  // The mean of `nth` periods is lumpy too.
  const apart = (observed - before.new / requests) ** 2 * (nth / (nth + 1))
  return { periods: lumps.periods + 1, sum: lumps.sum + apart / spread }
}

/** Effective number of resolvers. */
export function resolversOf(lumps: Lumps): number {
  const periods = lumps.periods + GUESS.periods
  const sum = lumps.sum + GUESS.periods / GUESS.resolvers
  return Math.min(MOST, Math.max(LEAST, periods / sum))
}
