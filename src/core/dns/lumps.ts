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

/** One more period in which `observed` was seen where `expected` was expected (both 0 to 1). Nothing is learned at the ends. */
export function plusPeriod(lumps: Lumps, observed: number, expected: number): Lumps {
  const spread = expected * (1 - expected)
  if (spread < 1e-4) return lumps
  return { periods: lumps.periods + 1, sum: lumps.sum + (observed - expected) ** 2 / spread }
}

/** Effective number of resolvers. */
export function resolversOf(lumps: Lumps): number {
  const periods = lumps.periods + GUESS.periods
  const sum = lumps.sum + GUESS.periods / GUESS.resolvers
  return Math.min(MOST, Math.max(LEAST, periods / sum))
}
