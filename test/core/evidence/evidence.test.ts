/** The evidence of a gate: splits, revisions, restarts, what is missing, and what each knob changes. */
import fc from 'fast-check'
import t from 'tap'
import { baselineOf } from '../../../src/core/evidence/baseline.ts'
import type { Bucket } from '../../../src/core/evidence/counts.ts'
import { decide } from '../../../src/core/evidence/decision.ts'
import { newEvidence, read, step } from '../../../src/core/evidence/evidence.ts'
import { knobsOf } from '../../../src/core/evidence/knobs.ts'
import { nextRetreat } from '../../../src/core/evidence/retreat.ts'
import { CALM, config, feed, minute, MINUTE } from './support.ts'

const counts = fc
  .tuple(
    fc.integer({ min: 0, max: 500 }),
    fc.integer({ min: 0, max: 5000 }),
    fc.double({ min: 0, max: 1, noNaN: true })
  )
  .map(([n1, n0, rate]) => ({ n1, e1: Math.floor(n1 * rate * rate), n0, e0: Math.floor(n0 * rate * rate * rate) }))

t.test('it never matters in how many reads a minute came: 5-second periods give the digits of their sum', async (t) => {
  const minutes = fc.array(fc.array(counts, { minLength: 12, maxLength: 12 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(minutes, (parts) => {
      const w = 0.1
      const small = parts.flatMap((minuteParts, m) =>
        minuteParts.map((part, i): Bucket => {
          return { ...part, start: m * MINUTE + i * 5000, periodMs: 5000, w, first: m === 0 && i === 0 }
        })
      )
      const whole = parts.map((minuteParts, m): Bucket => {
        const sum = (key: 'n1' | 'e1' | 'n0' | 'e0') => minuteParts.reduce((total, part) => total + part[key], 0)
        return {
          n1: sum('n1'),
          e1: sum('e1'),
          n0: sum('n0'),
          e0: sum('e0'),
          start: m * MINUTE,
          periodMs: MINUTE,
          w,
          first: m === 0
        }
      })
      const one = feed(small, config({ periodMs: 5000, delayMs: 10_000 })).last
      const other = feed(whole).last
      t.strictSame({ ...one, wBack: null }, { ...other, wBack: null })
    }),
    { numRuns: 60, seed: 7 }
  )
})

t.test('an open block is compared with the thresholds at every period, but booked once', async (t) => {
  const small = (i: number, e1: number): Bucket => ({
    start: i * 10_000,
    periodMs: 10_000,
    n1: 250,
    e1,
    n0: 4750,
    e0: 9,
    w: 0.05,
    first: i === 0
  })
  const { readings, evidence } = feed(
    [0, 1, 2, 3, 4, 5, 6].map((i) => small(i, 2)),
    config({ periodMs: 10_000, delayMs: 20_000 })
  )
  t.ok((readings[1]?.lnRelative ?? 0) > (readings[0]?.lnRelative ?? 0))
  t.equal(readings.at(-1)?.inStep.blocks, 2)
  t.equal(evidence.blocks.length, 2)
  // What a step back may cost is counted in time, not in periods: a sixth of the errors in a sixth of the time.
  const [first] = feed([small(0, 13)], config({ periodMs: 10_000, delayMs: 170_000 })).readings
  const [whole] = feed([{ ...small(0, 78), n1: 1500, n0: 28_500, e0: 54, periodMs: MINUTE }]).readings
  t.ok(Math.abs((first?.wBack ?? 0) - (whole?.wBack ?? 1)) < 1e-12)
})

t.test('a period over a minute is a block of its own', async (t) => {
  const { last } = feed(
    [minute(0, { periodMs: 5 * MINUTE }), minute(5, { periodMs: 5 * MINUTE })],
    config({ periodMs: 5 * MINUTE })
  )
  t.equal(last.inStep.blocks, 2)
})

t.test('a new share, a new step or the end of a warm-up begins a new block within a minute', async (t) => {
  const small = (i: number, change: Partial<Bucket>): Bucket =>
    minute(0, { start: i * 10_000, periodMs: 10_000, first: i === 0, ...change })
  const at = config({ periodMs: 10_000 })
  for (const change of [{ w: 0.5 }, { first: true }, { cold: true }]) {
    t.equal(feed([small(0, {}), small(1, change)], at).evidence.blocks.length, 2)
  }
  t.equal(feed([small(0, {}), small(1, {})], at).evidence.blocks.length, 1)
})

t.test(
  'the newest three blocks before the last may be revised; the result is as if they had been right at once',
  async (t) => {
    const series = fc.array(counts, { minLength: 4, maxLength: 12 })
    const check = fc.property(series, counts, fc.integer({ min: 0, max: 3 }), (right, wrong, back) => {
      const buckets = right.map((part, m) => minute(m, part))
      const at = buckets.length - 1 - back
      const seen = buckets.with(at, minute(at, wrong))
      const revised = feed([...seen, minute(at, right[at])])
      const expected = feed(buckets)
      t.strictSame(revised.last, expected.last)
      t.strictSame(revised.evidence, expected.evidence)
    })
    fc.assert(check, { numRuns: 100, seed: 11 })
  }
)

t.test('the same period again changes nothing; one older than can be revised changes nothing either', async (t) => {
  const { evidence } = feed([0, 1, 2, 3, 4, 5].map((m) => minute(m)))
  t.strictSame(step(evidence, minute(5)).evidence, evidence)
  t.strictSame(step(evidence, minute(1, { e1: 7000 })).evidence, evidence)
  t.notSame(step(evidence, minute(2, { e1: 7000 })).evidence, evidence)
})

t.test('a verdict that a revision takes back is taken back', async (t) => {
  const bad = minute(1, { e1: 3000 })
  const fired = feed([minute(0), bad])
  t.equal(fired.last.fired, 'relative')
  t.equal(step(fired.evidence, minute(1)).reading.fired, null)
})

t.test('a restart changes no digit: through JSON at any place', async (t) => {
  const check = fc.property(fc.array(counts, { minLength: 2, maxLength: 12 }), fc.nat({ max: 11 }), (parts, cut) => {
    const buckets = parts.map((part, m) => minute(m, part))
    const at = Math.min(cut, buckets.length - 1)
    const begun = newEvidence(config({ promotion: { minBakeBlocks: 4, harmBudget: 20 } }))
    const whole = feed(buckets, begun)
    const first = at === 0 ? begun : feed(buckets.slice(0, at), begun).evidence
    t.strictSame(feed(buckets.slice(at), JSON.parse(JSON.stringify(first))).evidence, whole.evidence)
  })
  fc.assert(check, { numRuns: 60, seed: 13 })
})

t.test('ten thousand blocks, all healthy or all bad: every number stays finite', async (t) => {
  for (const e1 of [0, 15, 7500]) {
    const { last, evidence } = feed(Array.from({ length: 10_000 }, (_, m) => minute(m, { e1, first: m % 1000 === 0 })))
    const numbers = JSON.stringify(evidence).match(/null/g)
    t.equal(numbers?.length ?? 0, e1 === 7500 ? 0 : 1, 'only `fired` may be null')
    t.ok([last.lnRelative, last.lnAbsolute, last.amberScore].every(Number.isFinite))
    t.equal(last.fired, e1 === 7500 ? 'relative' : null)
  }
})

t.test('a minute without a request on either side says nothing, and its `first` passes to the next', async (t) => {
  const empty = { n1: 0, e1: 0, n0: 0, e0: 0 }
  const whole = [minute(0), minute(1), minute(2, { first: true, e1: 60 })]
  const gap = [minute(0), minute(1), minute(2, { first: true, ...empty }), minute(3, { e1: 60 })]
  const { readings, last } = feed(gap)
  t.equal(readings[2]?.missing, true)
  t.equal(readings[2]?.lnRelative, readings[1]?.lnRelative)
  t.equal(last.lnRelative, feed(whole).last.lnRelative)
  t.equal(last.inStep.blocks, 1)
  t.equal(
    decide(readings[2] ?? last, {
      serving: 0.25,
      onAmber: 'stepBack',
      baked: true,
      overdue: true,
      shareMissing: false
    }),
    'hold'
  )
})

t.test('zero traffic on new, or on old, convicts nobody by itself', async (t) => {
  const none = feed([0, 1, 2].map((m) => minute(m, { n1: 0, e1: 0, e0: 20_000 }))).last
  t.equal(none.fired, null)
  t.ok(none.lnRelative <= 0)
  const alone = feed([0, 1, 2].map((m) => minute(m, { n0: 0, e0: 0 }))).last
  t.equal(alone.lnRelative, 0)
})

t.test('below three errors nothing rolls back, however strong the score', async (t) => {
  const quiet = baselineOf(Array.from({ length: 30 }, () => [100_000, 0] as const))
  const at = (e1: number) =>
    feed([minute(0, { n1: 3, e1, n0: 100_000, e0: 0, w: 0.01 })], config({ baseline: quiet })).last
  t.ok(at(2).lnRelative > 2)
  t.equal(at(2).fired, null)
  const three = feed(
    [0, 1].map((m) => minute(m, { n1: 3, e1: 3 - m, n0: 100_000, e0: 0, w: 0.01 })),
    config({ baseline: quiet })
  )
  t.equal(three.last.fired, 'relative')
})

t.test('warm-up: only a catastrophe enters the scores, amber works all the same', async (t) => {
  const mild = { e1: 60, cold: true }
  const { last } = feed([minute(0, mild), minute(1, mild)])
  t.equal(last.lnRelative, 0)
  t.equal(last.lnAbsolute, 0)
  t.equal(last.amber, true)
  t.equal(feed([minute(0, { e1: 3000, cold: true })]).last.fired, 'relative')
  t.ok(feed([minute(0, { e1: 60 }), minute(1, { e1: 60 })]).last.lnRelative > 3)
})

t.test(
  'knobs: tolerance, alpha, the share of alpha, amberAt, stepBackBudget and profile each change what they name',
  async (t) => {
    const worse = [0, 1, 2].map((m) => minute(m, { e1: 38 }))
    const at = (set: Parameters<typeof knobsOf>[1], buckets = worse) =>
      feed(buckets, config({ knobs: knobsOf('robust', set) })).last
    t.ok(at({ tolerance: 2 }).lnRelative < at({}).lnRelative)
    const { lnRelative } = at({})
    const alpha = (relative: number) => at({ alpha: { relative, absolute: 1e-9 } }).fired
    t.equal(alpha(Math.exp(-lnRelative) * 1.01), 'relative')
    t.equal(alpha(Math.exp(-lnRelative) * 0.99), null)
    const early = worse.slice(0, 1)
    t.equal(at({}, early).amber, true)
    t.equal(at({ amberAt: 100 }, early).amber, false)
    t.ok(Math.abs((at({ stepBackBudget: 20 }, early).wBack ?? 0) - 2 * (at({}, early).wBack ?? 1)) < 1e-12)
    t.match(knobsOf('fast'), {
      tolerance: 1,
      amberAt: 3.5,
      stepBackBudget: 5,
      alpha: { relative: 0.03, absolute: 0.015 }
    })
  }
)

t.test('theta, delay, minShare and the plan each change what they name', async (t) => {
  const alone = minute(0, { n1: 30_000, e1: 600, n0: 0, e0: 0, w: 1 })
  t.ok(feed([alone], config({ theta: 0.01 })).last.lnAbsolute > feed([alone], config({ theta: 0.03 })).last.lnAbsolute)
  const bad = minute(0, { e1: 80 })
  const back = (change: Parameters<typeof config>[0]) => feed([bad], config(change)).last.wBack ?? 0
  t.ok(Math.abs(back({ delayMs: 5 * MINUTE }) * 2 - back({})) < 1e-12)
  t.equal(back({ minShare: 0.2 }), 0.2)
  const long = config({ plan: { shares: [0.25, 1], blocks: 1000 } })
  t.ok(
    feed([minute(0), minute(1, { e1: 60 })], long).last.lnRelative <
      feed([minute(0), minute(1, { e1: 60 })]).last.lnRelative
  )
  t.throws(() => newEvidence(config({ theta: 0 })), /theta/)
  t.throws(() => newEvidence(config({ knobs: knobsOf('robust', { tolerance: 0.5 }) })), /tolerance/)
  t.throws(() => newEvidence(config({ knobs: knobsOf('robust', { alpha: { relative: 0, absolute: 0.1 } }) })), /alpha/)
  t.throws(() => newEvidence(config({ plan: { shares: [], blocks: 1 } })), /plan/)
  t.throws(() => read(newEvidence(config())), /nothing was measured/)
  t.throws(() => feed([minute(0, { e1: 7501 })]), /7501 of 7500/)
})

t.test('a shared outage is amber for nobody: hold, never step back, even if new is the worse half of it', async (t) => {
  const { last } = feed([minute(0), minute(1, { e1: 1500, e0: 2250 })])
  t.equal(last.shared, true)
  t.equal(last.wBack, null)
})

t.test('the baseline: none, few blocks, no errors, serially correlated', async (t) => {
  t.match(baselineOf([]), { enough: false, gamma: 0.001, lock: false, noise: 0.04 })
  t.match(baselineOf(CALM.slice(0, 9)), { enough: false, gamma: 0.001 })
  t.match(baselineOf(CALM.slice(0, 10)), { enough: true, gamma: 0 })
  t.match(baselineOf(CALM.map(([n]) => [n, 0])), { enough: true, gamma: 0, phat: 0.5 / 900_001 })
  const waves = baselineOf(Array.from({ length: 30 }, (_, b) => [30_000, b % 10 < 5 ? 30 : 120] as const))
  t.ok(waves.lock && waves.r1 > 0.3 && waves.r1 <= 0.8)
  const mixed = baselineOf(Array.from({ length: 30 }, (_, b) => [30_000, b % 2 === 0 ? 30 : 120] as const))
  t.equal(mixed.lock, false)
  t.ok(waves.noise > mixed.noise)
  // Locked, the score believes the noisiest judge alone.
  const bad = [0, 1, 2].map((m) => minute(m, { e1: 60 }))
  const of = (lock: boolean) => feed(bad, config({ baseline: { ...waves, lock } })).last.lnRelative
  t.ok(of(true) < of(false))
  t.equal(
    feed([minute(0, { w: 1, n0: 0, e0: 0, n1: 30_000, e1: 300 })], config({ baseline: baselineOf([]) })).last
      .frozenAmber,
    0
  )
})

t.test('order of decisions: rollback, step back, hold, advance, wait', async (t) => {
  const at = { serving: 0.25, onAmber: 'stepBack', baked: true, overdue: false, shareMissing: false } as const
  const healthy = feed([minute(0)]).last
  const amber = feed([minute(0, { e1: 46 })]).last
  t.equal(decide(feed([minute(0, { e1: 3000 })]).last, at), 'rollback')
  t.equal(decide(amber, at), 'stepBack')
  t.equal(decide(amber, { ...at, onAmber: 'hold' }), 'hold')
  t.equal(decide(amber, { ...at, serving: 0.01 }), 'hold')
  t.equal(decide(healthy, { ...at, shareMissing: true }), 'hold')
  t.equal(decide(healthy, at), 'advance')
  t.equal(decide(healthy, { ...at, baked: false }), 'wait')
})

t.test('promotion: by evidence alone a step ends once harm is excluded; at maxBake without', async (t) => {
  const at = { serving: 0.25, onAmber: 'stepBack', baked: true, overdue: false, shareMissing: false } as const
  const promotion = { minBakeBlocks: 4, harmBudget: 20 }
  const readings = (e1: number, minutes: number, budget = promotion) =>
    feed(
      Array.from({ length: minutes }, (_, m) => minute(m, { n1: 300, e1, n0: 29_700, w: 0.01, e0: 60 })),
      config({ promotion: budget })
    ).last
  t.equal(readings(0, 1).evidenceForPromotion?.enough, false)
  t.equal(decide(readings(0, 1), at), 'wait')
  t.equal(decide(readings(0, 1), { ...at, overdue: true }), 'advance')
  t.equal(decide(readings(0, 9), at), 'advance')
  t.ok((readings(2, 9).evidenceForPromotion?.lnHarm ?? 0) > (readings(0, 9).evidenceForPromotion?.lnHarm ?? 0))
  t.equal(feed([minute(0)]).last.evidenceForPromotion, null)
  // A larger budget leaves only larger regressions to exclude.
  const loose = readings(0, 3, { minBakeBlocks: 4, harmBudget: 2000 }).evidenceForPromotion?.lnHarm ?? 0
  t.ok(loose < (readings(0, 3).evidenceForPromotion?.lnHarm ?? 0))
  // Evidence of too few requests in the step is none.
  const few = feed(
    [minute(0), minute(1), minute(2), minute(3), minute(4, { first: true, n1: 20, e1: 0 })],
    config({ promotion })
  ).last
  t.equal(decide({ ...few, evidenceForPromotion: { lnHarm: -9, enough: true } }, at), 'wait')
})

t.test('a step back ends at the first clear block that was served wholly at its share', async (t) => {
  const serving = 0.25
  const amber = feed([minute(0, { e1: 46 })]).last
  const clear = feed([minute(0)]).last
  const begun = nextRetreat(null, amber, { serving, wholly: false, delayPeriods: 2 })
  t.ok(begun !== null && begun.share <= serving / 2)
  t.equal(nextRetreat(begun, clear, { serving: 0.02, wholly: false, delayPeriods: 2 }), begun)
  t.equal(nextRetreat(begun, clear, { serving: 0.02, wholly: true, delayPeriods: 2 }), null)
  // In flight at the old share it asks for more than is served: nothing is raised.
  t.equal(nextRetreat(begun, amber, { serving: 0.02, wholly: false, delayPeriods: 2 }), begun)
  const unclear = { ...clear, clear: false }
  t.match(nextRetreat(begun, unclear, { serving: 0.02, wholly: true, delayPeriods: 2 }), { served: 1 })
})

t.test(
  'a step back asked for by the past alone lasts until old was seen beside new for delay + 2 blocks',
  async (t) => {
    const alone = (m: number, e1: number) => minute(m, { n1: 30_000, e1, n0: 0, e0: 0, w: 1 })
    const past = feed([alone(0, 62), alone(1, 120)]).last
    t.match(past, { amberBy: 'past', wBack: 0.5 })
    const clear = feed([minute(0)]).last
    let retreat = nextRetreat(null, past, { serving: 1, wholly: false, delayPeriods: 2 })
    for (let block = 0; block < 3; block++) {
      retreat = nextRetreat(retreat, clear, { serving: 0.5, wholly: true, delayPeriods: 2 })
      t.match(retreat, { served: block + 1 })
    }
    t.equal(nextRetreat(retreat, clear, { serving: 0.5, wholly: true, delayPeriods: 2 }), null)
  }
)
