import fc from 'fast-check'
import t from 'tap'
import { judgeMetric } from '../../../src/core/gates/metric.ts'
import type { MetricGate } from '../../../src/core/policy.ts'
import type { GateState } from '../../../src/core/shift.ts'
import { aGateState, aMetricGate } from '../../support/builders.ts'
import { IN_STEP, valuesAt } from './support.ts'

const gate = aMetricGate()

/** `failed` and `all` of each period. */
type Row = readonly [number | null, number | null]

function judge(rows: readonly Row[], spec: MetricGate = gate, inStep = true): GateState {
  return rows.reduce(
    (state, [failed, all], i) =>
      judgeMetric(spec, state, valuesAt(i, { 'new.failed#0': failed, 'new.all#0': all }), { ...IN_STEP, inStep }),
    aGateState({ gate: gate.name })
  )
}

const GOOD: Row = [1, 100]
const BAD: Row = [3, 100]

t.test('so many of the newest periods out of bounds are a breach, fewer are neither breach nor pass', async (t) => {
  t.match(judge([GOOD]), { verdict: 'pass', value: 0.01, limit: 0.02, passed: 1 })
  t.match(judge([[2, 100]]), { verdict: 'pass', value: 0.02 }, 'the bound itself is within')
  t.match(judge([GOOD, BAD]), { verdict: 'inconclusive', note: 'out_of_bounds:1/2', passed: 0 })
  t.match(judge([BAD, GOOD]), { verdict: 'pass', passed: 1 })
  t.match(judge([BAD, GOOD, BAD]), { verdict: 'breach', passed: 0 })
  t.match(judge([BAD, GOOD, GOOD, BAD]), { verdict: 'inconclusive' }, 'the oldest is forgotten')
  t.match(judge([GOOD], gate, false), { verdict: 'pass', passed: 0 })
})

t.test('bounds, breaches and outOf are read from the gate', async (t) => {
  t.equal(judge([BAD], aMetricGate({ breaches: 1, outOf: 1 })).verdict, 'breach')
  t.equal(judge([BAD, BAD], aMetricGate({ breaches: 3 })).verdict, 'inconclusive')
  t.equal(judge([BAD, GOOD, GOOD, BAD], aMetricGate({ outOf: 4 })).verdict, 'breach')
  t.equal(judge([BAD], aMetricGate({ max: 0.03, breaches: 1 })).verdict, 'pass')
  const least = aMetricGate({ max: null, min: 50, expression: 'all', breaches: 1 })
  t.match(judge([[null, 49]], least), { verdict: 'breach', value: 49, limit: 50, words: /at least 50$|at least 50;/ })
  t.equal(judge([[null, 50]], least).verdict, 'pass')
})

t.test('missing is 0 only for a count, and only beside another value', async (t) => {
  t.match(judge([[null, 100]]), { verdict: 'pass', value: 0 })
  t.match(judge([[null, null]]), { verdict: 'blind', note: 'no_data', value: null, passed: 0 })
  t.match(judge([[3, null]]), { verdict: 'inconclusive', note: 'no_value', value: null }, 'a division by zero')
  const [failed, all] = gate.queries
  const average = { ...gate, queries: [{ ...failed, stat: 'Average' }, all] } as MetricGate
  t.match(judge([[null, 100]], average), { verdict: 'inconclusive', note: 'no_value' }, 'no average of nothing is 0')
})

t.test('a period without a value takes nothing away and gives nothing', async (t) => {
  t.match(judge([BAD, [null, null], BAD]), { verdict: 'breach' })
  t.match(judge([GOOD, GOOD, [null, null], GOOD]), { verdict: 'pass', passed: 1 }, 'passes begin anew after blindness')
})

t.test('an expression that is none is blind, never a pass', async (t) => {
  t.match(judge([GOOD], aMetricGate({ expression: 'failed /' })), { verdict: 'blind', note: 'bad_expression' })
  t.match(judge([GOOD], aMetricGate({ expression: '1' })), { verdict: 'blind', note: 'no_data' })
})

t.test('a breach is exactly M of the newest N', async () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (marks, m) => {
      const spec = aMetricGate({ breaches: m, outOf: 5 })
      const { verdict } = judge(
        marks.map((bad) => (bad ? BAD : GOOD)),
        spec
      )
      const bad = marks.slice(-5).filter(Boolean).length
      return verdict === (bad >= m ? 'breach' : marks.at(-1) ? 'inconclusive' : 'pass')
    })
  )
})
