/**
 * Seeded dice, and how many of n requests meet a fate of probability p. A stream of its own for each purpose, so that one
 * more throw here does not change the dice there.
 */
export type Random = () => number

/** Mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function hashOf(text: string, seed = 0x811c9dc5): number {
  let hash = seed >>> 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619)
  return (hash ^ (hash >>> 15)) >>> 0
}

export const streamOf = (seed: number, name: string): Random => seededRandom(hashOf(name, seed ^ 0x9e3779b9))

/** Above this mean a normal approximation is as good as the real distribution, and does not walk it. */
const WALK_UP_TO = 40

/** How many of `n` succeed with probability `p` each. */
export function binomial(n: number, p: number, random: Random): number {
  if (n <= 0 || p <= 0) return 0
  if (p >= 1) return n
  if (p > 0.5) return n - binomial(n, 1 - p, random)
  const mean = n * p
  if (mean > WALK_UP_TO) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return Math.min(n, Math.max(0, Math.round(mean + normal * Math.sqrt(mean * (1 - p)))))
  }
  let chance = Math.pow(1 - p, n)
  let left = random()
  let k = 0
  while (left > chance && k < n) {
    left -= chance
    k += 1
    chance *= ((n - k + 1) / k) * (p / (1 - p))
  }
  return k
}

/** Takes `p` of `n`, whole: by dice, or exactly in the long run (what is left over is carried to the next time). */
export type Take = (fate: string, n: number, p: number) => number

export function diceTake(random: Random): Take {
  return (_fate, n, p) => binomial(n, p, random)
}

/** Whole numbers of a stream of fractions: what is left over is carried to the next one. */
export function createCarry(): (due: number) => number {
  let carried = 0
  return (due) => {
    carried += due
    const whole = Math.floor(carried + 1e-9)
    carried -= whole
    return whole
  }
}

export function exactTake(): Take {
  const carries = new Map<string, (due: number) => number>()
  return (fate, n, p) => {
    const carry = carries.get(fate) ?? createCarry()
    carries.set(fate, carry)
    return Math.min(n, carry(n * p))
  }
}
