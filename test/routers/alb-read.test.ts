import t from 'tap'
import { judgeTargetHealth } from '../../src/core/gates/targetHealth.ts'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import { aGateState, aTargetHealthGate } from '../support/builders.ts'
import { aCall, aWant } from './contract.ts'
import { albWorld, specOf, type AlbWorld } from './support/albWorld.ts'
import { sdkError } from './support/fakeElb.ts'

function read(world: AlbWorld, routes: readonly AlbRouteSpec[]) {
  return world.clock.complete(world.router.read(routes, aCall(world.clock.now(), 'observe')))
}

function health(world: AlbWorld, routes: readonly AlbRouteSpec[]) {
  return world.clock.complete(world.router.health(routes, aCall(world.clock.now(), 'observe')))
}

function many(world: AlbWorld, count: number, kind: 'rule' | 'listener' = 'rule') {
  return Promise.all(
    Array.from({ length: count }, (_, i) => world.route({ name: `r${i}`, kind, groups: { old: 1000 - i, new: i } }))
  )
}

t.test('FM-05: rules are looked up by ARN, at most twenty a call, and nothing is listed', async (t) => {
  const world = albWorld()
  const routes = await many(world, 45)
  const found = await read(world, routes)
  for (const [i, route] of routes.entries()) t.match(found.get(route.key), { kind: 'reading', share: { new: i } })
  t.strictSame(
    world.fake.calls.map(({ operation, input }) => [operation, (input['RuleArns'] as string[]).length]),
    [
      ['DescribeRules', 20],
      ['DescribeRules', 20],
      ['DescribeRules', 5]
    ]
  )
})

t.test('FM-05: an answer in pages is read to its end, of rules and of listeners', async (t) => {
  for (const kind of ['rule', 'listener'] as const) {
    const world = albWorld()
    world.fake.pageSize = 7
    const routes = await many(world, 20, kind)
    const found = await read(world, routes)
    t.ok(routes.every((route) => found.get(route.key)?.kind === 'reading'))
    t.equal(world.fake.calls.length, 3)
  }
})

t.test('FM-06: each rule has a reading of its own, though all share one pair of target groups', async (t) => {
  const world = albWorld()
  const [a, b] = await Promise.all(['a', 'b'].map((name) => world.route({ name, groups: { old: 1 } })))
  if (a === undefined || b === undefined) throw new Error('no routes')
  const twin = { ...b, old: a.old, new: a.new }
  const rule = world.fake.rules.get(b.target.arn)
  if (rule === undefined) throw new Error('no rule')
  rule.actions = [{ Type: 'forward', TargetGroupArn: a.new.targetGroup }]
  const found = await read(world, [a, twin])
  t.match(found.get(a.key), { share: { old: 1, new: 0 } })
  t.match(found.get(twin.key), { share: { old: 0, new: 1 } })
})

t.test('FM-07: one missing rule among many is found, and every other one is read', async (t) => {
  const world = albWorld()
  const routes = await many(world, 20)
  const [lost] = routes.splice(13, 1)
  if (lost === undefined) throw new Error('no route')
  await world.remove(lost)
  const found = await read(world, [...routes, lost])
  t.match(found.get(lost.key), { kind: 'unreadable', gone: true, code: 'RuleNotFoundException' })
  t.ok(routes.every((route) => found.get(route.key)?.kind === 'reading'))
  t.ok(world.fake.calls.length <= 11, 'by halving, not one by one')
})

t.test('a malformed ARN blames itself only', async (t) => {
  const world = albWorld()
  const good = await world.route({ name: 'good', groups: { old: 1 } })
  const bad = specOf('bad')
  world.fake.fault = ({ input }) => {
    if ((input['RuleArns'] as string[]).includes(bad.target.arn))
      throw sdkError('ValidationError', 400, 'not a valid ARN')
  }
  const found = await read(world, [good, bad])
  t.match(found.get(bad.key), { kind: 'unreadable', gone: false, code: 'ValidationError' })
  t.equal(found.get(good.key)?.kind, 'reading')
})

t.test('a rule that is simply not in the answer is gone', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  world.fake.fault = ({ input }) => {
    Object.assign(input, { RuleArns: [] })
  }
  t.match((await read(world, [route])).get(route.key), { kind: 'unreadable', gone: true, code: 'RuleNotFound' })
})

t.test('what concerns all is not asked again for each: no rights, a 5xx, a time-out', async (t) => {
  for (const [fault, code] of [
    [() => Promise.reject(sdkError('AccessDenied', 403)), 'AccessDenied'],
    [() => Promise.reject(sdkError('InternalFailure', 500)), 'InternalFailure'],
    [() => new Promise<never>(() => undefined), 'Timeout']
  ] as const) {
    const world = albWorld()
    const routes = await many(world, 3)
    world.fake.fault = fault
    const found = await read(world, routes)
    for (const route of routes) t.match(found.get(route.key), { kind: 'unreadable', gone: false, code })
    t.equal(world.fake.calls.length, 1)
  }
})

t.test('each account is asked by itself, and one that fails leaves the other readable', async (t) => {
  const world = albWorld()
  const here = await world.route({ name: 'here', groups: { old: 1 } })
  const there = { ...(await world.route({ name: 'there', groups: { old: 1 } })) }
  const account = { region: 'us-east-1', roleArn: 'arn:aws:iam::444455556666:role/sluice' }
  const away: AlbRouteSpec = { ...there, account }
  world.fake.fault = (sent) => {
    if (sent.account.region === 'us-east-1') throw sdkError('AccessDenied', 403)
  }
  const found = await read(world, [here, away])
  t.equal(found.get(here.key)?.kind, 'reading')
  t.match(found.get(away.key), { kind: 'unreadable', code: 'AccessDenied' })
  t.strictSame(new Set(world.fake.calls.map((call) => call.account.region)), new Set(['ap-northeast-1', 'us-east-1']))
})

t.test('a rule that forwards elsewhere is unreadable with a code, and is not gone', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { third: 1 } })
  t.match((await read(world, [route])).get(route.key), { kind: 'unreadable', code: 'not_forwarding', gone: false })
  await world.tamper(route, { old: 0, new: 0 })
  t.match((await read(world, [route])).get(route.key), { kind: 'unreadable', code: 'no_weight', gone: false })
})

t.test('a reading is as old as its question, and holds what a rollback needs', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 9, new: 1 }, login: true })
  const asked = world.clock.now()
  world.fake.fault = () => world.clock.sleep(700)
  const found = (await read(world, [route])).get(route.key)
  if (found?.kind !== 'reading') throw new Error('no reading')
  t.equal(found.readAt, asked)
  const [command] = world.router.byHand(route, aWant({ old: 999, new: 0 }), found.raw ?? null)
  t.match(command, /modify-rule.*authenticate-oidc.*"Weight":0/)
})

t.test(
  'FM-03: states are counted; only healthy is healthy, and draining targets are no targets any more',
  async (t) => {
    const world = albWorld()
    const route = await world.route({ name: 'web', groups: { old: 1, new: 0 } })
    const states = ['healthy', 'initial', 'unhealthy', 'draining', 'unavailable', 'unhealthy.draining', 'healthy']
    world.fake.targets.set(route.new.targetGroup, states)
    t.match((await health(world, [route])).get(route.key), {
      kind: 'health',
      old: { healthy: 0, total: 0, states: {} },
      new: { healthy: 2, total: 6, states: { healthy: 2, initial: 1, unhealthy: 1, draining: 1, unavailable: 1 } }
    })
  }
)

t.test('the targets that a rollout left draining hide none of its unhealthy ones from the gate', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 900, new: 100 } })
  const counts = { healthy: 5, unhealthy: 5, draining: 10 }
  const states = Object.entries(counts).flatMap(([state, count]) => Array.from({ length: count }, () => state))
  world.fake.targets.set(route.new.targetGroup, states)
  const seen = (await health(world, [route])).get(route.key)
  if (seen === undefined) throw new Error('no answer')
  const none = aGateState({ gate: 'targets', limit: 0.8 })
  const judged = judgeTargetHealth(aTargetHealthGate(), none, seen, world.clock.now(), true)
  t.match(judged, { verdict: 'inconclusive', value: 0.5, samples: 10 })
})

t.test('FM-40: new before it stands in any rule is unused, not healthy', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  await world.targets(route, 'new', 2, 0)
  t.match((await health(world, [route])).get(route.key), { new: { healthy: 0, total: 2, states: { unused: 2 } } })
})

t.test('a target group that several routes share is asked for once', async (t) => {
  const world = albWorld()
  const a = await world.route({ name: 'a', groups: { old: 1, new: 0 } })
  const b: AlbRouteSpec = { ...(await world.route({ name: 'b', groups: { old: 1, new: 0 } })), old: a.old, new: a.new }
  await health(world, [a, b])
  t.equal(world.fake.count('DescribeTargetHealth'), 2)
})

t.test('a side whose health is not told makes the route unreadable, by name', async (t) => {
  const world = albWorld()
  const [a, b] = await Promise.all(['a', 'b'].map((name) => world.route({ name, groups: { old: 1 } })))
  if (a === undefined || b === undefined) throw new Error('no routes')
  world.fake.groups.delete(a.new.targetGroup)
  const found = await health(world, [a, b])
  t.match(found.get(a.key), { kind: 'unreadable', gone: true, detail: /^new: / })
  t.equal(found.get(b.key)?.kind, 'health')
  world.fake.fault = ({ input }) => {
    if (input['TargetGroupArn'] === b.old.targetGroup) throw sdkError('HealthUnavailableException', 500)
  }
  t.match((await health(world, [b])).get(b.key), {
    kind: 'unreadable',
    gone: false,
    code: 'HealthUnavailableException',
    detail: /^old: /
  })
})
