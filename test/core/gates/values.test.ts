import t from 'tap'
import { createShift } from '../../../src/core/create.ts'
import { meterOf } from '../../../src/core/gates/meters.ts'
import { meterQueries } from '../../../src/core/gates/values.ts'
import { substituted } from '../../../src/core/gates/vars.ts'
import { countsAt } from '../../../src/engine/meters/counting.ts'
import type { GateSpec } from '../../../src/core/policy.ts'
import {
  aBurnRateGate,
  aDnsRoute,
  aLatencyGate,
  aMetricGate,
  aMigration,
  anErrorRateGate,
  aPolicy,
  aRoute,
  aShare,
  aSlowGate,
  aStatusMixGate,
  aTargetHealthGate,
  MINUTE,
  T0
} from '../../support/builders.ts'

function metersOf(gates: readonly GateSpec[]) {
  const shift = createShift({
    id: 'shf_1',
    migration: aMigration({ routes: [aRoute(), aRoute({ name: 'api' })] }),
    policy: aPolicy({ gates }),
    routes: null,
    toPercent: null,
    from: 'zero',
    reason: '',
    actor: 'tester',
    now: T0,
    quantise: (_route, percents) => percents.map(aShare)
  })
  return shift.meters.map(({ key, gate }) => [key, gate])
}

t.test('gates that count requests share a meter, values have one for each gate and route', async (t) => {
  t.strictSame(
    metersOf([anErrorRateGate(), aStatusMixGate(), aBurnRateGate(), aLatencyGate({ routes: ['web'] }), aMetricGate()]),
    [
      ['web/60000/120000', null],
      ['web/60000/120000/latency', 'latency'],
      ['web/60000/120000/checkout-failures', 'checkout-failures'],
      ['api/60000/120000', null],
      ['api/60000/120000/checkout-failures', 'checkout-failures']
    ]
  )
  t.equal(metersOf([anErrorRateGate(), aStatusMixGate({ periodMs: 5 * MINUTE })]).length, 4)
  t.strictSame(metersOf([aTargetHealthGate()]), [
    ['web/60000/120000', null],
    ['api/60000/120000', null]
  ])
  t.equal(meterOf(aTargetHealthGate(), 'web'), null)
})

t.test('FM-11: response times are asked for by the target groups that are written to', async (t) => {
  const found = meterQueries(aRoute(), aLatencyGate())
  t.strictSame(
    found.map(({ id, query }) => [id, query.metric, query.stat, query.dimensions['TargetGroup']?.split('/')[1]]),
    [
      ['v.old.n#0', 'TargetResponseTime', 'SampleCount', 'web-133'],
      ['v.old.p#0', 'TargetResponseTime', 'p99', 'web-133'],
      ['v.new.n#0', 'TargetResponseTime', 'SampleCount', 'web-134'],
      ['v.new.p#0', 'TargetResponseTime', 'p99', 'web-134']
    ]
  )
  t.ok(found.every(({ query }) => query.dimensions['LoadBalancer'] === 'app/shop/50dc6c495c0c9188'))
})

t.test('slow answers are asked for as a percentile rank, in seconds', async (t) => {
  const stats = meterQueries(aRoute(), aSlowGate()).map(({ query }) => query.stat)
  t.strictSame(stats, ['SampleCount', 'PR(:0.8)', 'SampleCount', 'PR(:0.8)'])
})

t.test('a side behind records is its load balancer, or each of its target groups', async (t) => {
  const whole = meterQueries(aDnsRoute(), aLatencyGate()).map(({ query }) => query.dimensions)
  t.ok(whole.every((dimensions) => Object.keys(dimensions).join() === 'LoadBalancer'))
  const base = aDnsRoute()
  const arns = ['a', 'b'].map((name) => `arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/${name}/1`)
  const parts = meterQueries({ ...base, new: { ...base.new, targetGroups: arns } }, aLatencyGate())
  t.strictSame(
    parts.filter(({ id }) => id.startsWith('v.new')).map(({ id, query }) => [id, query.dimensions['TargetGroup']]),
    [
      ['v.new.n#0', 'targetgroup/a/1'],
      ['v.new.p#0', 'targetgroup/a/1'],
      ['v.new.n#1', 'targetgroup/b/1'],
      ['v.new.p#1', 'targetgroup/b/1']
    ]
  )
  t.throws(() => meterQueries({ ...base, new: { ...base.new, loadBalancer: null } }, aLatencyGate()), /not known/)
})

t.test('a metric is asked for with the vars of new, in its account or the one that the gate names', async (t) => {
  const [failed] = meterQueries(aRoute(), aMetricGate())
  t.match(failed, { id: 'v.new.failed#0', query: { namespace: 'Shop', dimensions: { Cluster: 'shop-134' } } })
  const account = { region: 'eu-west-1', roleArn: 'arn:aws:iam::222233334444:role/metrics' }
  for (const query of meterQueries(aRoute(), aMetricGate({ account }))) t.strictSame(query.account, account)
  const theirs = { ...aRoute(), new: { ...aRoute().new, account } }
  t.ok(meterQueries(theirs, aMetricGate()).every((query) => query.account === account))
  const moved = meterQueries(theirs, aMetricGate({ account: { region: 'us-east-1' } }))
  t.strictSame(moved[0]?.account, { ...account, region: 'us-east-1' }, 'a region alone leaves the role as it is')
})

t.test('vars are put in by their whole name; a name that nobody knows stays', async (t) => {
  const vars = { cluster: 'shop-134', side: 'new' }
  const rows: readonly (readonly [string, string])[] = [
    ['$cluster', 'shop-134'],
    ['${cluster}-$side', 'shop-134-new'],
    ['$clusters', '$clusters'],
    ['a$', 'a$'],
    ['$constructor', '$constructor'],
    ['plain', 'plain']
  ]
  for (const [text, wanted] of rows) t.equal(substituted(text, vars), wanted)
})

t.test('values come by their own names, are never added up, and a missing one stays missing', async (t) => {
  const { values } = countsAt(T0, ['v.new.p#0', 'v.new.p#1', 'v.new.n#0'], [0.2, 0.3, null])
  t.strictSame(values, { 'new.p#0': 0.2, 'new.p#1': 0.3, 'new.n#0': null })
  t.equal(countsAt(T0, ['new.requests'], [5]).values, undefined)
})
