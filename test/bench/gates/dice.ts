/**
 * Seeded dice and exact draws: how many of n requests fail, how good a minute is. The same seed gives the same counts to every
 * rule. Never approximates a binomial: a rule must not be flattered by thin tails.
 */

export interface Dice {
  /** Starts a stream of its own, whatever was thrown before. */
  reseed(a: number, b: number, c: number): void
  /** Above 0 and below 1. */
  uniform(): number
  normal(): number
  /** Mean 1 and this coefficient of variation. */
  gammaFactor(cv: number): number
  binomial(n: number, p: number): number
  /** Up or down, so that the mean is x. */
  round(x: number): number
}

/** Chris Doty-Humphrey's sfc32. */
export function createDice(): Dice {
  let [a, b, c, counter] = [0, 0, 0, 1]
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  const uniform = () => (next() + 0.5) / 4_294_967_296
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  return {
    reseed: (x, y, z) => {
      a = x | 0
      b = y | 0
      c = z | 0
      counter = 1
      for (let i = 0; i < 12; i++) next()
    },
    uniform,
    normal,
    gammaFactor: (cv) => (cv === 0 ? 1 : gamma(1 / (cv * cv), uniform, normal) * cv * cv),
    binomial: (n, p) => binomial(n, p, uniform),
    round: (x) => Math.floor(x) + (uniform() < x - Math.floor(x) ? 1 : 0)
  }
}

/** Marsaglia and Tsang 2000; shape at least 1. */
function gamma(shape: number, uniform: () => number, normal: () => number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

function binomial(n: number, p: number, uniform: () => number): number {
  if (n <= 0 || p <= 0) return 0
  if (p >= 1) return n
  if (p > 0.5) return n - binomial(n, 1 - p, uniform)
  return n * p < 12 ? walked(n, p, uniform) : rejected(n, p, uniform)
}

function walked(n: number, p: number, uniform: () => number): number {
  const odds = p / (1 - p)
  let chance = Math.exp(n * Math.log1p(-p))
  let left = uniform()
  let k = 0
  while (left > chance && k < n) {
    left -= chance
    k += 1
    chance *= ((n - k + 1) / k) * odds
  }
  return k
}

/** Hörmann 1993, BTRS: transformed rejection with squeeze; exact. */
function rejected(n: number, p: number, uniform: () => number): number {
  const deviation = Math.sqrt(n * p * (1 - p))
  const b = 1.15 + 2.53 * deviation
  const a = -0.0873 + 0.0248 * b + 0.01 * p
  const c = n * p + 0.5
  const sure = 0.92 - 4.2 / b
  const odds = p / (1 - p)
  const alpha = (2.83 + 5.1 / b) * deviation
  const m = Math.floor((n + 1) * p)
  for (;;) {
    const u = uniform() - 0.5
    const v = uniform()
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + c)
    if (us >= 0.07 && v <= sure) return k
    if (k < 0 || k > n) continue
    const bound =
      (m + 0.5) * Math.log((m + 1) / (odds * (n - m + 1))) +
      (n + 1) * Math.log((n - m + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      stirling(m) +
      stirling(n - m) -
      stirling(k) -
      stirling(n - k)
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k
  }
}

const STIRLING = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.0207906721037651, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.0092554621827127, 0.0083305634333631
]

/** What Stirling's formula lacks of ln k!. */
function stirling(k: number): number {
  const known = STIRLING[k]
  if (known !== undefined) return known
  const n = (k + 1) * (k + 1)
  return (1 / 12 - (1 / 360 - 1 / 1260 / n) / n) / (k + 1)
}
