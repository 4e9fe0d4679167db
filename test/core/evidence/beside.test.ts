/** Beside the scores: plans, probes, percentiles, pools, words. */
import t from 'tap'
import { baselineOf } from '../../../src/core/evidence/baseline.ts'
import { knobsOf } from '../../../src/core/evidence/knobs.ts'
import { newPercentileEvidence, stepPercentile } from '../../../src/core/evidence/percentile.ts'
import { equalRiskLadder, minimumBake, smallestRatio } from '../../../src/core/evidence/planner.ts'
import { newPool, readPool, stepPool, type Pool } from '../../../src/core/evidence/pool.ts'
import { newProbeEvidence, stepProbe } from '../../../src/core/evidence/probe.ts'
import { ruleOf } from '../../../src/core/evidence/rule.ts'
import { newScores } from '../../../src/core/evidence/scores.ts'
import { inWords } from '../../../src/core/evidence/words.ts'
import { createDice } from '../../bench/gates/dice.ts'
import { config, feed, minute } from './support.ts'

const SHARES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75]
const BAKES = {
  2: '-, 3024, 1617, 806, 641, 900 | 1210, 305, 164, 83, 66, 92 | 123, 33, 19, 11, 9, 11 | 15, 6, 4, 4, 4, 4',
  3: '2989, 747, 401, 202, 162, 229 | 301, 77, 42, 22, 18, 25 | 32, 10, 6, 4, 4, 5 | 5, 4, 4, 4, 4, 4',
  5: '914, 228, 124, 64, 52, 73 | 94, 25, 15, 9, 7, 10 | 12, 5, 4, 4, 4, 4 | 4, 4, 4, 4, 4, 4',
  25: '74, 20, 12, 8, 7, 9 | 10, 4, 4, 4, 4, 4 | 4, 4, 4, 4, 4, 4 | 4, 4, 4, 4, 4, 4'
}

t.test('minimum bake: the published table, which was made with tolerance 1.2 and alpha 3 %', async (t) => {
  const knobs = knobsOf('robust', { tolerance: 1.2, alpha: { relative: 0.03, absolute: 0.01 } })
  for (const [ratio, wanted] of Object.entries(BAKES)) {
    const rows = [5, 50, 500, 5000].map((rps) =>
      SHARES.map((w, i) => {
        const prior = i === 0 ? 0.4 : 0.3 / 6
        const question = { requests: 60 * rps, w, p0: 0.002, gamma: 0, delayBlocks: 2, prior, knobs }
        const bake = minimumBake({ ...question, p1: 0.002 * Number(ratio) })
        return bake > 9999 ? '-' : String(bake)
      }).join(', ')
    )
    t.equal(rows.join(' | '), wanted, `${ratio}x`)
  }
})

t.test('the smallest regression that a bake sees is the one whose minimum bake it is', async (t) => {
  const question = {
    requests: 30_000,
    w: 0.05,
    p0: 0.002,
    gamma: 0,
    delayBlocks: 2,
    prior: 0.05,
    knobs: knobsOf('robust')
  }
  const ratio = smallestRatio(question, 10) ?? 0
  t.ok(ratio > 2 && ratio < 5)
  t.equal(minimumBake({ ...question, p1: 0.002 * ratio * 1.0001 }), 10)
  t.ok(minimumBake({ ...question, p1: 0.002 * ratio * 0.999 }) > 10)
  t.equal(smallestRatio({ ...question, requests: 1 }, 4), null)
  t.equal(minimumBake({ ...question, p1: 0.002 }), Infinity)
  t.ok(minimumBake({ ...question, p1: 0.004, gamma: 0.001 }) > minimumBake({ ...question, p1: 0.004 }))
})

t.test('the equal-risk ladder: the published ones', async (t) => {
  const ladder = (rps: number) =>
    equalRiskLadder({ requests: 60 * rps, delayBlocks: 2, bakeBlocks: 5 }).map((w) => Number((w * 100).toPrecision(2)))
  t.strictSame(ladder(500), [0.1, 0.29, 1.3, 5.5, 24, 50, 100])
  t.strictSame(ladder(5000), ladder(500))
  t.strictSame(ladder(50), [0.56, 1.6, 7.2, 31, 50, 100])
  t.ok(equalRiskLadder({ requests: 30_000, delayBlocks: 2, bakeBlocks: 10 }).length < 7)
})

t.test(
  'probes: one failed probe never convicts; a dead new is found in two or three, a half dead one in seconds',
  async (t) => {
    const run = (outcomes: readonly boolean[]) => outcomes.reduce(stepProbe, newProbeEvidence(2100))
    t.equal(run([true]).fired, false)
    t.equal(run([true, true]).fired, true)
    t.equal(run(Array.from({ length: 400 }, (_, i) => i === 200)).fired, false)
    t.equal(run([true, true, ...Array.from({ length: 100 }, () => false)]).fired, true, 'it stays')
    const dice = createDice()
    const mean = (p: number, late: number) => {
      let sum = 0
      for (let trial = 0; trial < 300; trial++) {
        dice.reseed(trial, 3, 4)
        let evidence = newProbeEvidence(2100)
        let i = 0
        for (; !evidence.fired && i < 5000; i++) evidence = stepProbe(evidence, i >= late && dice.uniform() < p)
        sum += i - late
      }
      return sum / 300
    }
    t.ok(Math.abs(mean(0.5, 0) - 5) < 1.5)
    t.ok(Math.abs(mean(0.2, 0) - 19) < 5)
    t.ok(Math.abs(mean(1, 600) - 4) < 1.5)
    t.equal(newProbeEvidence(10, 0.3).ln.length, 2)
    t.throws(() => newProbeEvidence(10, 0.96))
  }
)

t.test(
  'a latency percentile: two or three clearly slower minutes convict, one does not, noise teaches patience',
  async (t) => {
    const options = { plan: { steps: 4, blocks: 20 }, alpha: 0.02 }
    const calm = Array.from({ length: 30 }, (_, b) => 200 + (b % 3))
    const run = (slow: readonly number[], baseline = calm, set = {}) =>
      slow.reduce(
        (evidence, value, i) => stepPercentile(evidence, { old: 200, new: value, first: i === 0 }),
        newPercentileEvidence(baseline, { ...options, ...set })
      )
    t.equal(run([400]).fired, false)
    t.equal(run([400, 400]).fired, true)
    t.equal(run([240, 240, 240, 240]).fired, false)
    t.equal(run([240, 240], calm, { ratio: 1.1 }).fired, true)
    const jumpy = calm.map((value, b) => (b % 3 === 0 ? 2 * value : value))
    t.equal(run([400, 400], jumpy).fired, false)
    t.equal(
      run(
        Array.from({ length: 8 }, () => 900),
        jumpy
      ).fired,
      true
    )
    const gap = stepPercentile(newPercentileEvidence(calm, options), { old: null, new: null, first: true })
    t.match(gap, { seen: 0, begun: true })
    t.equal(stepPercentile(gap, { old: null, new: 400, first: false }).bad, 1)
  }
)

t.test(
  'the pool: small signs on ten routes convict where none does alone; one bad route is not lost in it',
  async (t) => {
    const rule = ruleOf(config({ baseline: baselineOf(Array.from({ length: 30 }, () => [300, 1] as const)) }))
    const run = (e1: (k: number) => number) => {
      const routes = (m: number) =>
        Array.from({ length: 10 }, (_, k) => ({ rule, counts: { n1: 75, e1: e1(k), n0: 225, e0: m % 2 } }))
      let pool: Pool = newPool(rule)
      for (let m = 0; m < 6; m++) pool = JSON.parse(JSON.stringify(stepPool(pool, routes(m), m === 0)))
      const alone = Array.from(
        { length: 10 },
        (_, k) =>
          feed(
            [0, 1, 2, 3, 4, 5].map((m) => minute(m, { n1: 75, e1: e1(k), n0: 225, e0: m % 2 })),
            { rule, settled: newScores(rule), blocks: [] }
          ).last
      )
      return { pooled: readPool(pool, rule, alone), alone }
    }
    const all = run((k) => (k % 3 === 0 ? 0 : 1))
    t.ok(all.alone.every(({ fired }) => fired === null))
    t.not(all.pooled.fired, null)
    t.equal(run(() => 0).pooled.fired, null)
    t.not(run((k) => (k === 3 ? 20 : 0)).pooled.fired, null)
    const empty = stepPool(newPool(rule), [{ rule, counts: { n1: 0, e1: 0, n0: 0, e0: 0 } }], true)
    t.match(empty, { seen: 0, begun: true })
  }
)

t.test('the pool of a single route is that route', async (t) => {
  const rule = ruleOf(config())
  const counts = { n1: 7500, e1: 40, n0: 22_500, e0: 45 }
  const pool = stepPool(newPool(rule), [{ rule, counts }], true)
  const { last } = feed([minute(0, counts)])
  const { lnRelative } = readPool(pool, rule, [last])
  t.ok(Math.abs(lnRelative - last.lnRelative) < 1e-3)
})

t.test('words: counts first, then chance; amber says what happens next', async (t) => {
  const { last } = feed([minute(0, { n1: 1480, e1: 75, n0: 28_500, e0: 57, w: 0.05 })])
  t.match(
    inWords(last),
    /^new fails 5\.07 % of 1,480 requests, old 0\.2 % of 28,500: by chance at most once in [\d,]+ healthy shifts$/
  )
  t.equal(
    inWords(feed([minute(0), minute(1), minute(2, { e1: 46 })]).last),
    'amber: 46 errors where 15 were expected; 25 % -> 2.7 %, re-testing'
  )
  t.equal(
    inWords(feed([minute(0)]).last),
    'new fails 0.2 % of 7,500 requests, old 0.2 % of 22,500: no sign that new is worse'
  )
  t.match(inWords(feed([minute(0, { n1: 0, e1: 0, n0: 0, e0: 0 })]).last), 'neither side')
  t.match(inWords(feed([minute(0, { e1: 700, e0: 2250 })]).last), /^old is in trouble as well: .*would not help them$/)
  const past = feed([minute(0, { n1: 30_000, e1: 120, n0: 0, e0: 0, w: 1 })]).last
  t.equal(
    inWords(past),
    'amber: 120 errors where 60 were expected, compared with old before the shift; 100 % -> 50 %, re-testing'
  )
  t.match(inWords(feed([minute(0, { e1: 7500 }), minute(1, { e1: 7500 })]).last), 'once in a billion')
  t.match(inWords(feed([minute(0, { n0: 0, e0: 0, e1: 7500 })]).last), 'old has no requests to compare with')
  const lone = { n1: 10, e1: 1, n0: 5000, e0: 5, w: 0.002 }
  t.match(
    inWords({ ...feed([minute(0, lone)]).last, amber: true, amberBy: 'alarm', wBack: null }),
    /^amber: 1 error where 0 were expected$/
  )
  const cleared = feed(
    Array.from({ length: 9 }, (_, m) => minute(m)),
    config({ promotion: { minBakeBlocks: 4, harmBudget: 2000 } })
  ).last
  t.match(inWords(cleared), 'more than the harm budget at the next step is ruled out')
})
