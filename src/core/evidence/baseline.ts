/**
 * How noisy old was before the shift (GATING 3.2): learned once, then frozen. Never learns from new.
 */
import { deflation } from './deflation.ts'

/** Requests and errors of old in one block (60 s, or one period where that is longer) before the shift. */
export type BaselineBucket = readonly [n: number, e: number]

export interface Baseline {
  /** Blocks that had a request. */
  readonly blocks: number
  readonly requests: number
  readonly errors: number
  /** Correlation of two requests of one minute, 0 to 0.05. */
  readonly gamma: number
  /** Share of errors; never 0. */
  readonly phat: number
  /** Correlation of a minute with the next, 0 to 0.8; 0 where there is no sign of any. */
  readonly r1: number
  /** v*: squared coefficient of variation of one cluster's rate from minute to minute, 0.04 to 2. */
  readonly noise: number
  /** Minutes hang together: a lower noise level than `noise` is never believed. */
  readonly lock: boolean
  /** There were blocks enough to compare with once old has no traffic. */
  readonly enough: boolean
}

/** Fewest blocks to learn from. */
const FEWEST = 10
/** Without enough blocks. */
const GAMMA_UNKNOWN = 0.001
const GAMMA_MAX = 0.05
/** Estimates are uncertain: err on the side of noise. */
const SAFETY = 1.5
/** Even if the baseline looks perfect, new may wobble by 20 %. */
const NOISE_FLOOR = 0.04
const NOISE_MAX = 2

/** What the blocks before the shift say, oldest first. Blocks without a request are skipped. */
export function baselineOf(buckets: readonly BaselineBucket[]): Baseline {
  const used = buckets.filter(([n]) => n > 0)
  const requests = used.reduce((sum, [n]) => sum + n, 0)
  const errors = used.reduce((sum, [, e]) => sum + e, 0)
  const enough = used.length >= FEWEST
  const gamma = enough ? gammaOf(used, requests, errors) : GAMMA_UNKNOWN
  const phat = (errors + 0.5) / (requests + 1)
  const r1 = enough ? serialOf(buckets, errors / requests, errors) : 0
  const noise = Math.min(NOISE_MAX, Math.max(NOISE_FLOOR, ((gamma / phat) * (1 + r1)) / (1 - r1)))
  return { blocks: used.length, requests, errors, gamma, phat, r1, noise, lock: r1 > 0, enough }
}

/** Pearson's X² beyond what counting alone gives, as intraclass correlation (GATING 3.2). */
function gammaOf(used: readonly BaselineBucket[], requests: number, errors: number): number {
  const p = errors / requests
  if (errors < 10 || p >= 1) return 0
  const spread = used.reduce((sum, [n, e]) => sum + (e - n * p) ** 2 / (n * p * (1 - p)), 0)
  const beyond = (SAFETY * (spread - (used.length - 1))) / (requests - requests / used.length)
  return Math.min(GAMMA_MAX, Math.max(0, beyond))
}

/** Serial correlation of the minutes' rates (GATING 3.2); 0 unless there is clearly some. */
function serialOf(buckets: readonly BaselineBucket[], p: number, errors: number): number {
  const off = buckets.map(([n, e]) => (n > 0 ? e / n : 0) - p)
  const square = off.reduce((sum, x) => sum + x * x, 0)
  if (square === 0 || errors < 30) return 0
  const lagged = off.reduce((sum, x, b) => sum + x * (off[b - 1] ?? 0), 0)
  const r1 = lagged / square
  return r1 > 0.3 ? Math.min(r1, 0.8) : 0
}

/** Requests and errors of the baseline, as many as they are worth (k_b, n_b of GATING 3.4). */
export function deflatedTotals(blocks: number, requests: number, errors: number, gamma: number) {
  const a = blocks > 0 ? deflation(requests / blocks, gamma) : 1
  return { requests: requests * a, errors: errors * a }
}
