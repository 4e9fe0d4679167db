import t from 'tap'
import { aCall } from './contract.ts'
import { TEN, dnsRig } from './support/dnsRig.ts'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'

const lists = (rig: ReturnType<typeof dnsRig>) => rig.world.calls('ListResourceRecordSets')

t.test('a group that straddles pages is read whole, by the cursor of three parts', async (t) => {
  for (const pageSize of [1, 2, 3, 4]) {
    const rig = dnsRig([
      { name: 'api', kind: 'dns', types: ['A', 'AAAA'], weights: { old: 90, new: 10 } },
      { name: 'web', kind: 'dns' }
    ])
    rig.world.name('api').zone.pageSize = pageSize
    t.match(await rig.read('api'), { kind: 'reading', share: { old: 90, new: 10 } })
    t.equal(lists(rig), pageSize === 4 ? 2 : Math.floor(4 / pageSize) + 1, `pages of ${pageSize}, until it is past`)
  }
})

t.test('names of one zone that lie near each other are read in one call, and each only once', async (t) => {
  const rig = dnsRig(['api', 'img', 'web'].map((name) => ({ name, kind: 'dns' as const })))
  const routes = ['api', 'img', 'web'].map((name) => rig.spec(name))
  const twin = { ...rig.spec('api'), key: 'twin' }
  const found = await rig.clock.complete(rig.router.read([...routes, twin], aCall(rig.clock.now(), 'observe')))
  t.equal(found.size, 4)
  t.ok([...found.values()].every(({ kind }) => kind === 'reading'))
  t.equal(lists(rig), 1)
})

t.test('a name of which the page holds only a part is asked for itself', async (t) => {
  const rig = dnsRig(['api', 'img', 'web'].map((name) => ({ name, kind: 'dns' as const })))
  rig.world.name('api').zone.pageSize = 3
  const routes = ['api', 'img', 'web'].map((name) => rig.spec(name))
  const found = await rig.clock.complete(rig.router.read(routes, aCall(rig.clock.now(), 'observe')))
  t.ok([...found.values()].every(({ kind }) => kind === 'reading'))
})

t.test('names are one name, whatever their spelling', async (t) => {
  const rig = dnsRig([{ name: 'any', kind: 'dns', record: '*.Shop.example.com', weights: { old: 1, new: 1 } }])
  t.equal(rig.spec().record, '*.shop.example.com')
  t.match(rig.world.name('any').zone.control.newest()[0], { Name: '\\052.shop.example.com.' })
  t.match(await rig.read(), { share: { old: 1, new: 1 } })
})

t.test('a list that never ends is given up', async (t) => {
  const rig = dnsRig()
  const many = Array.from({ length: 30 }, (_, i): ResourceRecordSet => ({
    Name: 'api.example.com.',
    Type: 'A',
    SetIdentifier: `x${i}`,
    Weight: 0,
    TTL: 60,
    ResourceRecords: [{ Value: '192.0.2.1' }]
  }))
  rig.world.foreign.setRecords('api', (sets) => [...sets, ...many])
  rig.world.name('api').zone.pageSize = 1
  t.match(await rig.read(), { kind: 'unreadable', code: 'TooManyPages', gone: false })
})

t.test('a simple record in the place of the weighted ones is told, and is as good as gone', async (t) => {
  const rig = dnsRig()
  rig.world.foreign.setRecords('api', () => [
    { Name: 'api.example.com.', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] }
  ])
  t.match(await rig.read(), { kind: 'unreadable', code: 'record_missing', gone: true, detail: /a simple record/ })
})

t.test('one member that is missing is told by its identifier', async (t) => {
  const rig = dnsRig()
  rig.world.foreign.detach('api')
  t.match(await rig.read(), { code: 'record_missing', gone: true, detail: /of new \("green"\); there is "blue"/ })
})

t.test('FM-21: all weights 0 is no share', async (t) => {
  const rig = dnsRig()
  rig.world.foreign.setWeights('api', { old: 0, new: 0 })
  t.match(await rig.read(), { kind: 'unreadable', code: 'no_weight', gone: false })
})

t.test('a third member is in the shape, with its weight', async (t) => {
  const rig = dnsRig()
  const shape = async () => {
    const found = await rig.read()
    return found?.kind === 'reading' ? found.shape : ''
  }
  const before = await shape()
  const third = (Weight: number) => (sets: readonly ResourceRecordSet[]) => [
    ...sets.filter(({ SetIdentifier }) => SetIdentifier !== 'red'),
    ...sets.slice(0, 1).map((set) => ({ ...set, SetIdentifier: 'red', Weight }))
  ]
  rig.world.foreign.setRecords('api', third(0))
  const with0 = await shape()
  rig.world.foreign.setRecords('api', third(1))
  const with1 = await shape()
  t.equal(new Set([before, with0, with1]).size, 3)
})

t.test('whether a change has spread is not known where GetChange fails, or knows no such change', async (t) => {
  const rig = dnsRig()
  const outcome = await rig.write('api', TEN)
  if (outcome?.kind !== 'accepted' || outcome.changeId === undefined) throw new Error('not accepted')
  t.match(await rig.read('api', outcome.changeId), { kind: 'reading', inSync: false })
  t.notOk('inSync' in ((await rig.read('api', 'C0NOBODY')) ?? {}), 'nothing is said of what Route 53 does not know')
  await rig.clock.advance('1m')
  t.match(await rig.read('api', outcome.changeId), { inSync: true })
  for (const fail of [
    () => rig.world.faults.throttle({ operation: 'GetChange' }),
    () => rig.world.faults.error('AccessDenied', 403, 'no', { operation: 'GetChange' }),
    () => rig.world.faults.fail500(undefined, { operation: 'GetChange' })
  ]) {
    const lift = fail()
    t.match(await rig.read('api', outcome.changeId), { kind: 'reading', share: { old: 90, new: 10 }, inSync: null })
    lift()
  }
})

t.test('routes that were written together ask for their change once', async (t) => {
  const rig = dnsRig(['api', 'web'].map((name) => ({ name, kind: 'dns' as const })))
  const outcomes = await rig.clock.complete(Promise.all([rig.begin('api', TEN), rig.begin('web', TEN)]))
  const changes = new Map(
    ['api', 'web'].map((name, i) => {
      const outcome = outcomes[i]
      return [rig.spec(name).key, outcome?.kind === 'accepted' ? (outcome.changeId ?? '') : ''] as const
    })
  )
  t.equal(new Set(changes.values()).size, 1)
  const routes = [rig.spec('api'), rig.spec('web')]
  await rig.clock.complete(rig.router.read(routes, aCall(rig.clock.now(), 'observe'), changes))
  t.equal(rig.world.calls('GetChange'), 1)
})

t.test('FM-05: the load balancers are found from the aliases, whatever else the account has', async (t) => {
  const others = Array.from({ length: 7 }, (_, i) => ({ name: `other${i}`, alb: `other${i}` }))
  const rig = dnsRig([{ name: 'api', kind: 'dns', unnamed: true }, ...others], { pageSize: 2 })
  t.equal(rig.spec().old.loadBalancer, null)
  const [route] = await rig.clock.complete(rig.router.resolve([rig.spec()], aCall(rig.clock.now())))
  t.equal(route?.old.loadBalancer, rig.world.name('api').loadBalancers.old)
  t.equal(route?.new.loadBalancer, rig.world.name('api').loadBalancers.new)
  const asked = rig.world.calls('DescribeLoadBalancers')
  await rig.clock.complete(rig.router.resolve([rig.spec()], aCall(rig.clock.now())))
  t.equal(rig.world.calls('DescribeLoadBalancers'), asked, 'the list is kept for a while')
})

t.test('the load balancer is found from a CNAME too, and from addresses it is not', async (t) => {
  const cname = dnsRig([{ name: 'api', kind: 'dns', unnamed: true, types: ['CNAME'] }])
  const [found] = await cname.clock.complete(cname.router.resolve([cname.spec()], aCall(cname.clock.now())))
  t.equal(found?.new.loadBalancer, cname.world.name('api').loadBalancers.new)
  const plain = dnsRig([{ name: 'api', kind: 'dns', unnamed: true, ttl: 60 }])
  const [lost] = await plain.clock.complete(plain.router.resolve([plain.spec()], aCall(plain.clock.now())))
  t.equal(lost?.new.loadBalancer, null)
  t.equal(
    (await plain.router.health([lost ?? plain.spec()], aCall(plain.clock.now()))).get(plain.spec().key)?.kind,
    'unreadable'
  )
})

t.test('resolving fails loudly where records cannot be read', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns', unnamed: true }])
  rig.world.faults.fail500(undefined, { operation: 'ListResourceRecordSets' })
  const failure: unknown = await rig.clock
    .complete(rig.router.resolve([rig.spec()], aCall(rig.clock.now())))
    .catch((error: unknown) => error)
  t.match(failure, { kind: 'unknown', code: 'InternalFailure' })
})

t.test('health: named target groups are the side, and an unread one makes it unreadable', async (t) => {
  const rig = dnsRig()
  rig.world.targets.set('api', 'new', { healthy: 1, total: 4, draining: 2 })
  const call = () => aCall(rig.clock.now(), 'observe')
  const health = async (route = rig.spec()) =>
    (await rig.clock.complete(rig.router.health([route], call()))).get(route.key)
  t.match(await health(), { old: { healthy: 3, total: 3 }, new: { healthy: 1, total: 4 } })
  const listed = rig.world.calls('DescribeTargetGroups')
  await health()
  t.equal(rig.world.calls('DescribeTargetGroups'), listed, 'which target groups there are is kept for a while')
  const named = { ...rig.spec(), new: { ...rig.spec().new, targetGroups: ['arn:missing'] } }
  t.match(await health(named), {
    kind: 'unreadable',
    code: 'TargetGroupNotFoundException',
    gone: true,
    detail: /^new: /
  })
})
