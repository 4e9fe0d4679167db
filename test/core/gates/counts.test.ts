import fc from 'fast-check'
import t from 'tap'
import { countQueries, meterKey, periodCounts, tally, type CountId } from '../../../src/core/gates/counts.ts'
import type { PeriodCounts, SideCounts } from '../../../src/core/observation.ts'
import { aRoute, sideCounts, T0 } from '../../support/builders.ts'

const QUIET: PeriodCounts['lb'] = { requests: 1000, e502: null, e503: null, e504: null }
const ELB = 'arn:aws:elasticloadbalancing:ap-northeast-1:111122223333'

t.test('FM-11: dimensions are derived from the ARNs that are written to', async (t) => {
  const rule = aRoute({ target: { kind: 'rule', arn: `${ELB}:listener-rule/app/shop/50dc/0467/9683` } })
  const listener = aRoute({ target: { kind: 'listener', arn: `${ELB}:listener/app/shop/50dc/0467` } })
  for (const route of [rule, listener]) {
    const queries = countQueries(route)
    t.equal(queries.length, 14)
    t.equal(new Set(queries.map(({ id }) => id)).size, 14)
    for (const { id, query } of queries) {
      t.equal(query.namespace, 'AWS/ApplicationELB')
      t.equal(query.stat, 'Sum')
      const group = { new: 'targetgroup/web-134/73e2d6bc24d8a067', old: 'targetgroup/web-133/73e2d6bc24d8a067' }
      if (id.startsWith('lb.')) t.same(query.dimensions, { LoadBalancer: 'app/shop/50dc' })
      else
        t.same(query.dimensions, {
          TargetGroup: group[id.startsWith('new') ? 'new' : 'old'],
          LoadBalancer: 'app/shop/50dc'
        })
    }
  }
  const metricOf = (id: CountId) => countQueries(rule).find((one) => one.id === id)?.query.metric
  t.equal(metricOf('new.requests'), 'RequestCount')
  t.equal(metricOf('old.c2xx'), 'HTTPCode_Target_2XX_Count')
  t.equal(metricOf('new.c5xx'), 'HTTPCode_Target_5XX_Count')
  t.equal(metricOf('lb.e502'), 'HTTPCode_ELB_502_Count')
  t.equal(metricOf('lb.e504'), 'HTTPCode_ELB_504_Count')
})

t.test('FM-11: an ARN of something else is refused, never turned into a dimension of something else', async (t) => {
  t.throws(() => countQueries(aRoute({ target: { kind: 'rule', arn: `${ELB}:loadbalancer/app/shop/50dc` } })), /shop/)
  const side = { ...aRoute().new, targetGroup: `${ELB}:targetgroup/web` }
  t.throws(() => countQueries(aRoute({ new: side })), /targetgroup\/web/)
})

t.test('each side is counted in its own account, the load balancer in the account of the route', async (t) => {
  const base = aRoute()
  const account = { region: 'ap-northeast-1', roleArn: 'arn:aws:iam::222233334444:role/metrics' }
  for (const { id, account: found } of countQueries({ ...base, new: { ...base.new, account } })) {
    t.same(found, id.startsWith('new.') ? account : base.account, id)
  }
})

t.test('gates share a meter only where route, period and delay are the same', async (t) => {
  const keys = [meterKey('web', 60_000, 120_000), meterKey('web', 60_000, 60_000), meterKey('web', 30_000, 120_000)]
  t.equal(new Set([...keys, meterKey('api', 60_000, 120_000)]).size, 4)
  t.equal(meterKey('web', 60_000, 120_000), keys[0])
})

t.test('a period is put together from exactly the counts that are asked for', async (t) => {
  const ids = countQueries(aRoute()).map(({ id }) => id)
  const asked: CountId[] = []
  const period = periodCounts(T0, (id) => {
    asked.push(id)
    return id === 'lb.e503' ? null : ids.indexOf(id)
  })
  t.same(asked.toSorted(), ids.toSorted())
  t.equal(period.start, T0)
  t.equal(period.new.codes.c4xx, ids.indexOf('new.c4xx'))
  t.equal(period.old.requests, ids.indexOf('old.requests'))
  t.equal(period.lb.e502, ids.indexOf('lb.e502'))
  t.equal(period.lb.e503, null)
})

t.test('FM-25: a missing error count is 0 beside requests, and requests without any code are blind', async (t) => {
  t.same(tally(sideCounts(500), QUIET), { requests: 500, errors: 0 })
  const bare: SideCounts = { requests: 500, codes: { c2xx: null, c3xx: null, c4xx: null, c5xx: null } }
  t.same(tally(bare, QUIET), { blind: 'no_codes' })
  t.same(
    tally({ ...bare, codes: { ...bare.codes, c2xx: 0 } }, QUIET),
    { blind: 'no_codes' },
    'a zero is no code either'
  )
  t.same(tally(bare, { ...QUIET, e502: 3 }), { requests: 500, errors: 3 }, 'an ELB code accounts for them')
  t.same(tally(bare, { ...QUIET, e503: 3 }), { blind: 'no_codes' }, 'a 503 is of requests that chose no target')
})

t.test('without RequestCount there was no traffic, and no error', async (t) => {
  t.same(tally(sideCounts(null), QUIET), { requests: 0, errors: 0 })
  t.same(tally(sideCounts(0), { ...QUIET, e502: 9 }), { requests: 0, errors: 0 })
  const late: SideCounts = { requests: null, codes: { c2xx: null, c3xx: null, c4xx: null, c5xx: 2 } }
  t.same(tally(late, QUIET), { requests: 0, errors: 0 })
})

t.test('FM-42: upgrades, aborts and requests in flight are no errors; what the load balancer failed is', async (t) => {
  const side: SideCounts = { requests: 100, codes: { c2xx: 60, c3xx: 10, c4xx: 9, c5xx: 1 } }
  t.same(tally(side, QUIET), { requests: 100, errors: 1 }, '20 WebSockets or aborts are not errors')
  t.same(tally(side, { ...QUIET, e502: 4, e504: 3 }), { requests: 100, errors: 8 })
  t.same(tally(side, { ...QUIET, e502: 400 }), { requests: 100, errors: 21 }, "another group's 502s are not all new's")
  t.same(tally(side, { ...QUIET, e503: 400 }), { requests: 100, errors: 1 })
})

t.test('FM-42: there are never more errors than requests', async (t) => {
  const side: SideCounts = { requests: 5, codes: { c2xx: null, c3xx: null, c4xx: null, c5xx: 9 } }
  t.same(tally(side, { ...QUIET, e502: 9 }), { requests: 5, errors: 5 }, 'answers of the period before')
})

t.test('a negative count is no count', async (t) => {
  t.same(tally({ ...sideCounts(10), requests: -1 }, QUIET), { blind: 'negative_count' })
  t.same(tally(sideCounts(10), { ...QUIET, e502: -1 }), { blind: 'negative_count' })
  t.same(tally({ requests: 10, codes: { c2xx: 11, c3xx: null, c4xx: -1, c5xx: null } }, QUIET), {
    blind: 'negative_count'
  })
})

const count = fc.option(fc.nat(200), { nil: null })
const codes = fc.record({ c2xx: count, c3xx: count, c4xx: count, c5xx: count })
const side = fc.record({ requests: count, codes })
const lb = fc.record({ requests: count, e502: count, e503: count, e504: count })

t.test('for all counts: 0 <= errors <= requests, and blind only where requests have no code', async () => {
  fc.assert(
    fc.property(side, lb, (side, lb) => {
      const result = tally(side, lb)
      const coded = Object.values(side.codes).some((n) => (n ?? 0) > 0) || (lb.e502 ?? 0) + (lb.e504 ?? 0) > 0
      if ('blind' in result) return (side.requests ?? 0) > 0 && !coded
      return result.requests === (side.requests ?? 0) && result.errors >= 0 && result.errors <= result.requests
    })
  )
})

t.test('for all counts: one more failed answer never means fewer errors, one more good answer never more', async () => {
  fc.assert(
    fc.property(side, lb, (side, lb) => {
      const before = tally(side, lb)
      const worse = tally({ ...side, codes: { ...side.codes, c5xx: (side.codes.c5xx ?? 0) + 1 } }, lb)
      const better = tally({ ...side, codes: { ...side.codes, c2xx: (side.codes.c2xx ?? 0) + 1 } }, lb)
      if ('blind' in before || 'blind' in worse || 'blind' in better) return true
      return worse.errors >= before.errors && better.errors <= before.errors
    })
  )
})
