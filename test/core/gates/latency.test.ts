import t from 'tap'
import { newPercentileEvidence } from '../../../src/core/evidence/percentile.ts'
import { newCompared } from '../../../src/core/gates/comparison.ts'
import { judgeLatency, samplesNeeded, slowTally, tailOf, usualTails } from '../../../src/core/gates/latency.ts'
import type { LatencyGate } from '../../../src/core/policy.ts'
import type { GateState } from '../../../src/core/shift.ts'
import { aGateState, aLatencyGate, aSlowGate, MINUTE } from '../../support/builders.ts'
import { IN_STEP, valuesAt } from './support.ts'

const bound = aLatencyGate({ percentile: { stat: 'p99', maxMs: 800, maxRatio: null } })
const ratio = aLatencyGate({ percentile: { stat: 'p99', maxMs: null, maxRatio: 1.5 } })

/** Seconds at p99 and requests: of new, then of old. */
type Row = readonly [number | null, number | null, (number | null)?, (number | null)?]

const period = ([p1, n1, p0 = 0.3, n0 = 20_000]: Row, i = 0) =>
  valuesAt(i, { 'new.p#0': p1, 'new.n#0': n1, 'old.p#0': p0, 'old.n#0': n0 })

const PERCENTILE = newPercentileEvidence([280, 300, 320, 300, 290, 310, 300, 305, 295, 300], {
  plan: { steps: 4, blocks: 24 },
  alpha: 0.02,
  ratio: 1.5
})

function judge(spec: LatencyGate, rows: readonly Row[], state: GateState = aGateState({ gate: 'latency' })): GateState {
  return rows.reduce((before, row, i) => judgeLatency(spec, before, period(row, i), IN_STEP), state)
}

const withRatio = (rows: readonly Row[]) => judge(ratio, rows, aGateState({ percentile: PERCENTILE }))

t.test('a percentile above its bound is a breach, the bound itself is not', async (t) => {
  t.match(judge(bound, [[0.8, 2000]]), { verdict: 'pass', value: 800, limit: 800, samples: 2000, passed: 1 })
  t.match(judge(bound, [[0.801, 2000]]), { verdict: 'breach', value: 801, note: 'absolute', passed: 0 })
  const wider = aLatencyGate({ percentile: { stat: 'p99', maxMs: 900, maxRatio: null } })
  t.equal(judge(wider, [[0.801, 2000]]).verdict, 'pass', 'max is read from the gate')
  t.match(judge(bound, [[0.9, 2000, 0.85]]), { verdict: 'hold', note: 'shared' }, 'both are slow')
})

t.test('FM-28: fewer than 10 / (1 - p) requests neither pass nor breach', async (t) => {
  t.match(judge(bound, [[5, 999]]), { verdict: 'inconclusive', note: 'few_requests:999/1000', passed: 0 })
  t.match(judge(bound, [[0.1, 999]]), { verdict: 'inconclusive' })
  t.match(judge(bound, [[5, 1000]]), { verdict: 'breach' })
  t.strictSame(
    [samplesNeeded('p50', 1), samplesNeeded('p99', 50), samplesNeeded('p99.9', 50), samplesNeeded('p99', 5000)],
    [20, 1000, 10_000, 5000]
  )
  t.equal(samplesNeeded('Average', 50), 50)
})

t.test('missing is blind: no requests anywhere, requests without a percentile', async (t) => {
  t.match(judge(bound, [[null, null, null, null]]), { verdict: 'blind', note: 'no_requests' })
  t.match(judge(bound, [[null, 5000]]), { verdict: 'blind', note: 'no_percentile', passed: 0 })
  t.match(judge(bound, [[0.1, 5000, null, 5000]]), { verdict: 'blind', note: 'no_percentile' })
  t.match(judge(bound, [[null, null]]), { verdict: 'inconclusive', note: 'few_requests:0/1000', passed: 0 })
})

t.test('by the ratio to old: one bad period holds, some more convict, good ones clear', async (t) => {
  t.match(withRatio([[0.4, 2000]]), { verdict: 'pass', limit: 450, passed: 1 })
  t.match(withRatio([[0.5, 2000]]), { verdict: 'hold', note: 'amber', value: 500, passed: 0 })
  const bad: Row = [0.5, 2000]
  t.match(withRatio([bad, bad, bad]), { verdict: 'breach', note: 'relative' })
  t.match(withRatio([bad, [0.3, 2000], [0.3, 2000]]), { verdict: 'pass' })
  t.match(withRatio([[0.5, 2000, 0.4]]), { verdict: 'pass' }, 'old is slow as well: 1.25 times')
  t.match(withRatio([bad, bad, bad, [0.1, 2000]]), { verdict: 'breach' }, 'once convicted it stays')
})

t.test('without old beside it new is never convicted by the past: that holds', async (t) => {
  const alone: Row = [0.5, 20_000, null, null]
  t.match(withRatio([alone, alone, alone, alone, alone, alone]), { verdict: 'hold', note: 'past' })
  t.match(withRatio([[0.4, 20_000, null, null]]), { verdict: 'pass' })
  const unknown = { ...PERCENTILE, usual: 0 }
  const found = judge(ratio, [alone], aGateState({ percentile: unknown }))
  t.match(found, { verdict: 'inconclusive', note: 'no_comparison' })
})

t.test('cold periods are not judged', async (t) => {
  const state = aGateState()
  t.equal(judgeLatency(bound, state, period([5, 5000]), { ...IN_STEP, warm: false }), state)
})

t.test('of several target groups the worst is judged, and only those with requests enough', async (t) => {
  const groups = valuesAt(0, {
    'new.n#0': 2000,
    'new.p#0': 0.2,
    'new.n#1': 1500,
    'new.p#1': 0.7,
    'new.n#2': 3,
    'new.p#2': 9
  })
  t.strictSame(tailOf(groups, 'new', 1000), { requests: 1500, ms: 700 })
  t.strictSame(tailOf(groups, 'new', 5000), { requests: 2000, ms: null })
})

t.test('what is usual for old is learned only from periods with requests enough', async (t) => {
  const rows: readonly Row[] = [
    [null, null, 0.3, 5000],
    [null, null, 9, 10],
    [null, null, null, null]
  ]
  t.strictSame(
    usualTails(
      rows.map((row, i) => period(row, i)),
      1000
    ),
    [300]
  )
})

t.test('slow answers: n times what is above the rank; an absent rank is blind', async (t) => {
  const of = (values: Readonly<Record<string, number | null>>) => slowTally(valuesAt(0, values), 'new')
  t.strictSame(of({ 'new.n#0': 1000, 'new.pr#0': 99.2 }), { requests: 1000, errors: 8 })
  t.strictSame(of({ 'new.n#0': 1000, 'new.pr#0': 100, 'new.n#1': 500, 'new.pr#1': 0 }), { requests: 1500, errors: 500 })
  t.strictSame(of({ 'new.n#0': null, 'new.pr#0': null }), { requests: 0, errors: 0 })
  t.strictSame(of({ 'new.n#0': 1000, 'new.pr#0': null }), { blind: 'no_rank' })
  t.strictSame(of({ 'new.n#0': 1000, 'new.pr#0': 101 }), { blind: 'negative_count' })
})

function slow(rows: readonly (readonly [number, number, number, number])[], spec = aSlowGate()): GateState {
  const baseline = Array.from({ length: 30 }, () => ({ requests: 30_000, errors: 60 }))
  const compared = newCompared({
    theta: 0.01,
    comparison: { profile: 'robust', tolerance: null, alpha: null, stepBackBudget: null },
    part: 0.5,
    baseline,
    shares: [0.1, 1],
    bakesMs: 20 * MINUTE,
    periodMs: MINUTE,
    delayMs: 2 * MINUTE,
    minShare: 0.001,
    promotion: null
  })
  return rows.reduce(
    (state, [n1, s1, n0, s0], i) =>
      judgeLatency(
        spec,
        state,
        valuesAt(i, {
          'new.n#0': n1,
          'new.pr#0': n1 === 0 ? null : 100 * (1 - s1 / n1),
          'old.n#0': n0,
          'old.pr#0': n0 === 0 ? null : 100 * (1 - s0 / n0)
        }),
        IN_STEP
      ),
    aGateState({ gate: 'latency', compared })
  )
}

t.test('slow answers are compared like errors, and told as slow answers', async (t) => {
  t.match(slow([[3000, 6, 27_000, 54]]), { verdict: 'pass', value: 0.002, limit: 0.01, passed: 1 })
  const bad = slow([
    [3000, 150, 27_000, 54],
    [3000, 150, 27_000, 54]
  ])
  t.match(bad, { verdict: 'breach', compared: { words: /^new takes over 800ms for 5 % of 6,000 requests, old 0.2 %/ } })
  t.match(slow([[0, 0, 0, 0]]), { verdict: 'blind', note: 'no_requests' })
  t.match(slow([[40, 0, 27_000, 54]]), { verdict: 'inconclusive', note: 'few_requests:40/50' })
  t.match(slow([[3000, 300, 27_000, 2700]]), { verdict: 'hold', note: 'shared' })
})

t.test('a gate that compares and was not begun is blind', async (t) => {
  const found = judgeLatency(aSlowGate(), aGateState(), valuesAt(0, { 'new.n#0': 9, 'new.pr#0': 100 }), IN_STEP)
  t.match(found, { verdict: 'blind', note: 'not_begun' })
})
