/**
 * A latency of which only percentiles are known (GATING 3.8): one bit a block, is new's clearly above old's? Percentiles cannot
 * be added, so each block is judged alone. Needs two to eight bad blocks.
 */
import { LN_ZERO, ln, lnAdd } from './log.ts'
import { onsetPrior, type Plan } from './onset.ts'

/** Plain JSON. */
export interface PercentileEvidence {
  readonly plan: Plan
  readonly alpha: number
  /** How many times old's percentile new's may be. */
  readonly ratio: number
  /** Median of old's percentile before the shift; 0 where unknown. */
  readonly usual: number
  /** Chance of a bad bit by chance. */
  readonly q0: number
  readonly seen: number
  readonly bad: number
  readonly begun: boolean
  readonly ln: number
  readonly reserve: number
  readonly fired: boolean
}

const Q_BAD = 0.9

/** `baseline`: old's percentile in each block before the shift. */
export function newPercentileEvidence(
  baseline: readonly number[],
  options: { readonly plan: Plan; readonly alpha: number; readonly ratio?: number }
): PercentileEvidence {
  const ratio = options.ratio ?? 1.25
  const sorted = baseline.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half] ?? 0
  const usual = sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2
  const high = baseline.filter((value) => value > ratio * usual).length
  const q0 = Math.min(0.5, Math.max(0.05, (1 + high) / (baseline.length + 2)))
  const { plan, alpha } = options
  return { plan, alpha, ratio, usual, q0, seen: 0, bad: 0, begun: false, ln: LN_ZERO, reserve: 1, fired: false }
}

/** `old` and `new`: their percentiles in a block, null where there is none. Without new's the block says nothing. */
export function stepPercentile(
  evidence: PercentileEvidence,
  block: { readonly old: number | null; readonly new: number | null; readonly first: boolean }
): PercentileEvidence {
  const begun = evidence.begun || block.first
  if (block.new === null) return { ...evidence, begun }
  const { plan, alpha, ratio, usual, q0, seen, reserve } = evidence
  const bad = block.new > ratio * Math.max(block.old ?? 0, usual)
  const stake = Math.min(reserve, onsetPrior(plan, seen, begun))
  const said = bad ? Math.log(Q_BAD / q0) : Math.log((1 - Q_BAD) / (1 - q0))
  const next = {
    ...evidence,
    seen: seen + 1,
    bad: evidence.bad + (bad ? 1 : 0),
    begun: false,
    ln: lnAdd(evidence.ln, ln(stake)) + said,
    reserve: reserve - stake
  }
  return { ...next, fired: evidence.fired || lnPercentile(next) >= -Math.log(alpha) }
}

export function lnPercentile({ ln: wealth, reserve }: PercentileEvidence): number {
  return lnAdd(wealth, ln(reserve))
}
