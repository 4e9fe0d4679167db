import t from 'tap'
import { judgeTargetHealth } from '../../../src/core/gates/targetHealth.ts'
import type { GateState } from '../../../src/core/shift.ts'
import type { TargetHealthGate } from '../../../src/core/policy.ts'
import { aGateState, aHealth, aTargetHealthGate, anUnreadable, SECOND, T0, targets } from '../../support/builders.ts'

const gate = aTargetHealthGate()
const none = aGateState({ gate: 'targets', limit: 0.8 })

/** Seconds after T0, healthy and registered targets of new (null: unreadable). */
type Row = readonly [number, readonly [number, number] | null]

function judge(rows: readonly Row[], options: { spec?: TargetHealthGate; inStep?: boolean } = {}): GateState {
  return rows.reduce((state, [seconds, seen]) => {
    const now = T0 + seconds * SECOND
    const health = seen === null ? anUnreadable() : aHealth({ new: targets(...seen), readAt: now })
    return judgeTargetHealth(options.spec ?? gate, state, health, now, options.inStep ?? true)
  }, none)
}

t.test('at or above the ratio passes, and reads inside the step are counted', async (t) => {
  t.match(judge([[0, [8, 10]]]), {
    verdict: 'pass',
    value: 0.8,
    samples: 10,
    limit: 0.8,
    passed: 1,
    at: T0,
    lowSince: null
  })
  t.equal(
    judge([
      [0, [8, 10]],
      [10, [10, 10]]
    ]).passed,
    2
  )
  t.equal(judge([[0, [8, 10]]], { inStep: false }).passed, 0)
})

t.test('reads closer than `every` change nothing', async (t) => {
  const first = judge([[0, [10, 10]]])
  t.equal(
    judge([
      [0, [10, 10]],
      [9, [0, 10]]
    ]).verdict,
    first.verdict
  )
  t.equal(
    judge(
      [
        [0, [10, 10]],
        [9, [0, 10]]
      ],
      { spec: aTargetHealthGate({ everyMs: 9 * SECOND }) }
    ).verdict,
    'inconclusive'
  )
})

t.test('the same read seen again is not a second one', async (t) => {
  const health = aHealth({ new: 10, readAt: T0 })
  const once = judgeTargetHealth(aTargetHealthGate({ everyMs: 0 }), none, health, T0, true)
  t.equal(judgeTargetHealth(aTargetHealthGate({ everyMs: 0 }), once, health, T0 + 5 * SECOND, true), once)
})

t.test('below the ratio waits for as long as the gate says, then it is a breach', async (t) => {
  const low = [
    [0, [7, 10]],
    [10, [7, 10]],
    [20, [7, 10]]
  ] as const
  t.match(judge(low), { verdict: 'inconclusive', note: 'low', lowSince: T0, passed: 0, value: 0.7 })
  t.match(judge([...low, [30, [6, 10]]]), { verdict: 'breach', value: 0.6, samples: 10, note: null })
  t.match(judge(low, { spec: aTargetHealthGate({ forMs: 20 * SECOND }) }), { verdict: 'breach' })
  t.match(judge(low, { spec: aTargetHealthGate({ minHealthyRatio: 0.7 }) }), { verdict: 'pass' })
})

t.test('a good read in between starts the time anew, a failed one does not', async (t) => {
  const healed = [
    [0, [7, 10]],
    [10, [9, 10]],
    [20, [7, 10]],
    [30, [7, 10]]
  ] as const
  t.match(judge(healed), { verdict: 'inconclusive', lowSince: T0 + 20 * SECOND })
  const hidden = [
    [0, [7, 10]],
    [10, null],
    [20, null]
  ] as const
  t.match(judge(hidden), { verdict: 'blind', note: 'Throttling', lowSince: T0 })
  t.match(judge([...hidden, [30, [7, 10]]]), { verdict: 'breach' })
  t.match(judge([...hidden, [30, [9, 10]]]), { verdict: 'pass', lowSince: null })
})

t.test('two passing reads must be consecutive', async (t) => {
  t.equal(
    judge([
      [0, [10, 10]],
      [10, null],
      [20, [10, 10]]
    ]).passed,
    1
  )
  t.equal(
    judge([
      [0, [10, 10]],
      [10, [1, 10]],
      [20, [10, 10]]
    ]).passed,
    1
  )
})

t.test('no targets at all is a ratio of 0', async (t) => {
  t.match(judge([[0, [0, 0]]]), { verdict: 'inconclusive', value: 0, samples: 0 })
  t.match(
    judge([
      [0, [0, 0]],
      [30, [0, 0]]
    ]),
    { verdict: 'breach', value: 0 }
  )
})

t.test('draining targets are no longer registered: a scale-in is no breach', async (t) => {
  const draining = { healthy: 5, total: 5, states: { healthy: 5, draining: 5 } }
  t.match(judgeTargetHealth(gate, none, aHealth({ new: draining }), T0, true), {
    verdict: 'pass',
    value: 1,
    samples: 5
  })
  const initial = { healthy: 5, total: 10, states: { healthy: 5, initial: 5 } }
  t.match(judgeTargetHealth(gate, none, aHealth({ new: initial }), T0, true), { verdict: 'inconclusive', value: 0.5 })
})

t.test('draining targets are left out once: those that a rollout replaced hide none of the new ones', async (t) => {
  const rollout = { healthy: 5, total: 10, states: { healthy: 5, unhealthy: 5, draining: 10 } }
  t.match(judgeTargetHealth(gate, none, aHealth({ new: rollout }), T0, true), {
    verdict: 'inconclusive',
    value: 0.5,
    samples: 10
  })
})

t.test('FM-26: a read that is too old is blind', async (t) => {
  const state = judgeTargetHealth(gate, none, aHealth({ readAt: T0 }), T0 + 11 * SECOND, true)
  t.match(state, { verdict: 'blind', note: 'stale', passed: 0 })
  t.equal(judgeTargetHealth(gate, none, aHealth({ readAt: T0 }), T0 + 10 * SECOND, true).verdict, 'pass')
})

t.test('a clock that went backwards does not stop the gate', async (t) => {
  t.match(
    judge([
      [60, [10, 10]],
      [0, [7, 10]]
    ]),
    { verdict: 'inconclusive', at: T0 }
  )
})

t.test('old is not judged', async (t) => {
  t.equal(judgeTargetHealth(gate, none, aHealth({ old: targets(0, 10) }), T0, true).verdict, 'pass')
})
