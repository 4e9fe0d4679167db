/** The false-rollback budget of a shift: shared out over everything that may convict, and spent once. */
import t from 'tap'
import { beginComparisons } from '../../src/core/comparisons.ts'
import { comparisonsOf } from '../../src/core/gates/comparison.ts'
import { meterOf } from '../../src/core/gates/meters.ts'
import type { PeriodCounts, Preflight } from '../../src/core/observation.ts'
import type { GateSpec } from '../../src/core/policy.ts'
import { beginTurn } from '../../src/core/turn.ts'
import {
  aBurnRateGate,
  aLatencyGate,
  anErrorRateGate,
  anObservation,
  aPolicy,
  aRoute,
  aShift,
  aSlowGate,
  aStatusMixGate,
  MINUTE,
  T0
} from '../support/builders.ts'
import { answers, periodAt, valuesAt } from './gates/support.ts'

const LB = { requests: 9000, e502: null, e503: null, e504: null }

function begun(gates: readonly GateSpec[], names = ['web']) {
  const counts = Array.from({ length: 30 }, (_, i) =>
    periodAt(i - 40, { old: answers({ '2xx': 8300, '3xx': 450, '4xx': 180, '5xx': 18 }), new: answers({}), lb: LB })
  )
  const values = Array.from({ length: 30 }, (_, i) =>
    valuesAt(i - 40, { 'old.n#0': 9000, 'old.p#0': 0.3, 'old.pr#0': 99.5, 'new.n#0': null, 'new.p#0': null })
  )
  const baseline: Record<string, readonly PeriodCounts[]> = {}
  for (const gate of gates) {
    for (const route of names) baseline[meterOf(gate, route) ?? ''] = gate.type === 'latency' ? values : counts
  }
  const shift = aShift({ policy: aPolicy({ gates }), routeSpecs: names.map((name) => aRoute({ name })), pools: [] })
  const turn = beginTurn(shift, anObservation(), T0)
  const preflight: Preflight = { routeSpecs: shift.routeSpecs, findings: [], baseline, unread: [] }
  beginComparisons(turn, preflight)
  return turn.shift.gates
}

const EVERY = [
  anErrorRateGate({ against: 'old' }),
  aStatusMixGate(),
  aSlowGate({ name: 'slow' }),
  aLatencyGate(),
  aBurnRateGate()
]

function spentBy(gates: ReturnType<typeof begun>): number {
  return gates.reduce((sum, state) => {
    const own = comparisonsOf(state).reduce((total, { evidence }) => total + evidence.rule.knobs.alpha.relative, 0)
    return sum + own + (state.percentile?.alpha ?? 0)
  }, 0)
}

t.test('one gate on one route has the whole budget; all that may convict share it evenly', async (t) => {
  t.equal(begun([anErrorRateGate({ against: 'old' })])[0]?.compared?.evidence.rule.knobs.alpha.relative, 0.02)
  const gates = begun(EVERY)
  t.ok(Math.abs(spentBy(gates) - 0.02) < 1e-12, `${spentBy(gates)}`)
  const [errors, statuses, slow, latency, burn] = gates
  t.equal(errors?.compared?.evidence.rule.knobs.alpha.relative, 0.005)
  t.strictSame(Object.keys(statuses?.classes ?? {}), ['3xx', '4xx'])
  for (const one of Object.values(statuses?.classes ?? {})) t.equal(one.evidence.rule.knobs.alpha.relative, 0.0025)
  t.equal(slow?.compared?.evidence.rule.knobs.alpha.relative, 0.005)
  t.equal(latency?.percentile?.alpha, 0.005)
  t.strictSame([burn?.compared, burn?.classes, burn?.percentile], [undefined, undefined, undefined])
})

t.test('over several routes it is still spent once: what is counted leaves half of its part to the pool', async (t) => {
  const routes = ['web', 'api', 'img']
  const gates = begun(EVERY, routes)
  t.ok(Math.abs(spentBy(gates) + 0.5 * 3 * 0.005 - 0.02) < 1e-12, `${spentBy(gates)}`)
  const alphas = gates.filter(({ gate }) => gate === 'statuses').map(({ classes }) => classes?.['4xx']?.evidence.rule)
  for (const rule of alphas) t.ok(Math.abs((rule?.knobs.alpha.relative ?? 0) - 0.0025 / 2 / 3) < 1e-15)
})

t.test('each begins from what old did before, by its own count', async (t) => {
  const [errors, statuses, slow, latency] = begun(EVERY)
  const near = (found: number | undefined, wanted: number) =>
    t.ok(found !== undefined && Math.abs(found - wanted) < wanted / 20, `${found}, not ${wanted}`)
  near(errors?.compared?.evidence.rule.baseline.phat, 0.002)
  near(statuses?.classes?.['3xx']?.evidence.rule.baseline.phat, 0.05)
  near(statuses?.classes?.['4xx']?.evidence.rule.baseline.phat, 0.02)
  near(slow?.compared?.evidence.rule.baseline.phat, 0.005)
  t.equal(latency?.percentile?.usual, 300)
  t.equal(latency?.percentile?.plan.blocks, Math.ceil((55 * MINUTE) / MINUTE))
})

t.test('a percentile without a ratio compares with nobody and costs no budget', async (t) => {
  const bound = aLatencyGate({ percentile: { stat: 'p99', maxMs: 800, maxRatio: null } })
  const [errors, latency] = begun([anErrorRateGate({ against: 'old' }), bound])
  t.equal(latency?.percentile, undefined)
  t.equal(errors?.compared?.evidence.rule.knobs.alpha.relative, 0.02)
})
