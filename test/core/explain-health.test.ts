/** Whether users are hurt, where the newest period says nothing of new: at night a small share often gets no request in a minute. */
import t from 'tap'
import { explainGate, explainHealth } from '../../src/core/explain/gates.ts'
import { summarise } from '../../src/core/present/summary.ts'
import type { GateState } from '../../src/core/shift.ts'
import { aGateState, anErrorRateGate, aPolicy, aShift, aTargetHealthGate, T0 } from '../support/builders.ts'

const WORDS = 'new fails 6 % of 115 requests, old 0 % of 165'

function quiet(fields: Partial<GateState>) {
  const gates = [
    aGateState({ gate: 'errors', value: null, samples: 115, at: T0, words: WORDS, ...fields }),
    aGateState({ gate: 'targets', verdict: 'pass', value: 1, samples: 3, at: T0 })
  ]
  const policy = aPolicy({ gates: [anErrorRateGate({ name: 'errors' }), aTargetHealthGate({ name: 'targets' })] })
  return aShift({ phase: 'baking', gates, policy })
}

t.test('a breach stays the worst that is said while no request reaches new', async (t) => {
  const shift = quiet({ verdict: 'breach' })
  t.equal(explainHealth(shift), `${WORDS}: users are hurt`)
  t.match(summarise(shift), { verdict: 'breach', health: `${WORDS}: users are hurt` })
})

t.test('a gate that holds, and one that has passed, say what they know', async (t) => {
  t.match(explainHealth(quiet({ verdict: 'hold', note: 'amber' })), `${WORDS} (new looks worse than old)`)
  t.equal(explainHealth(quiet({ verdict: 'pass' })), WORDS)
})

t.test('a gate of numbers alone does not claim that nothing was ever measured', async (t) => {
  const shift = quiet({ verdict: 'hold', words: '', note: 'shared_guard' })
  t.equal(explainHealth(shift), 'nothing measured in the newest period (the load balancer itself fails)')
  const first = shift.gates[0]
  if (first) t.match(explainGate({ ...first, at: null }, undefined), 'nothing measured yet')
})
