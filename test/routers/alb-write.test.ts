import t from 'tap'
import type { Urgency } from '../../src/core/call.ts'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import type { WriteOutcome } from '../../src/core/observation.ts'
import type { Want } from '../../src/core/shift.ts'
import { ROLLBACK_READ_MS } from '../../src/routers/alb/write.ts'
import type { Change } from '../../src/routers/router.ts'
import { aCall, aWant } from './contract.ts'
import { LOGIN, albWorld, forward, groupArn, weightsByArn, type AlbWorld } from './support/albWorld.ts'
import { sdkError, throttleFirst } from './support/fakeElb.ts'

const BACK = aWant({ old: 999, new: 0 })
const OLD_ALONE: Change<AlbRouteSpec>['expect'] = { share: { old: 1, new: 0 }, attached: false }
const never = () => new Promise<never>(() => undefined)

function write(
  world: AlbWorld,
  route: AlbRouteSpec,
  to: Want,
  expect: Change<AlbRouteSpec>['expect'],
  more: { urgency?: Urgency; ms?: number; origin?: string | null } = {}
): Promise<WriteOutcome | undefined> {
  const { urgency = expect === 'any' ? 'rollback' : 'forward', ms = 20_000, origin = null } = more
  const call = aCall(world.clock.now(), urgency, ms)
  const change: Change<AlbRouteSpec> = { route, to, expect, origin, n: 1 }
  return world.clock.complete(world.router.write([change], call).then((outcomes) => outcomes.get(route.key)))
}

t.test(
  'FM-01, FM-13: one fresh read, then exactly one ModifyRule with every weight and no TargetGroupArn',
  async (t) => {
    const world = albWorld()
    const route = await world.route({ name: 'web', groups: { old: 1 } })
    t.match(await write(world, route, aWant({ old: 875, new: 125 }, { attached: true }), OLD_ALONE), {
      kind: 'accepted'
    })
    t.strictSame(
      world.fake.calls.map(({ operation, access }) => [operation, access]),
      [
        ['DescribeRules', 'read'],
        ['ModifyRule', 'write']
      ]
    )
    t.strictSame(world.fake.calls[0]?.input, { RuleArns: [route.target.arn] })
    t.strictSame(world.fake.calls[1]?.input, {
      RuleArn: route.target.arn,
      Actions: [
        {
          Type: 'forward',
          Order: 2,
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: route.old.targetGroup, Weight: 875 },
              { TargetGroupArn: route.new.targetGroup, Weight: 125 }
            ],
            TargetGroupStickinessConfig: { Enabled: false }
          }
        }
      ]
    })
  }
)

t.test('a listener is written as its default actions', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', kind: 'listener', groups: { old: 1 }, login: true })
  t.match(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), { kind: 'accepted' })
  const sent = world.fake.calls.at(-1)
  t.equal(sent?.operation, 'ModifyListener')
  t.match(sent?.input, {
    ListenerArn: route.target.arn,
    DefaultActions: [
      { Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: { UseExistingClientSecret: true } },
      { Type: 'forward', Order: 2 }
    ]
  })
})

t.test('FM-12: between the last look and the write somebody else changed it: a conflict, nothing sent', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  await world.clock.complete(world.router.read([route], aCall(world.clock.now())))
  await world.tamper(route, { old: 50, new: 50 })
  t.match(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), {
    kind: 'conflict',
    found: { old: 50, new: 50 }
  })
  t.equal(world.fake.count('ModifyRule'), 0)
})

t.test('what no longer forwards is a conflict without a share', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { third: 1 } })
  t.strictSame(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), { kind: 'conflict', found: null })
})

t.test('what already stands is written again: a late write may be on its way', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 999, new: 0 } })
  t.match(await write(world, route, BACK, 'any'), { kind: 'accepted' })
  t.match(await write(world, route, BACK, { share: { old: 999, new: 0 }, attached: true }), { kind: 'accepted' })
  t.equal(world.fake.count('ModifyRule'), 2)
})

t.test('throttling is tried again until it is through, on a read that is at most two seconds old', async (t) => {
  const world = albWorld({ random: () => 1 })
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  world.fake.fault = throttleFirst('ModifyRule', 3)
  const before = world.clock.now()
  t.match(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), { kind: 'accepted' })
  t.equal(world.fake.count('ModifyRule'), 4)
  t.equal(world.fake.count('DescribeRules'), 2, 'tried after 0, 0.5, 1.5 and 3.5 s')
  t.ok(world.clock.now() - before >= 500 + 1_000 + 2_000, 'the pauses doubled')
})

t.test('FM-12: what somebody else writes while the write is throttled is a conflict at a later try', async (t) => {
  const world = albWorld({ random: () => 1 })
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  world.fake.fault = throttleFirst('ModifyRule', 3)
  const change: Change<AlbRouteSpec> = {
    route,
    to: aWant({ old: 990, new: 10 }),
    expect: OLD_ALONE,
    origin: null,
    n: 1
  }
  const written = world.router.write([change], aCall(world.clock.now()))
  await world.clock.advance(3_000)
  await world.tamper(route, { old: 70, new: 30 })
  const outcomes = await world.clock.complete(written)
  t.match(outcomes.get(route.key), { kind: 'conflict', found: { old: 70, new: 30 } })
  t.same((await world.standing(route)).groups, { old: 70, new: 30 })
})

t.test('the pauses are of full jitter, from the source that was given', async (t) => {
  const waited = async (random: () => number) => {
    const world = albWorld({ random })
    const route = await world.route({ name: 'web', groups: { old: 500, new: 500 } })
    world.fake.fault = throttleFirst('ModifyRule', 2)
    const before = world.clock.now()
    t.match(await write(world, route, BACK, 'any'), { kind: 'accepted' })
    return world.clock.now() - before
  }
  t.ok((await waited(() => 0)) <= 2, 'no pause but the turn of the clock')
  t.equal(await waited(() => 0.5), 250 + 500)
})

t.test('throttling to the end of the deadline is a definite no', async (t) => {
  const world = albWorld({ random: () => 1 })
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  world.fake.fault = throttleFirst('ModifyRule', 1_000)
  const before = world.clock.now()
  const outcome = await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE, { ms: 5_000 })
  t.match(outcome, { kind: 'refused', code: 'ThrottlingException' })
  t.ok(world.clock.now() - before <= 5_000)
})

t.test('a throttled read is tried again as well', async (t) => {
  const world = albWorld({ random: () => 0 })
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  world.fake.fault = throttleFirst('DescribeRules', 2)
  t.match(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), { kind: 'accepted' })
  t.equal(world.fake.count('ModifyRule'), 1)
})

t.test('a definite no is refused, and not tried again', async (t) => {
  for (const [name, status] of [
    ['TooManyTargetGroupsException', 400],
    ['AccessDenied', 403]
  ] as const) {
    const world = albWorld()
    const route = await world.route({ name: 'web', groups: { old: 1 } })
    world.fake.fault = ({ operation }) => {
      if (operation === 'ModifyRule') throw sdkError(name, status)
    }
    t.match(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), { kind: 'refused', code: name })
    t.equal(world.fake.count('ModifyRule'), 1)
  }
})

t.test('a 5xx, a broken connection and a time-out are of unknown outcome, and not tried again', async (t) => {
  const broken = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
  for (const [fault, code] of [
    [() => Promise.reject(sdkError('InternalFailure', 500)), 'InternalFailure'],
    [() => Promise.reject(broken), 'ECONNRESET'],
    [never, 'Timeout']
  ] as const) {
    const world = albWorld()
    const route = await world.route({ name: 'web', groups: { old: 1 } })
    world.fake.fault = ({ operation }) => (operation === 'ModifyRule' ? fault() : undefined)
    t.match(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), { kind: 'unknown', code })
    t.equal(world.fake.count('ModifyRule'), 1)
  }
})

t.test('a 2xx at a later attempt is of unknown outcome: the first may still land', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  world.fake.attempts = 2
  t.match(await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE), { kind: 'unknown', code: 'SentTwice' })
})

t.test('where the read fails a forward write is withheld', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  world.fake.fault = ({ operation }) => {
    if (operation === 'DescribeRules') throw sdkError('InternalFailure', 500)
  }
  const outcome = await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE)
  t.match(outcome, { kind: 'withheld', code: 'InternalFailure' })
  t.equal(world.fake.count('ModifyRule'), 0)
})

t.test('a rollback goes out on the last reading when the read never answers, after two seconds', async (t) => {
  const world = albWorld()
  const route = await world.route({
    name: 'web',
    groups: { old: 500, new: 500, third: 0 },
    stickySeconds: 60,
    login: true
  })
  await world.clock.complete(world.router.read([route], aCall(world.clock.now())))
  world.fake.fault = ({ operation }) => (operation === 'DescribeRules' ? never() : undefined)
  const before = world.clock.now()
  t.match(await write(world, route, BACK, 'any', { origin: 'never looked at' }), { kind: 'accepted' })
  t.equal(world.clock.now() - before, ROLLBACK_READ_MS)
  t.strictSame(await world.standing(route), { groups: { old: 999, new: 0, third: 0 }, stickySeconds: 60, login: true })
})

t.test('a rollback of a fresh process goes out on the state at preflight when nothing can be read', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1, new: 999 }, login: true })
  world.fake.fault = ({ operation }) => {
    if (operation === 'DescribeRules') throw sdkError('InternalFailure', 500)
  }
  const origin = JSON.stringify([LOGIN, forward(weightsByArn('web', { old: 1 }))])
  t.match(await write(world, route, BACK, 'any', { origin }), { kind: 'accepted' })
  t.match(await world.standing(route), { groups: { old: 999 }, login: true })
})

t.test('a rollback with nothing to build on is withheld: a guess could drop a login', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1, new: 999 } })
  world.fake.fault = ({ operation }) => {
    if (operation === 'DescribeRules') throw sdkError('InternalFailure', 500)
  }
  t.match(await write(world, route, BACK, 'any'), { kind: 'withheld', code: 'NothingToBuildOn' })
  t.equal(world.fake.count('ModifyRule'), 0)
})

t.test('FM-38: a rollback that releases sends new out and stickiness off, and keeps another group at 0', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 500, new: 500, third: 0 }, stickySeconds: 600 })
  const want = aWant({ old: 999, new: 0 }, { attached: false, unstick: true })
  t.match(await write(world, route, want, 'any'), { kind: 'accepted' })
  t.match(world.fake.calls.at(-1)?.input, {
    Actions: [
      {
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: groupArn('web-third'), Weight: 0 },
            { TargetGroupArn: groupArn('web-old'), Weight: 999 }
          ],
          TargetGroupStickinessConfig: { Enabled: false }
        }
      }
    ]
  })
})

t.test('FM-38: where AWS refuses to switch stickiness off, new is sent out of the action all the same', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 500, new: 500, third: 0 }, stickySeconds: 600 })
  world.fake.attributes.set(route.old.targetGroup, { 'stickiness.enabled': 'true' })
  const want = aWant({ old: 999, new: 0 }, { attached: false, unstick: true })
  t.match(await write(world, route, want, 'any'), {
    kind: 'refused',
    code: 'InvalidConfigurationRequestException',
    detail: /group stickiness.*new gets no traffic.*stickiness is still on/
  })
  t.match(await world.standing(route), { groups: { old: 999, third: 0 }, stickySeconds: 600 })
  t.equal((await world.standing(route)).groups['new'], undefined)
})

t.test('FM-38: a refusal for any other reason is not tried in another shape', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 500, new: 500 }, stickySeconds: 600 })
  world.fake.fault = ({ operation }) => {
    if (operation === 'ModifyRule') throw sdkError('AccessDenied', 403)
  }
  const want = aWant({ old: 999, new: 0 }, { attached: false, unstick: true })
  t.match(await write(world, route, want, 'any'), { kind: 'refused', code: 'AccessDenied' })
  t.equal(world.fake.count('ModifyRule'), 1)
})

t.test(
  'FM-06, FM-07: several rules are written at once; one that hangs or fails keeps none of the others',
  async (t) => {
    const world = albWorld()
    const routes = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => world.route({ name, groups: { old: 500, new: 500 } }))
    )
    world.fake.fault = ({ operation, input }) => {
      if (operation !== 'ModifyRule') return undefined
      if (input['RuleArn'] === routes[0]?.target.arn) return never()
      if (input['RuleArn'] === routes[1]?.target.arn) throw sdkError('OperationNotPermittedException', 400)
      return undefined
    }
    const changes = routes.map((route, n): Change<AlbRouteSpec> => ({
      route,
      to: BACK,
      expect: 'any',
      origin: null,
      n
    }))
    const written = world.router.write(changes, aCall(world.clock.now(), 'rollback'))
    await world.clock.advance(10)
    for (const name of ['c', 'd']) {
      const route = routes.find((one) => one.name === name)
      if (route !== undefined) t.same((await world.standing(route)).groups, { old: 999, new: 0 })
    }
    const outcomes = await world.clock.complete(written)
    t.strictSame(
      routes.map((route) => outcomes.get(route.key)?.kind),
      ['unknown', 'refused', 'accepted', 'accepted']
    )
  }
)

t.test('FM-13: however long the write waits for its turn, the read is right before it', async (t) => {
  const world = albWorld()
  const routes = await Promise.all(
    Array.from({ length: 14 }, (_, i) => world.route({ name: `r${i}`, groups: { old: 1 } }))
  )
  const readAt = new Map<unknown, number>()
  const gaps: number[] = []
  world.fake.fault = ({ operation, input }) => {
    if (operation === 'DescribeRules')
      for (const arn of input['RuleArns'] as string[]) readAt.set(arn, world.clock.now())
    else gaps.push(world.clock.now() - (readAt.get(input['RuleArn']) ?? 0))
  }
  const changes = routes.map((route, n): Change<AlbRouteSpec> => ({
    route,
    to: aWant({ old: 990, new: 10 }),
    expect: OLD_ALONE,
    origin: null,
    n
  }))
  const before = world.clock.now()
  await world.clock.complete(world.router.write(changes, aCall(before)))
  t.ok(world.clock.now() - before >= 3_000, 'the budget made some of them wait')
  t.equal(gaps.length, 14)
  t.ok(
    gaps.every((gap) => gap <= 100),
    `${gaps.join(', ')}`
  )
})

t.test('FM-04: a rollback is written at once although forward writes wait for their turn', async (t) => {
  const world = albWorld()
  const forwardRoutes = await Promise.all(
    Array.from({ length: 20 }, (_, i) => world.route({ name: `f${i}`, groups: { old: 1 } }))
  )
  const back = await world.route({ name: 'back', groups: { old: 1, new: 999 } })
  const changes = forwardRoutes.map((route, n): Change<AlbRouteSpec> => ({
    route,
    to: aWant({ old: 990, new: 10 }),
    expect: OLD_ALONE,
    origin: null,
    n
  }))
  const waiting = world.router.write(changes, aCall(world.clock.now(), 'forward', 60_000))
  await world.clock.advance(100)
  const before = world.clock.now()
  t.match(await write(world, back, BACK, 'any'), { kind: 'accepted' })
  t.equal(world.clock.now() - before, 0)
  await world.clock.complete(waiting)
})

t.test('a write that never gets its turn was not sent', async (t) => {
  const world = albWorld()
  const route = await world.route({ name: 'web', groups: { old: 1 } })
  for (let i = 0; i < 7; i++) {
    await write(world, route, aWant({ old: 999, new: 0 }), { share: { old: 1, new: 0 }, attached: null })
  }
  const outcome = await write(world, route, aWant({ old: 990, new: 10 }), OLD_ALONE, { ms: 100 })
  t.match(outcome, { kind: 'withheld', code: 'BudgetExhausted' })
})
