/** An evidence as a gate would begin it, and its periods. */
import { baselineOf } from '../../../src/core/evidence/baseline.ts'
import type { Bucket } from '../../../src/core/evidence/counts.ts'
import { newEvidence, step, type Evidence } from '../../../src/core/evidence/evidence.ts'
import { knobsOf } from '../../../src/core/evidence/knobs.ts'
import type { Reading } from '../../../src/core/evidence/reading.ts'
import type { EvidenceConfig } from '../../../src/core/evidence/rule.ts'

export const MINUTE = 60_000

export const CALM = Array.from({ length: 30 }, (_, b) => [30_000, 60 + ((b * 7) % 5) - 2] as const)

export function config(change: Partial<EvidenceConfig> = {}): EvidenceConfig {
  return {
    theta: 0.01,
    knobs: knobsOf('robust'),
    baseline: baselineOf(CALM),
    plan: { shares: [0.01, 0.05, 0.25, 1], blocks: 20 },
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    minShare: 0.001,
    promotion: null,
    ...change
  }
}

/** Minute `m` of a quarter of 30,000 requests, healthy unless said otherwise. */
export function minute(m: number, change: Partial<Bucket> = {}): Bucket {
  return {
    start: m * MINUTE,
    periodMs: MINUTE,
    n1: 7500,
    e1: 15,
    n0: 22_500,
    e0: 45,
    w: 0.25,
    first: m === 0,
    ...change
  }
}

/** Feeds them in order; throws where there is none. */
export function feed(buckets: readonly Bucket[], begin: Evidence | EvidenceConfig = config()) {
  let evidence = 'rule' in begin ? begin : newEvidence(begin)
  const readings: Reading[] = []
  for (const bucket of buckets) {
    const stepped = step(evidence, bucket)
    evidence = stepped.evidence
    readings.push(stepped.reading)
  }
  const last = readings.at(-1)
  if (!last) throw new Error('nothing was fed')
  return { evidence, readings, last }
}
