import fc from 'fast-check'
import t from 'tap'
import { blinded, emptied, judgeErrorRate, type ErrorRateContext } from '../../../src/core/gates/errorRate.ts'
import type { PeriodCounts } from '../../../src/core/observation.ts'
import type { ErrorRateGate } from '../../../src/core/policy.ts'
import type { GateState } from '../../../src/core/shift.ts'
import { aGateState, anErrorRateGate, aPeriod, MINUTE, sideCounts, T0 } from '../../support/builders.ts'

const IN_STEP: ErrorRateContext = { inStep: true, warm: true, guard: false }
const BEFORE: ErrorRateContext = { ...IN_STEP, inStep: false }
const gate = anErrorRateGate({ max: 0.01, minRequests: 50 })

/** Requests and errors on new, then on old. */
type Row = readonly [number | null, number, (number | null)?, number?]

const period = ([requests, errors, old = 1000, oldErrors = 0]: Row, index = 0): PeriodCounts =>
  aPeriod({ start: T0 + index * MINUTE, new: sideCounts(requests, errors), old: sideCounts(old, oldErrors) })

/** Judges the rows one after another. */
function judge(
  rows: readonly Row[],
  context: ErrorRateContext = IN_STEP,
  options: { readonly state?: GateState; readonly spec?: ErrorRateGate } = {}
): GateState {
  return rows.reduce(
    (state, row, i) => judgeErrorRate(options.spec ?? gate, state, period(row, i), context),
    options.state ?? aGateState()
  )
}

t.test('one period with enough requests is judged alone: above max is a breach, max itself is not', async (t) => {
  t.match(judge([[100, 1]]), { verdict: 'pass', value: 0.01, samples: 100, limit: 0.01, passed: 1, note: null })
  t.match(judge([[100, 2]]), { verdict: 'breach', value: 0.02, samples: 100, limit: 0.01, passed: 0, note: null })
  t.equal(judge([[100, 2]]).at, T0 + MINUTE, 'at is the end of the period')
})

t.test('a breach holds what new and old showed in the very periods that breached', async (t) => {
  const state = judge([
    [500, 0, 5000, 3],
    [100, 7, 900, 8]
  ])
  t.same(state.last, { new: { requests: 100, errors: 7 }, old: { requests: 900, errors: 8 } })
})

t.test('max and minRequests are read from the gate', async (t) => {
  t.equal(judge([[100, 2]], IN_STEP, { spec: anErrorRateGate({ max: 0.02 }) }).verdict, 'pass')
  t.equal(judge([[100, 2]], IN_STEP, { spec: anErrorRateGate({ minRequests: 101 }) }).verdict, 'inconclusive')
  t.equal(judge([[1, 1]], IN_STEP, { spec: anErrorRateGate({ minRequests: 1 }) }).verdict, 'breach')
  t.equal(judge([[0, 0]], IN_STEP, { spec: anErrorRateGate({ minRequests: 0 }) }).verdict, 'inconclusive')
})

t.test('FM-28: near-zero traffic is neither good nor bad, it is pooled until it says something', async (t) => {
  const waiting = judge([
    [10, 5],
    [20, 0]
  ])
  t.match(waiting, { verdict: 'inconclusive', value: 5 / 30, samples: 30, note: 'few_requests:30/50', passed: 0 })
  t.match(waiting.pool, { new: { requests: 30, errors: 5 }, old: { requests: 2000, errors: 0 }, periods: 2 })
  const bad = judge([
    [10, 5],
    [20, 0],
    [20, 0]
  ])
  t.match(bad, { verdict: 'breach', value: 0.1, samples: 50, pool: { new: { requests: 0 }, periods: 0 } })
  t.same(bad.last, { new: { requests: 50, errors: 5 }, old: { requests: 3000, errors: 0 } })
  const good = judge([
    [10, 0],
    [20, 0],
    [20, 0]
  ])
  t.match(good, { verdict: 'pass', samples: 50, passed: 3, pool: { periods: 0 } })
})

t.test('the pool is tumbling: it is empty after each verdict', async (t) => {
  const state = judge([
    [40, 0],
    [40, 0],
    [40, 1]
  ])
  t.match(state, { verdict: 'inconclusive', pool: { new: { requests: 40, errors: 1 }, periods: 1 }, passed: 2 })
})

t.test('a large period that meets a pool takes it along', async (t) => {
  const both = judge([
    [30, 0],
    [100, 1]
  ])
  t.match(both, { verdict: 'pass', samples: 130, passed: 2, pool: { periods: 0 } })
  const alone = judge([
    [49, 0],
    [60, 1]
  ])
  t.match(alone, { verdict: 'breach', value: 1 / 60, samples: 60 }, 'a clean pool does not dilute it')
  const together = judge([
    [49, 10],
    [60, 0]
  ])
  t.match(together, { verdict: 'breach', value: 10 / 109, samples: 109 }, 'a bad pool is not forgotten')
})

t.test('passed counts periods inside the step that hold requests, over passing verdicts in a row', async (t) => {
  t.equal(
    judge([
      [100, 0],
      [100, 0]
    ]).passed,
    2
  )
  t.equal(
    judge(
      [
        [100, 0],
        [100, 0]
      ],
      BEFORE
    ).passed,
    0,
    'periods outside the step prove nothing for it'
  )
  t.equal(
    judge([
      [100, 0],
      [100, 9],
      [100, 0]
    ]).passed,
    1
  )
  t.equal(
    judge([
      [100, 0],
      [0, 0],
      [100, 0]
    ]).passed,
    2,
    'an idle period proves nothing'
  )
  t.equal(
    judge([
      [100, 0],
      [10, 0],
      [100, 0]
    ]).passed,
    3,
    'inconclusive is no interruption'
  )
})

t.test('breaches are found outside a step as well: paused, halted and draining shifts have traffic', async (t) => {
  t.equal(judge([[100, 2]], BEFORE).verdict, 'breach')
  t.equal(
    judge(
      [
        [30, 1],
        [30, 1]
      ],
      BEFORE
    ).verdict,
    'breach'
  )
})

t.test('periods inside a step are not pooled with periods from before it', async (t) => {
  const before = judge([[40, 0]], BEFORE)
  const state = judge([[20, 0]], IN_STEP, { state: before })
  t.match(state, { verdict: 'inconclusive', samples: 20, pool: { periods: 1 } })
})

t.test('the pool and passed start anew at each step, but not how long targets have been low', async (t) => {
  const state = emptied({
    ...judge([
      [100, 0],
      [40, 1]
    ]),
    lowSince: T0
  })
  t.match(state, {
    verdict: 'inconclusive',
    passed: 0,
    pool: { new: { requests: 0, errors: 0 }, periods: 0 },
    lowSince: T0
  })
})

t.test('a period in which neither side reported a request is blind and keeps the pool', async (t) => {
  const blind = judge([
    [100, 0],
    [30, 1],
    [null, 0, null]
  ])
  t.match(blind, { verdict: 'blind', note: 'no_requests', value: null, samples: 0, passed: 1, pool: { periods: 1 } })
  t.equal(judgeErrorRate(gate, blind, period([30, 1], 3), IN_STEP).verdict, 'breach', '2 of 60')
})

t.test('no request on new while old has some is inconclusive, not blind', async (t) => {
  t.match(judge([[null, 0, 1000]]), { verdict: 'inconclusive', value: null, samples: 0, note: 'few_requests:0/50' })
})

t.test('FM-25: requests without any code are blind, not good, and what had passed no longer stands', async (t) => {
  const bare = { requests: 100, codes: { c2xx: null, c3xx: null, c4xx: null, c5xx: null } }
  const state = judgeErrorRate(gate, judge([[100, 0]]), aPeriod({ start: T0 + MINUTE, new: bare }), IN_STEP)
  t.match(state, { verdict: 'blind', note: 'no_codes', passed: 0, at: T0 + 2 * MINUTE })
})

t.test('old without codes does not hide a breach of new', async (t) => {
  const bare = { requests: 100, codes: { c2xx: null, c3xx: null, c4xx: null, c5xx: null } }
  const state = judgeErrorRate(gate, aGateState(), aPeriod({ new: sideCounts(100, 50), old: bare }), IN_STEP)
  t.match(state, { verdict: 'breach', last: { new: { errors: 50 }, old: { requests: 0, errors: 0 } } })
})

t.test('periods of the first step before its warmup is over change nothing', async (t) => {
  const state = judge([[100, 0]])
  t.equal(judgeErrorRate(gate, state, period([100, 100], 1), { ...IN_STEP, warm: false }), state)
})

t.test('the shared guard holds what would pass or wait, and never excuses a breach', async (t) => {
  const guard = { ...IN_STEP, guard: true }
  t.match(judge([[100, 0]], guard, { state: judge([[100, 0]]) }), { verdict: 'hold', note: 'shared_guard', passed: 0 })
  t.match(judge([[10, 0]], guard), { verdict: 'hold', note: 'shared_guard', pool: { periods: 1 } })
  t.match(judge([[100, 9]], guard), { verdict: 'breach', note: null })
  t.match(
    judge([[100, 0]], IN_STEP, { state: judge([[100, 0]], guard) }),
    { verdict: 'pass', passed: 1 },
    'it lifts by itself'
  )
  t.match(judge([[60, 0]], guard), { pool: { new: { requests: 0 } } }, 'what was judged is not pooled')
})

t.test('FM-36: a source that cannot be read is blind, and forgets nothing', async (t) => {
  const before = judge([
    [100, 0],
    [30, 1]
  ])
  const state = blinded(before, 'ThrottlingException')
  t.match(state, { verdict: 'blind', note: 'ThrottlingException', value: null, samples: 0 })
  t.same(
    { pool: state.pool, passed: state.passed, last: state.last },
    { pool: before.pool, passed: 1, last: before.last }
  )
})

/** Periods of which none can be judged alone, and whose last one fills the pool. */
const smallRows = fc
  .array(
    fc
      .tuple(fc.integer({ min: 1, max: 49 }), fc.double({ min: 0, max: 0.2, noNaN: true }))
      .map(([requests, share]): Row => [requests, Math.floor(requests * share)]),
    { minLength: 2, maxLength: 60 }
  )
  .map((rows) => {
    let sum = 0
    const last = rows.findIndex(([requests]) => (sum += requests ?? 0) >= 50)
    return last < 0 ? [] : rows.slice(0, last + 1)
  })
  .filter((rows) => rows.length > 1)

t.test('for all splits: small periods are judged as the one period that they add up to', async () => {
  fc.assert(
    fc.property(smallRows, (rows) => {
      const requests = rows.reduce((sum, [n]) => sum + (n ?? 0), 0)
      const errors = rows.reduce((sum, [, e]) => sum + e, 0)
      const split = judge(rows)
      const whole = judge([[requests, errors, 1000 * rows.length]])
      const facts = ({ verdict, value, samples, last, pool }: GateState) =>
        JSON.stringify({ verdict, value, samples, last, pool })
      return facts(split) === facts(whole) && split.passed === (split.verdict === 'pass' ? rows.length : 0)
    })
  )
})

t.test('for all orders: how the first periods of a pool are arranged does not matter', async () => {
  fc.assert(
    fc.property(smallRows, (rows) => {
      const turned = [...rows.slice(0, -1).toReversed(), ...rows.slice(-1)]
      const [one, other] = [judge(rows), judge(turned)]
      return one.verdict === other.verdict && one.value === other.value && one.samples === other.samples
    })
  )
})

const anyRow = fc
  .tuple(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 9 }))
  .map(([requests, errors]): Row => [requests, Math.min(requests, errors)])

t.test(
  'for all sequences: every request is judged once or still pooled, and nothing small is ever a verdict',
  async () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 30 }), (rows) => {
        let state = aGateState()
        let open = 0
        rows.forEach((row, i) => {
          state = judgeErrorRate(gate, state, period(row, i), IN_STEP)
          open += row[0] ?? 0
          const judged = state.verdict === 'pass' || state.verdict === 'breach'
          if (judged && state.samples < 50) throw new Error(`${state.verdict} on ${state.samples} requests`)
          if (judged && state.verdict === 'pass' && state.samples !== open) throw new Error('requests were lost')
          if (state.pool.new.requests >= 50) throw new Error('a full pool was not judged')
          if (judged) open = 0
          if (state.pool.new.requests !== open) throw new Error('the pool holds something else')
          if ((row[0] ?? 0) >= 50 && row[1] / (row[0] ?? 1) > gate.max && state.verdict !== 'breach') {
            throw new Error('a large bad period was no breach')
          }
        })
      })
    )
  }
)
