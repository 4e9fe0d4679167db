import t from 'tap'
import { summarise } from '../../src/core/present/summary.ts'
import { ENDS, PHASES } from '../../src/core/shift.ts'
import { aGateState, aPhase, aPolicy, aRouteState, aShift, aStep } from '../support/builders.ts'

t.test('every phase has a standing without a time that would grow old', async (t) => {
  for (const kind of PHASES) {
    const { standing, next, outcome } = summarise(aShift({ phase: kind }))
    t.ok(standing.length > 8, kind)
    t.notMatch(standing, /\d+(s|m|h)\b|undefined|null/, kind)
    t.equal(outcome !== null, (ENDS as readonly string[]).includes(kind), kind)
    if (outcome !== null) t.equal(next, null, kind)
  }
})

t.test('what comes next is told, and nothing where a person decides', async (t) => {
  const policy = aPolicy({ steps: [aStep({ percent: 10 }), aStep({ percent: 500 }), aStep({ percent: 1000 })] })
  const next = (over: Parameters<typeof aShift>[0]) => summarise(aShift({ policy, ...over })).next
  t.equal(next({ phase: 'baking', step: 0 }), '50 %')
  t.equal(next({ phase: 'baking', step: 2 }), 'old is drained')
  t.match(next({ phase: 'converging', step: 1 }), /^bakes at /)
  for (const phase of ['paused', 'halted', 'stuck', 'awaiting_approval'] as const) t.equal(next({ phase }), null, phase)
  const asks = aPolicy({
    steps: [aStep({ percent: 10, approval: { by: 'anyone', expiresMs: 1000 } }), aStep({ percent: 1000 })]
  })
  t.equal(next({ policy: asks, phase: 'baking', step: 0 }), 'somebody must approve')
})

t.test('the worst gate and the lowest observed share stand for all', async (t) => {
  const gates = [aGateState({ verdict: 'pass', at: 1 }), aGateState({ gate: 'x', verdict: 'hold', at: 1 })]
  const routes = [aRouteState({ observed: 0.0987 }), aRouteState({ name: 'api', observed: 0.05 })]
  t.match(summarise(aShift({ gates, routes })), { verdict: 'hold', observedPercent: 5, routes: 2 })
  const back = aPhase('rolling_back')
  t.equal(summarise(aShift({ phase: back, routes })).observedPercent, 9.9, 'on the way back the highest')
  t.match(summarise(aShift({ gates: [aGateState({ at: null })] })), { verdict: null }, 'nothing was judged yet')
  t.equal(summarise(aShift({ phase: aPhase('baking') })).rollbackPossible, true)
})
