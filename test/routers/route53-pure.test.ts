import t from 'tap'
import fc from 'fast-check'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { changesOf, fits, piecesOf } from '../../src/routers/route53/compose.ts'
import { commandsByHand } from '../../src/routers/route53/byHand.ts'
import { plainName, rawOf, setsIn, textOf } from '../../src/routers/route53/records.ts'
import { errorOf, LARGEST_WEIGHT, weightsOf } from '../../src/routers/route53/weights.ts'
import { aDnsRoute } from '../support/builders.ts'
import { aWant } from './contract.ts'

t.test('whole percents are written as they are said, and the ends are all or nothing', async (t) => {
  t.same(weightsOf(10), { old: 99, new: 1 })
  t.same(weightsOf(500), { old: 50, new: 50 })
  t.same(weightsOf(990), { old: 1, new: 99 })
  t.same(weightsOf(0), { old: 100, new: 0 })
  t.same(weightsOf(1000), { old: 0, new: 100 })
})

t.test('parts of a percent become the nearest pair, and the error is told', async (t) => {
  t.same(weightsOf(4), { old: 249, new: 1 }, '0.4 % fits')
  t.same(weightsOf(5), { old: 199, new: 1 }, '0.5 % fits')
  t.same(weightsOf(1), { old: 255, new: 1 }, '0.1 % does not')
  t.ok(Math.abs(errorOf(weightsOf(1), 1) - 0.290_625) < 1e-9)
  t.same(weightsOf(999), { old: 1, new: 255 })
  t.equal(errorOf(weightsOf(125), 125), 0)
})

t.test('no pair of weights is nearer, above 0 it is never 0, and below 100 never all', async (t) => {
  const brute = (tenths: number): number => {
    let best = Infinity
    for (let old = 1; old <= LARGEST_WEIGHT; old += 1) {
      for (let fresh = 1; fresh <= LARGEST_WEIGHT; fresh += 1) {
        best = Math.min(best, Math.abs(fresh / (old + fresh) - tenths / 1000) * 100)
      }
    }
    return best
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), (tenths) => {
      const share = weightsOf(tenths)
      const legal = [share.old, share.new].every((one) => Number.isInteger(one) && one >= 1 && one <= LARGEST_WEIGHT)
      return legal && errorOf(share, tenths) <= brute(tenths) + 1e-12
    }),
    { numRuns: 60 }
  )
  const worst = Array.from({ length: 981 }, (_, i) => errorOf(weightsOf(i + 10), i + 10))
  t.ok(Math.max(...worst) < 0.034, 'from 1 % to 99 % the error is below 0.034 points')
})

t.test('more than one percent never becomes less than a smaller one', async (t) => {
  let last = -1
  for (let tenths = 0; tenths <= 1000; tenths += 1) {
    const { old, new: fresh } = weightsOf(tenths)
    if (fresh / (old + fresh) < last) t.fail(`${tenths} gives less than ${tenths - 1}`)
    last = fresh / (old + fresh)
  }
  t.equal(last, 1)
})

t.test('names: trailing dot, case and octal asterisk do not matter', async (t) => {
  t.equal(plainName('\\052.API.Example.com.'), '*.api.example.com')
  t.equal(plainName('*.api.example.com'), '*.api.example.com')
})

const member = (SetIdentifier: string, Weight: number, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: 'api.example.com.',
  Type: 'A',
  SetIdentifier,
  Weight,
  TTL: 60,
  ResourceRecords: [{ Value: '192.0.2.1' }],
  ...more
})
const route = aDnsRoute()

t.test('one text for equal sets, however they are spelt; another for every facet', async (t) => {
  const alias = { HostedZoneId: 'Z1', DNSName: 'Shop.elb.amazonaws.com', EvaluateTargetHealth: false }
  const one: ResourceRecordSet = {
    Name: 'API.example.com',
    Type: 'A',
    SetIdentifier: 'x',
    Weight: 1,
    AliasTarget: alias
  }
  const same = {
    AliasTarget: { ...alias, DNSName: 'shop.elb.amazonaws.com.' },
    Weight: 1,
    SetIdentifier: 'x',
    Type: 'A' as const,
    Name: 'api.example.com.',
    TTL: undefined,
    ResourceRecords: []
  }
  t.equal(textOf(one), textOf(same))
  for (const change of [
    { Weight: 2 },
    { HealthCheckId: 'hc' },
    { AliasTarget: { ...alias, EvaluateTargetHealth: true } },
    { TrafficPolicyInstanceId: 'tp' }
  ]) {
    t.not(textOf({ ...one, ...change }), textOf(one), JSON.stringify(change))
  }
})

t.test('a raw state that is no list of record sets is no state', async (t) => {
  const sets = [member('blue', 90), member('green', 10)]
  t.same(setsIn(rawOf(sets)), sets)
  for (const raw of ['', '{}', '[1]', '[null]', '[{"Name":"a"}]']) t.equal(setsIn(raw), null)
  t.same(commandsByHand(route, aWant({ old: 1, new: 0 }), null), [])
  t.same(commandsByHand(route, aWant({ old: 1, new: 0 }), 'not JSON'), [])
  t.same(commandsByHand(route, aWant({ old: 1, new: 0 }), '[]'), [])
})

t.test('a command by hand is one word for a shell, whatever an identifier holds', async (t) => {
  const odd = { ...route, old: { ...route.old, setIdentifier: "it's" } }
  const raw = rawOf([member("it's", 90), member('green', 10)])
  const [command = ''] = commandsByHand(odd, aWant({ old: 1, new: 0 }), raw)
  t.ok(command.includes(`it'\\''s`))
})

t.test('FM-21: where the only record left is new, going back to 0 would be all zero and is refused', async (t) => {
  t.throws(() => piecesOf(route, [member('green', 50)], aWant({ old: 100, new: 0 })), { code: 'AllZero' })
  t.doesNotThrow(() => piecesOf(route, [member('green', 50), member('red', 1)], aWant({ old: 100, new: 0 })))
  const past = [member('blue', 90), member('green', 10)]
  const pieces = piecesOf(route, [member('green', 50)], aWant({ old: 100, new: 0 }), past)
  t.match(changesOf(pieces, 'swap'), [
    { Action: 'DELETE', ResourceRecordSet: { SetIdentifier: 'green', Weight: 50 } },
    { Action: 'CREATE', ResourceRecordSet: { SetIdentifier: 'blue', Weight: 100 } },
    { Action: 'CREATE', ResourceRecordSet: { SetIdentifier: 'green', Weight: 0 } }
  ])
})

t.test('FM-18: a TTL is never written to an alias', async (t) => {
  const AliasTarget = { HostedZoneId: 'Z1', DNSName: 'shop.', EvaluateTargetHealth: true }
  const { TTL: _ttl, ResourceRecords: _values, ...bare } = member('blue', 90)
  const [old, fresh] = piecesOf(
    route,
    [{ ...bare, AliasTarget }, member('green', 10)],
    aWant({ old: 90, new: 10 }, { ttlSeconds: 30 })
  )
  t.equal(old?.after.TTL, undefined)
  t.equal(fresh?.after.TTL, 30)
})

t.test('a request holds at most 1,000 records and 32,000 characters, UPSERT counted twice', async (t) => {
  const many = (count: number, value = 'x') =>
    Array.from({ length: count }, () => ({
      before: null,
      after: member('blue', 1, { ResourceRecords: [{ Value: value }] })
    }))
  t.equal(fits(changesOf(many(1000), 'swap')), true)
  t.equal(fits(changesOf(many(1001), 'swap')), false)
  t.equal(fits(changesOf(many(500), 'upsert')), true)
  t.equal(fits(changesOf(many(501), 'upsert')), false)
  t.equal(fits(changesOf(many(100, 'x'.repeat(320)), 'swap')), true)
  t.equal(fits(changesOf(many(100, 'x'.repeat(321)), 'swap')), false)
})
