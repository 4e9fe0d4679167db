/** What a shift says of itself at preflight: how often it may be wrong, and how small a regression it can see. */
import t from 'tap'
import { beginComparisons } from '../../src/core/comparisons.ts'
import { meterOf } from '../../src/core/gates/meters.ts'
import type { PeriodCounts } from '../../src/core/observation.ts'
import type { GateSpec } from '../../src/core/policy.ts'
import { promisesOf } from '../../src/core/promise.ts'
import { beginTurn } from '../../src/core/turn.ts'
import {
  aLatencyGate,
  anErrorRateGate,
  anObservation,
  aPolicy,
  aProbeGate,
  aRoute,
  aShift,
  aStatusMixGate,
  aTargetHealthGate,
  MINUTE,
  T0
} from '../support/builders.ts'
import { answers, periodAt } from './gates/support.ts'

function findings(gates: readonly GateSpec[], options: { requests?: number; names?: readonly string[] } = {}) {
  const { requests = 30_000, names = ['web'] } = options
  const lb = { requests, e502: null, e503: null, e504: null }
  const old = answers({ '2xx': requests * 0.998, '5xx': requests * 0.002 })
  const counts = Array.from({ length: 30 }, (_, i) => periodAt(i - 40, { old, new: answers({}), lb }))
  const baseline: Record<string, readonly PeriodCounts[]> = {}
  for (const gate of gates) for (const name of names) baseline[meterOf(gate, name) ?? ''] = counts
  const steps = [10, 250, 1000].map((percent) => ({ percent, bakeMs: 8 * MINUTE, approval: null }))
  const routeSpecs = names.map((name) => aRoute({ name }))
  const turn = beginTurn(aShift({ policy: aPolicy({ gates, steps }), routeSpecs, pools: [] }), anObservation(), T0)
  beginComparisons(turn, { routeSpecs, findings: [], baseline, unread: [] })
  return promisesOf(turn.shift)
}

const budget = (found: ReturnType<typeof findings>) =>
  found.find(({ code }) => code === 'false_rollback_budget')?.detail ?? ''

t.test('the budget of the whole shift, and what each gate and route has of it', async (t) => {
  const one = budget(findings([anErrorRateGate({ against: 'old' })]))
  t.match(one, /in at most 3 % of such shifts, .*: errors on web 3 %$/)
  const two = budget(findings([anErrorRateGate({ against: 'old' }), aStatusMixGate(), aProbeGate()]))
  t.match(two, /at most 3 % .*: errors on web 1\.5 %, statuses on web 1 %, probes 0\.5 %$/)
  const routes = budget(findings([anErrorRateGate({ against: 'old' })], { names: ['web', 'api'] }))
  t.match(routes, /at most 3 % .*: errors on web 0\.75 %, errors on api 0\.75 %, all routes together 1\.5 %$/)
})

t.test('the smallest regression that each step sees: less with more traffic, and at a larger share', async (t) => {
  const busy = findings([anErrorRateGate({ against: 'old' })]).find(({ code }) => code === 'smallest_regression')
  t.match(busy, { severity: 'info', route: 'web' })
  t.match(busy?.detail, /errors on web: old has 30,000 requests a minute, 0\.2 % of them errors; .*at 1 % [\d.]+ % \(/)
  const ratios = (detail = '') =>
    [...detail.matchAll(/\(([\d.,]+)x\)/g)].map(([, ratio = '']) => Number(ratio.replace(',', '')))
  const [first = 0, second = 0] = ratios(busy?.detail)
  t.ok(first > second && second > 1, `${first}, ${second}`)
  const quiet = findings([anErrorRateGate({ against: 'old' })], { requests: 3_000 })
  const [less = 0] = ratios(quiet.find(({ code }) => code === 'smallest_regression')?.detail)
  t.ok(less > first, `${less} at a tenth of the traffic, ${first} before`)
})

t.test('where old reported no request, no rate of errors is made up for it', async (t) => {
  const silent = findings([anErrorRateGate({ against: 'old' })], { requests: 0 })
  const told = silent.find(({ code }) => code === 'smallest_regression')?.detail
  t.equal(
    told,
    'errors on web: old reported no request before this shift, so it is not known how small a regression can be seen'
  )
})

t.test('low traffic is said aloud, with the bake that would be needed', async (t) => {
  const low = findings([anErrorRateGate({ against: 'old' })], { requests: 500 }).find(
    ({ code }) => code === 'low_traffic'
  )
  t.match(low, { severity: 'warning', route: 'web' })
  t.match(low?.detail, /so little traffic reaches new at 1 % that even 10 times the usual share/)
  t.match(low?.remedy, /bake for 32m at 1 %/)
  const enough = findings([anErrorRateGate({ against: 'old' })], { requests: 300_000 })
  t.notOk(enough.some(({ code }) => code === 'low_traffic'))
})

t.test('gates that compare with nobody promise nothing', async (t) => {
  t.strictSame(findings([anErrorRateGate(), aTargetHealthGate()]), [])
  const percentile = findings([aLatencyGate()])
  t.match(budget(percentile), /latency on web 2 %$/)
  t.equal(percentile.length, 1)
})
