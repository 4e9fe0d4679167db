import fc from 'fast-check'
import t from 'tap'
import type { GateContext } from '../../../src/core/gates/context.ts'
import { judgeBurnRate } from '../../../src/core/gates/burnRate.ts'
import type { BurnRateGate } from '../../../src/core/policy.ts'
import type { GateState } from '../../../src/core/shift.ts'
import { aBurnRateGate, aGateState, HOUR, MINUTE, sideCounts } from '../../support/builders.ts'
import { answers, IN_STEP, periodAt } from './support.ts'

/** 99.9 %, 14.4 times: 1.44 %; 209 requests are needed. */
const gate = aBurnRateGate()

/** Requests and errors on new, then on old. */
type Row = readonly [number, number, number?, number?]

function judge(rows: readonly Row[], spec: BurnRateGate = gate, context: GateContext = IN_STEP): GateState {
  return rows.reduce(
    (state, [n1, e1, n0 = 10_000, e0 = 0], i) =>
      judgeBurnRate(spec, state, periodAt(i, { new: sideCounts(n1, e1), old: sideCounts(n0, e0) }), context),
    aGateState({ gate: 'burn' })
  )
}

const times = (n: number, row: Row): readonly Row[] => Array.from({ length: n }, () => row)

t.test('above the limit in both windows is a breach, at the limit is a pass', async (t) => {
  t.match(judge([[10_000, 145]]), { verdict: 'breach', value: 14.5, limit: 14.4, samples: 10_000, passed: 0 })
  t.match(judge([[10_000, 144]]), { verdict: 'pass', passed: 1, note: null })
})

t.test('objective, factor and both windows are read from the gate', async (t) => {
  const rows: readonly Row[] = [[10_000, 145]]
  t.equal(judge(rows, aBurnRateGate({ objective: 0.99 })).verdict, 'pass')
  t.equal(judge(rows, aBurnRateGate({ windows: [{ longMs: HOUR, shortMs: 5 * MINUTE, factor: 15 }] })).verdict, 'pass')
  const good = times(10, [1000, 0])
  const bad = times(2, [1000, 100])
  const windows = (longMs: number, shortMs: number) => aBurnRateGate({ windows: [{ longMs, shortMs, factor: 14.4 }] })
  t.equal(judge([...good, ...bad], windows(5 * MINUTE, 2 * MINUTE)).verdict, 'breach')
  t.equal(judge([...good, ...bad], windows(20 * MINUTE, 2 * MINUTE)).verdict, 'breach')
  const mended = [...good, ...times(4, [1000, 100] as const), ...times(3, [1000, 0] as const)]
  t.equal(judge(mended, windows(20 * MINUTE, 3 * MINUTE)).verdict, 'pass', 'the short window lets a mended fault go')
  t.equal(judge(mended, windows(20 * MINUTE, 5 * MINUTE)).verdict, 'breach')
})

t.test('any of several windows breaches', async (t) => {
  const slow = { longMs: 6 * HOUR, shortMs: 30 * MINUTE, factor: 6 }
  const spec = aBurnRateGate({ windows: [...gate.windows, slow] })
  const found = judge(times(10, [10_000, 70]), spec)
  t.match(found, { verdict: 'breach', limit: 6, value: 7 })
})

t.test('the short window alone above its limit is neither a breach nor a pass', async (t) => {
  const found = judge([...times(55, [10_000, 0]), [10_000, 1000]])
  t.match(found, { verdict: 'inconclusive', note: 'burning', passed: 0 })
})

t.test('FM-28: few requests are neither a pass nor a breach', async (t) => {
  t.match(judge([[100, 0]]), { verdict: 'inconclusive', note: 'few_requests:100/209', passed: 0 })
  t.match(judge([[100, 2]]), { verdict: 'inconclusive', note: 'few_requests:100/209' }, 'two errors may be chance')
  t.match(judge([[100, 3]]), { verdict: 'breach' }, 'three are not, as everywhere')
  t.match(judge(times(3, [100, 0])), { verdict: 'pass', passed: 1 })
})

t.test('both sides burn: hold; a budget that old burns as well never takes new back', async (t) => {
  t.match(judge([[1000, 100, 9000, 900]]), { verdict: 'hold', note: 'shared' })
  t.match(judge([...times(4, [100, 0, 9900, 0]), [5000, 500, 5000, 500]]), { verdict: 'hold', note: 'shared' })
  t.match(judge([[1000, 100, 9000, 90]]), { verdict: 'breach' }, 'old within its budget excuses nothing')
  t.match(judge([[1000, 100, 0, 0]]), { verdict: 'breach' }, 'nor does an old without traffic')
})

t.test('missing is blind: no requests anywhere, no codes on new', async (t) => {
  t.match(judge([[0, 0, 0, 0]]), { verdict: 'blind', note: 'no_requests' })
  const period = periodAt(0, { new: answers({}, 500) })
  t.match(judgeBurnRate(gate, aGateState(), period, IN_STEP), { verdict: 'blind', note: 'no_codes', passed: 0 })
  const quiet = judge([...times(3, [1000, 0]), [0, 0]])
  t.match(quiet, { verdict: 'pass', passed: 3 }, 'a period without a request on new adds no pass')
})

t.test('the shared guard and periods outside the step let nothing pass', async (t) => {
  t.match(judge([[10_000, 0]], gate, { ...IN_STEP, guard: true }), { verdict: 'hold', note: 'shared_guard' })
  t.match(judge([[10_000, 0]], gate, { ...IN_STEP, inStep: false }), { verdict: 'pass', passed: 0 })
})

t.test('what is kept is bounded, however long the windows are', async (t) => {
  const spec = aBurnRateGate({ windows: [{ longMs: 72 * HOUR, shortMs: 6 * HOUR, factor: 1 }] })
  const { burn = {} } = judge(times(2000, [1000, 1]), spec)
  for (const buckets of Object.values(burn)) t.ok(buckets.length <= 61, `${buckets.length}`)
  t.equal(judge(times(5, [1000, 0])).burn?.[String(5 * MINUTE)]?.length, 5)
  t.equal(judge(times(9, [1000, 0])).burn?.[String(5 * MINUTE)]?.length, 5)
})

t.test('never a breach within the budget, never a pass beyond it', async () => {
  const row = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
      const counts = rows.map(([n, p]): Row => [n, Math.round(n * p)])
      const { verdict } = judge(counts)
      const limit = 14.4 * (1 - 0.999)
      const over = (last: number) => {
        const window = counts.slice(-last)
        const sum = (i: 0 | 1) => window.reduce((total, one) => total + one[i], 0)
        return sum(1) / sum(0) > limit
      }
      if (verdict === 'breach') return over(60) && over(5)
      return verdict !== 'pass' || !over(5)
    }),
    { numRuns: 200 }
  )
})
