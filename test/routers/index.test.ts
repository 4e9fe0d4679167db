import t from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { dispatching, makeRouter } from '../../src/routers/index.ts'
import { memoryRouter, memoryWorld } from '../../src/routers/memory.ts'
import { aRoute } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'
import { aCall, aWant } from './contract.ts'
import { fakeElb } from './support/fakeElb.ts'

t.test('each route goes to the router of its type, for every method', async (t) => {
  const world = memoryWorld()
  const clock = virtualClock()
  const router = dispatching({ alb: memoryRouter(world, clock) })
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
  t.same(router.quantise(route, [10]), [{ old: 990, new: 10 }])
  t.same(router.byHand(route, aWant({ old: 999, new: 0 }), null), [])
})

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
