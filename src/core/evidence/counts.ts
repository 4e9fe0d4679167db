/**
 * What is counted: requests and errors of both sides in one period, as whole numbers that may be added. Never a rate: a rate
 * without its requests cannot be judged.
 */
import type { Instant, Ms } from '../time.ts'

/** `n` requests and `e` errors among them, on new (1) and on old (0). */
export interface Counts {
  readonly n1: number
  readonly e1: number
  readonly n0: number
  readonly e0: number
}

/** One mature period of one route. */
export interface Bucket extends Counts {
  /** When the period began; a multiple of its length. */
  readonly start: Instant
  readonly periodMs: Ms
  /** New's share of the traffic while it was served, 0 to 1. */
  readonly w: number
  /** The first period of a step. */
  readonly first: boolean
  /** Younger than the gate's warmup: only a catastrophe counts (GATING 3.5). */
  readonly cold?: boolean
}

export const NO_COUNTS: Counts = { n1: 0, e1: 0, n0: 0, e0: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return { n1: a.n1 + b.n1, e1: a.e1 + b.e1, n0: a.n0 + b.n0, e0: a.e0 + b.e0 }
}

/** Nobody reported a request: missing, neither good nor bad (GATING 3.1). */
export function isMissing({ n1, n0 }: Counts): boolean {
  return n1 === 0 && n0 === 0
}
