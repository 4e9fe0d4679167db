/** Where counts are read, and sides that are counted by metrics of their owner's choice. */
import t from 'tap'
import fc from 'fast-check'
import { accountKey, ownerOf, readIn } from '../../../src/core/gates/account.ts'
import { countQueries, tally } from '../../../src/core/gates/counts.ts'
import { strangeWords } from '../../../src/core/gates/measure.ts'
import { meterOf } from '../../../src/core/gates/meters.ts'
import { meterQueries } from '../../../src/core/gates/values.ts'
import { createShift } from '../../../src/core/create.ts'
import type { MeasureSpec } from '../../../src/core/migration.ts'
import type { SideCounts } from '../../../src/core/observation.ts'
import type { GateSpec } from '../../../src/core/policy.ts'
import { fitProblems } from '../../../src/core/policyRules.ts'
import { countsAt } from '../../../src/engine/meters/counting.ts'
import {
  aDnsRoute,
  aMigration,
  anErrorRateGate,
  aPolicy,
  aRoute,
  aShare,
  aSlowGate,
  aStatusMixGate,
  T0
} from '../../support/builders.ts'

const SIDE = { region: 'ap-northeast-1', roleArn: 'arn:aws:iam::111122223333:role/side', externalId: 's' }
const ROLE = 'arn:aws:iam::999999999999:role/metrics'
const NO_LB = { requests: null, e502: null, e503: null, e504: null }

t.test('of gate and side the nearest that says so counts; an external id stays with its role', async (t) => {
  t.equal(readIn(null, SIDE), SIDE)
  t.equal(readIn(undefined, SIDE), SIDE)
  t.strictSame(readIn({ region: 'eu-west-1' }, SIDE), { ...SIDE, region: 'eu-west-1' })
  t.strictSame(readIn({ region: null, roleArn: ROLE }, SIDE), { region: 'ap-northeast-1', roleArn: ROLE })
  const whole = { region: 'eu-west-1', roleArn: ROLE, externalId: 'x' }
  t.strictSame(readIn(whole, SIDE), whole)
  t.equal(accountKey(null), '')
  t.notMatch(accountKey(whole), /x$/)
  t.not(accountKey(whole), accountKey({ region: null, roleArn: ROLE }))
})

t.test('a role of another account says whose metrics it means', async (t) => {
  const arn = aRoute().target.arn
  t.equal(ownerOf(arn, { region: 'r' }), undefined, 'nobody said who reads')
  t.equal(ownerOf(arn, SIDE), undefined)
  t.equal(ownerOf(arn, { region: 'r', roleArn: ROLE }), '111122223333')
  for (const { account, query } of countQueries(aRoute(), { region: null, roleArn: ROLE })) {
    t.strictSame([account.roleArn, query.accountId], [ROLE, '111122223333'])
  }
  const slow = meterQueries(aDnsRoute(), aSlowGate({ account: { region: null, roleArn: ROLE } }))
  t.ok(slow.length > 0 && slow.every(({ query }) => query.accountId === '111122223333'))
})

t.test('gates that read as somebody else have a meter of their own, of which every count is read so', async (t) => {
  const own = anErrorRateGate({ name: 'own', account: { region: null, roleArn: ROLE } })
  const gates = [anErrorRateGate(), own, aStatusMixGate({ account: { region: null, roleArn: ROLE } })]
  const shift = createShift({
    id: 'shf_1',
    migration: aMigration(),
    policy: aPolicy({ gates }),
    routes: null,
    toPercent: null,
    from: 'zero',
    reason: '',
    actor: 'a',
    now: T0,
    quantise: (_route, percents) => percents.map(aShare)
  })
  t.strictSame(
    shift.meters.map(({ key, account }) => [key, account?.roleArn ?? null]),
    [
      ['web/60000/120000', null],
      [`web/60000/120000@${ROLE}`, ROLE]
    ]
  )
  t.equal(meterOf(own, 'web'), shift.meters[1]?.key)
})

const MEASURE: MeasureSpec = {
  requests: [
    { namespace: 'Shop', metric: 'Calls', stat: 'Sum', dimensions: { C: '$cluster', S: '${side}', R: '$route' } }
  ],
  errors: [
    { namespace: 'Shop', metric: 'Failed', stat: 'Sum', dimensions: { C: '$cluster' } },
    { namespace: 'Shop', metric: 'Slow', stat: 'TC(2:)', dimensions: {} }
  ],
  account: { region: 'eu-west-1' }
}

t.test('a side with measurements of its own is asked for those, with its vars; the other side as ever', async (t) => {
  const base = aDnsRoute()
  const route = { ...base, new: { ...base.new, loadBalancer: null, measure: MEASURE } }
  const queries = countQueries(route)
  const ofNew = queries.filter(({ id }) => id.startsWith('new.'))
  t.strictSame(
    ofNew.map(({ id, query }) => [id, query.metric, query.stat]),
    [
      ['new.requests#0', 'Calls', 'Sum'],
      ['new.errors#0', 'Failed', 'Sum'],
      ['new.errors#1', 'Slow', 'TC(2:)']
    ]
  )
  t.strictSame(ofNew[0]?.query.dimensions, { C: 'shop-green', S: 'new', R: 'api' })
  t.ok(ofNew.every(({ account }) => account.region === 'eu-west-1'))
  t.ok(queries.some(({ id }) => id === 'old.e5xx'))
  t.strictSame(strangeWords(MEASURE, {}), ['cluster'])
  const alb = { ...aRoute(), new: { ...aRoute().new, measure: MEASURE } }
  t.ok(countQueries(alb).some(({ id }) => id === 'new.errors#1'))
  t.ok(
    countQueries(alb).some(({ id }) => id === 'lb.e502'),
    'the shared guard stays'
  )
})

t.test('several metrics are added up; missing errors are 0 only where requests were reported', async (t) => {
  const ids = ['new.requests#0', 'new.requests#1', 'new.errors#0', 'new.errors#1'] as const
  const of = (...values: readonly (number | null)[]) => {
    const { new: side } = countsAt(T0, ids, values)
    return tally(side, NO_LB)
  }
  t.strictSame(of(10, 20, 1, 2), { requests: 30, errors: 3 })
  t.strictSame(of(10, null, null, null), { requests: 10, errors: 0 })
  t.strictSame(of(null, null, null, null), { requests: 0, errors: 0 }, 'no traffic')
  t.strictSame(of(null, null, 1, null), { blind: 'errors_alone' })
  t.strictSame(of(3, null, 5, null), { requests: 3, errors: 3 }, 'never more errors than requests')
  t.strictSame(of(-1, null, 0, null), { blind: 'negative_count' })
  const codes = { c2xx: null, c3xx: null, c4xx: null, c5xx: null }
  const count = fc.option(fc.nat(1000))
  fc.assert(
    fc.property(count, count, (requests, errors) => {
      const side: SideCounts = { requests, measured: { errors }, codes }
      const counted = tally(side, { ...NO_LB, e502: 7 })
      return 'blind' in counted
        ? (requests ?? 0) === 0 && (errors ?? 0) > 0
        : counted.requests === (requests ?? 0) && counted.errors <= counted.requests
    })
  )
})

t.test('a gate that needs codes or response times does not fit a side that tells none', async (t) => {
  const base = aDnsRoute()
  const route = { ...base, old: { ...base.old, measure: MEASURE } }
  const migration = aMigration({ routes: [route, aRoute()] })
  const of = (...gates: readonly GateSpec[]) => fitProblems(aPolicy({ gates }), migration, { tokens: true })
  t.match(of(aStatusMixGate()), [
    /gate statuses \(statusMix\) needs classes of answers, which the measure of old of route api/
  ])
  t.match(of(aSlowGate()), [/needs response times/])
  t.strictSame(of(aStatusMixGate({ routes: ['web'] }), anErrorRateGate()), [])
})
