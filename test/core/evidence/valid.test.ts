/**
 * What makes "against 50 to 1" mean what it says: over healthy shifts the mean of E is at most 1 (without tolerance and without
 * overdispersion), at any traffic and however the rates of both sides move together.
 */
import t from 'tap'
import { baselineOf } from '../../../src/core/evidence/baseline.ts'
import { knobsOf } from '../../../src/core/evidence/knobs.ts'
import { LN_ZERO } from '../../../src/core/evidence/log.ts'
import { newScores, stepScores, type Scores } from '../../../src/core/evidence/scores.ts'
import { ruleOf } from '../../../src/core/evidence/rule.ts'
import { newProbeEvidence, lnProbe, stepProbe } from '../../../src/core/evidence/probe.ts'
import { newPool, stepPool } from '../../../src/core/evidence/pool.ts'
import { lnRelative } from '../../../src/core/evidence/relative.ts'
import { createDice } from '../../bench/gates/dice.ts'
import { config, MINUTE } from './support.ts'

/** A baseline without overdispersion, and no noise at all to allow for: the exact case of the bound. */
const EXACT = { ...baselineOf([[1000, 2]]), gamma: 0, noise: 0, lock: false }
const rule = ruleOf(config({ knobs: knobsOf('robust', { tolerance: 1 }), baseline: EXACT }))
const dice = createDice()

/** Mean of what e^x gave over healthy shifts, and its standard error. */
function meanOf(shifts: number, lnE: (shift: number) => number): { mean: number; error: number } {
  let [sum, square] = [0, 0]
  for (let shift = 0; shift < shifts; shift++) {
    const e = Math.exp(lnE(shift))
    sum += e
    square += e * e
  }
  const mean = sum / shifts
  return { mean, error: Math.sqrt((square / shifts - mean * mean) / shifts) }
}

for (const [n, rate] of [
  [300, 0.01],
  [3000, 0.002],
  [30_000, 0.01]
] as const) {
  t.test(`REL: mean of E at most 1 at ${n} requests a minute, common rate ${rate} that moves`, async (t) => {
    let [worst, far] = [LN_ZERO, 0]
    const shifts = 4000
    const { mean, error } = meanOf(shifts, (shift) => {
      dice.reseed(n, shift, 99)
      let scores: Scores = newScores(rule)
      let high = LN_ZERO
      for (let m = 0; m < 20; m++) {
        const w = [0.01, 0.05, 0.25, 0.75][Math.floor(m / 5)] ?? 1
        const p = rate * dice.gammaFactor(0.7)
        const n1 = dice.round(n * w)
        const e1 = dice.binomial(n1, p)
        const e0 = dice.binomial(n - n1, p)
        scores = stepScores(rule, scores, {
          n1,
          e1,
          n0: n - n1,
          e0,
          w,
          first: m % 5 === 0,
          cold: false,
          measuredMs: MINUTE
        })
        high = Math.max(high, scores.lnRelative)
      }
      worst = Math.max(worst, high)
      if (high >= Math.log(20)) far += 1
      return scores.lnRelative
    })
    t.ok(mean <= 1 + 4 * error, `mean ${mean} ± ${error}`)
    // Ville: looked at after every minute, 20 to 1 is reached in at most a twentieth of healthy shifts.
    t.ok(far / shifts <= 1 / 20 + 4 * Math.sqrt(0.0475 / shifts), `${far} of ${shifts}`)
    t.ok(worst > Math.log(2), 'some shifts look bad by chance')
  })
}

t.test('REL: a tolerance makes healthy shifts look better still', async (t) => {
  const tolerant = ruleOf(config({ baseline: EXACT }))
  const { mean, error } = meanOf(3000, (shift) => {
    dice.reseed(1, shift, 5)
    let scores = newScores(tolerant)
    for (let m = 0; m < 10; m++) {
      const counts = { n1: 300, e1: dice.binomial(300, 0.011), n0: 2700, e0: dice.binomial(2700, 0.01) }
      scores = stepScores(tolerant, scores, { ...counts, w: 0.1, first: m === 0, cold: false, measuredMs: MINUTE })
    }
    return scores.lnRelative
  })
  t.ok(mean <= 1 + 4 * error, `mean ${mean} ± ${error}`)
})

t.test('ABS: mean of E at most 1 for a new that is just at its objective', async (t) => {
  const { mean, error } = meanOf(4000, (shift) => {
    dice.reseed(2, shift, 5)
    let scores = newScores(rule)
    for (let m = 0; m < 20; m++) {
      const counts = { n1: 300, e1: dice.binomial(300, 0.01), n0: 2700, e0: dice.binomial(2700, 0.002) }
      scores = stepScores(rule, scores, { ...counts, w: 0.1, first: m % 5 === 0, cold: false, measuredMs: MINUTE })
    }
    return scores.lnAbsolute
  })
  t.ok(mean <= 1 + 4 * error, `mean ${mean} ± ${error}`)
})

t.test('the pool: mean of E at most 1 over ten healthy routes', async (t) => {
  const { mean, error } = meanOf(2000, (shift) => {
    dice.reseed(3, shift, 5)
    let pool = newPool(rule)
    for (let m = 0; m < 10; m++) {
      const routes = Array.from({ length: 10 }, (_, k) => {
        const p = 0.002 * (1 + k)
        return { rule, counts: { n1: 100, e1: dice.binomial(100, p), n0: 900, e0: dice.binomial(900, p) } }
      })
      pool = stepPool(pool, routes, m % 5 === 0)
    }
    return lnRelative(pool.relative, false)
  })
  t.ok(mean <= 1 + 4 * error, `mean ${mean} ± ${error}`)
})

t.test('probes: mean of E at most 1 at what is allowed to fail', async (t) => {
  const { mean, error } = meanOf(3000, (shift) => {
    dice.reseed(4, shift, 5)
    let evidence = newProbeEvidence(600)
    for (let i = 0; i < 600; i++) evidence = stepProbe(evidence, dice.uniform() < 0.01)
    return lnProbe(evidence)
  })
  t.ok(mean <= 1 + 4 * error, `mean ${mean} ± ${error}`)
})
