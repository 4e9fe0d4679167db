/** The rule of src/core/evidence, fed exactly as a gate feeds it. */
import { baselineOf } from '../../../../src/core/evidence/baseline.ts'
import type { Total } from '../../../../src/core/evidence/block.ts'
import { decide } from '../../../../src/core/evidence/decision.ts'
import { knobsOf, type Knobs, type Profile } from '../../../../src/core/evidence/knobs.ts'
import { readingOf } from '../../../../src/core/evidence/reading.ts'
import { nextRetreat, type Retreat } from '../../../../src/core/evidence/retreat.ts'
import { ruleOf } from '../../../../src/core/evidence/rule.ts'
import { newScores, stepScores } from '../../../../src/core/evidence/scores.ts'
import type { JudgeMaker } from '../judge.ts'
import { DELAY } from '../world.ts'

export function ours(profile: Profile, set: Partial<Knobs> = {}, warmupMinutes = 0): JudgeMaker {
  const knobs = knobsOf(profile, set)
  return ({ theta, ladder, baseline }) => {
    const rule = ruleOf({
      theta,
      knobs,
      baseline: baselineOf(baseline),
      plan: { shares: ladder.shares, blocks: ladder.shares.length * ladder.bake },
      periodMs: 60_000,
      delayMs: DELAY * 60_000,
      minShare: 0.001,
      promotion: null
    })
    let scores = newScores(rule)
    let retreat: Retreat | null = null
    let since = 0
    return {
      see: ({ n1, e1, n0, e0, w, first, minute }, now, serving) => {
        const block: Total = { n1, e1, n0, e0, w, first, cold: minute < warmupMinutes, measuredMs: 60_000 }
        scores = stepScores(rule, scores, block)
        const reading = readingOf(rule, scores, block)
        const at = { serving, onAmber: 'stepBack', baked: true, overdue: false, shareMissing: false } as const
        const decision = decide(reading, at)
        const was: Retreat | null = retreat
        const wholly = retreat !== null && minute >= since
        retreat = nextRetreat(retreat, reading, { serving, wholly, delayPeriods: DELAY })
        if (retreat !== null && retreat.share !== was?.share) since = now + 1
        return { rollback: decision === 'rollback', hold: decision === 'hold', retreat: retreat?.share ?? null }
      }
    }
  }
}
