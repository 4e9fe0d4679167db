import t from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { dispatching, makeRouter } from '../../src/routers/index.ts'
import { memoryRouter, memoryWorld } from '../../src/routers/memory.ts'
import type { Router } from '../../src/routers/router.ts'
import type { Route53RouteSpec } from '../../src/core/migration.ts'
import { aDnsRoute, aRoute } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'
import { aCall, aWant } from './contract.ts'
import { fakeElb } from './support/fakeElb.ts'

t.test('each route goes to the router of its type, for every method', async (t) => {
  const world = memoryWorld()
  const clock = virtualClock()
  const records = recording()
  const router = dispatching({ alb: memoryRouter(world, clock), route53: records.router })
  const route = aRoute()
  world.rules.set(route.key, { weights: { [route.old.targetGroup]: 1 }, stickySeconds: null, others: [] })
  world.targets.set(route.old.targetGroup, { healthy: 1 })
  world.targets.set(route.new.targetGroup, { healthy: 2 })
  const call = aCall(clock.now())
  t.match((await router.read([route], call)).get(route.key), { kind: 'reading' })
  t.match((await router.health([route], call)).get(route.key), { old: { healthy: 1 }, new: { healthy: 2 } })
  const change = { route, to: aWant({ old: 990, new: 10 }), expect: 'any' as const, origin: null, n: 1 }
  t.match((await router.write([change], call)).get(route.key), { kind: 'accepted' })
  t.same(await router.inspect([route], call), [])
  t.same(await router.resolve([route], call), [route])
  t.same(router.quantise(route, [10]), [{ old: 990, new: 10 }])
  t.same(router.byHand(route, aWant({ old: 999, new: 0 }), null), [])
  t.same(
    records.asked.filter((one) => !one.endsWith(' 0')),
    [],
    'nobody asked the other router about it'
  )

  const name = aDnsRoute()
  const both = await router.read([route, name], call, new Map([[name.key, 'C1']]))
  t.same([...both.keys()].toSorted(), [route.key, name.key].toSorted())
  t.match(await router.write([change, { ...change, route: name }], call), new Map([[name.key, { kind: 'refused' }]]))
  t.match((await router.health([name], call)).get(name.key), { kind: 'unreadable' })
  t.match(await router.resolve([name, route], call), [{ name: 'api', old: { loadBalancer: 'found' } }, { name: 'web' }])
  t.match(await router.inspect([name], call), [{ code: 'records' }])
  t.same(router.quantise(name, [10]), [{ old: 1, new: 1 }])
  t.same(router.byHand(name, aWant({ old: 999, new: 0 }), null), ['aws route53'])
})

/** A router of records that says how many routes it was asked about. */
function recording(): { readonly router: Router<Route53RouteSpec>; readonly asked: string[] } {
  const asked: string[] = []
  const unreadable = { kind: 'unreadable', code: 'x', detail: '', gone: false } as const
  const of = (what: string, routes: readonly Route53RouteSpec[]) => void asked.push(`${what} ${routes.length}`)
  return {
    asked,
    router: {
      read: async (routes, _call, changes) => {
        of(`read ${[...(changes?.values() ?? [])].join()}`, routes)
        return new Map(routes.map(({ key }) => [key, unreadable]))
      },
      write: async (changes) => {
        of(
          'write',
          changes.map(({ route }) => route)
        )
        return new Map(changes.map(({ route }) => [route.key, { kind: 'refused', code: 'x', detail: '' } as const]))
      },
      health: async (routes) => {
        of('health', routes)
        return new Map(routes.map(({ key }) => [key, unreadable]))
      },
      resolve: async (routes) => {
        of('resolve', routes)
        return routes.map((route) => ({ ...route, old: { ...route.old, loadBalancer: 'found' } }))
      },
      inspect: async (routes) => {
        of('inspect', routes)
        return [{ severity: 'info', code: 'records', route: null, detail: '', remedy: '' }]
      },
      quantise: (_route, percents) => percents.map(() => ({ old: 1, new: 1 })),
      byHand: () => ['aws route53']
    }
  }
}

t.test('the router of the daemon moves load balancers', async (t) => {
  const clock = virtualClock()
  const fake = fakeElb()
  const router = makeRouter({ aws: makeAws({ clock, region: 'eu-west-1', clientFor: fake.clientFor }), clock })
  const route = aRoute()
  t.match((await clock.complete(router.read([route], aCall(clock.now())))).get(route.key), {
    kind: 'unreadable',
    gone: true
  })
  t.equal(fake.count('DescribeRules'), 1)
})
