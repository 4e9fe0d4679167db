/**
 * The evidence of one gate on one route: fed one mature period at a time, it answers what the counts say. Plain JSON, so that a
 * shift goes on after a restart to the last digit. The newest blocks are kept as counts beside the scores before them, because
 * CloudWatch revises what it said: whatever changes in them is judged anew from there.
 */
import { blockOf, totalOf, withPeriod, type Block } from './block.ts'
import type { Bucket } from './counts.ts'
import { readingOf, type Reading } from './reading.ts'
import { ruleOf, type EvidenceConfig, type Rule } from './rule.ts'
import { newScores, stepScores, type Scores } from './scores.ts'

export interface Evidence {
  readonly rule: Rule
  /** Before the blocks below: can no longer change. */
  readonly settled: Scores
  /** The newest blocks, oldest first. */
  readonly blocks: readonly Block[]
}

/** Three may still be revised, beside the newest (GATING 3.1). */
const KEPT = 4

/** Throws where a number is out of its range. */
export function newEvidence(config: EvidenceConfig): Evidence {
  const rule = ruleOf(config)
  return { rule, settled: newScores(rule), blocks: [] }
}

/**
 * The evidence with one more period, or with a period of the newest blocks counted again. A period older than those changes
 * nothing. `leaving` as in `read`. Throws where the counts are none.
 */
export function step(
  evidence: Evidence,
  bucket: Bucket,
  leaving?: number
): { readonly evidence: Evidence; readonly reading: Reading } {
  assertCounts(bucket)
  const next = place(evidence, bucket)
  return { evidence: next, reading: read(next, leaving) }
}

/**
 * What the evidence says as it stands. `leaving`: index of the step for which evidence to leave it is asked; without it as many
 * as began. Throws before the first period.
 */
export function read({ rule, settled, blocks }: Evidence, leaving?: number): Reading {
  const totals = blocks.map(totalOf)
  const newest = totals.at(-1)
  if (!newest) throw new Error('evidence: nothing was measured yet')
  const scores = totals.reduce((before, total) => stepScores(rule, before, total), settled)
  return readingOf(rule, scores, newest, leaving)
}

function place(evidence: Evidence, bucket: Bucket): Evidence {
  const { rule, blocks } = evidence
  for (let at = blocks.length - 1; at >= 0; at--) {
    const block = blocks[at]
    const changed = block ? withPeriod(block, bucket) : null
    if (changed) return { ...evidence, blocks: blocks.with(at, changed) }
  }
  const newest = blocks.at(-1)?.periods.at(-1)
  if (newest && bucket.start < newest.start) return evidence
  const [oldest] = blocks
  if (!oldest || blocks.length < KEPT) return { ...evidence, blocks: [...blocks, blockOf(bucket)] }
  return {
    rule,
    settled: stepScores(rule, evidence.settled, totalOf(oldest)),
    blocks: [...blocks.slice(1), blockOf(bucket)]
  }
}

function assertCounts({ n1, e1, n0, e0, w, periodMs }: Bucket): void {
  const side = (n: number, e: number) => Number.isFinite(n) && e >= 0 && e <= n
  const right = side(n1, e1) && side(n0, e0) && w >= 0 && w <= 1 && periodMs > 0
  if (!right) {
    throw new Error(`evidence: no counts: new ${e1} of ${n1}, old ${e0} of ${n0}, share ${w}, period ${periodMs} ms`)
  }
}
