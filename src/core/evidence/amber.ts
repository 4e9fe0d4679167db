/**
 * The quick alarm (GATING 3.4): cumulated sums that forget a good past. It costs time, never a verdict: it may step back or
 * hold, not convict.
 */
import type { Baseline } from './baseline.ts'
import { deflatedTotals } from './baseline.ts'
import type { Counts } from './counts.ts'
import { deflation, poissonUpper, Z_UPPER } from './deflation.ts'

const RATIOS = [2, 5, 20] as const
const LN_RATIOS = RATIOS.map(Math.log)

/** A sum never grows further beyond its alarm: one burst at high traffic would take half an hour to be forgotten. */
const CEILING = 2

export const NEW_SUMS: readonly number[] = RATIOS.map(() => 0)

/** S with one more block: new against old in the same block, without tolerance. */
export function stepSums(sums: readonly number[], counts: Counts, gamma: number, amberAt: number): readonly number[] {
  const { n1, e1, n0, e0 } = counts
  const a1 = deflation(n1, gamma / 2)
  const a0 = deflation(n0, gamma / 2)
  const s = (n1 * a1) / (n1 * a1 + n0 * a0)
  const x1 = e1 * a1
  const both = x1 + e0 * a0
  return sums.map((sum, r) => {
    const said = x1 * (LN_RATIOS[r] ?? 0) - both * Math.log(1 - s + (RATIOS[r] ?? 1) * s)
    return Math.min(amberAt + CEILING, Math.max(0, sum + said))
  })
}

/** From this share on old is too small to compare with, and what it was before is looked at as well. */
const ALONE_FROM = 0.9

export function isAlone(w: number): boolean {
  return w >= ALONE_FROM
}

/** A block of old that was served beside new, as [requests, errors]. */
export type Beside = readonly [n0: number, e0: number]

/** Blocks of old beside new that are remembered. */
export const BESIDE_KEPT = 10

/** SF with one more block: new against what old was before and lately, while there is (nearly) no old to compare with. */
export function stepFrozen(
  sum: number,
  counts: Counts,
  options: {
    readonly baseline: Baseline
    readonly beside: readonly Beside[]
    readonly theta: number
    readonly amberAt: number
  }
): number {
  const { baseline, beside, theta, amberAt } = options
  if (!baseline.enough) return 0
  const ref = frozenReference(baseline, beside, theta)
  const q = Math.min(1.7 * ref, 0.97)
  const a = deflation(counts.n1, baseline.gamma)
  const errors = counts.e1 * a
  const said = errors * Math.log(q / ref) + (counts.n1 * a - errors) * Math.log((1 - q) / (1 - ref))
  return Math.min(amberAt + CEILING, Math.max(0, sum + said))
}

function frozenReference(baseline: Baseline, beside: readonly Beside[], theta: number): number {
  const before = deflatedTotals(baseline.blocks, baseline.requests, baseline.errors, baseline.gamma)
  const upper = (total: { requests: number; errors: number }) => poissonUpper(total.errors, Z_UPPER) / total.requests
  const requests = beside.reduce((sum, [n0]) => sum + n0, 0)
  const errors = beside.reduce((sum, [, e0]) => sum + e0, 0)
  const lately =
    requests > 0 ? Math.min(theta, upper(deflatedTotals(beside.length, requests, errors, baseline.gamma))) : 0
  return Math.min(0.5, 1.3 * Math.max(upper(before), lately))
}
