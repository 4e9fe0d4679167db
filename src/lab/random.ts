// Seeded random numbers for the lab, so that the same seed splits, fails and delays the same way. Never for secrets.

export type Random = () => number

/** Mulberry32: 32 bits of state are plenty for choosing targets, and it is six lines. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A stream of its own for each name, so that more traffic on one side does not change the dice of the other. */
export function randomFor(seed: number, name: string): Random {
  let hash = seed >>> 0
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0
  return seededRandom(hash)
}

const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * Dice without luck: any stretch of throws is spread almost evenly over 0 to 1 (the golden ratio's multiples). Two of them that are
 * thrown in turn need different steps, or the one foretells the other.
 */
export function evenDice(seed: number, step = GOLDEN): Random {
  let at = seededRandom(seed)()
  return () => {
    at = (at + step) % 1
    return at
  }
}
