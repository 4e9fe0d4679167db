import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Action
} from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import { virtualClock } from './virtual.ts'
import { ask, weigh } from './world/ask.ts'
import { makeWorld } from './world/world.ts'

t.test('weights become requests: 5 % of 200 a second is 10 a second on new', async (t) => {
  const clock = virtualClock()
  const world = makeWorld({ clock, rps: 200, routes: ['web'], dataPlaneLag: 0, latency: 0 })
  await clock.advance('1m')
  t.match(world.served(), { old: { requests: 12_000 }, new: { requests: 0 }, all: { errors: 0 } })
  world.foreign.setWeights('web', { old: 95, new: 5 })
  await clock.advance('15s')
  t.match(
    world.served('1m'),
    { new: { requests: 150 } },
    'no health check has passed yet: the load balancer fails open'
  )
  t.match(world.served('1m'), { new: { errors: 150, counts: { e502: 150 } }, old: { errors: 0 } })
  await clock.advance('45s')
  t.match(world.served('75s'), { old: { requests: 8550 }, new: { requests: 450, errors: 0, counts: { c2xx: 450 } } })
  t.equal(world.served('75s').onNew, 0.05)
})

t.test('hours of several routes need no event for each second', async (t) => {
  const clock = virtualClock()
  const world = makeWorld({ clock, rps: 300, counts: 'random', routes: ['a', 'b', 'c'] })
  for (const name of ['a', 'b', 'c']) world.foreign.setWeights(name, { old: 1, new: 1 })
  await clock.advance('6h')
  t.equal(world.served().all.requests, 3 * 300 * 6 * 3600)
  t.equal(clock.done, 0)
})

t.test('each rate of a side is seen in what users get, from the moment it is set', async (t) => {
  const clock = virtualClock()
  const world = makeWorld({ clock, rps: 100, routes: [{ name: 'web', weights: { old: 1, new: 1 } }] })
  const before = await seen('0s')
  t.match(before.new, { requests: 3000, errors: 0, counts: { c2xx: 3000 } })
  world.new.errorRate = 0.1
  world.new.badGatewayRate = 0.02
  world.new.timeoutRate = 0.04
  world.new.clientErrorRate = 0.2
  world.new.redirectRate = 0.3
  world.route('web').old.slowRate = 0.25
  const after = await seen('1m')
  t.same(after.new.counts, {
    requests: 3000,
    c5xx: 300,
    e502: 60,
    e504: 120,
    c4xx: 600,
    c3xx: 900,
    c2xx: 1020,
    e503: 0,
    slow: 0
  })
  t.equal(after.new.errors, 480)
  t.equal(after.old.errors, 0)
  t.equal(after.old.counts.slow, 750)
  world.route('web').new.errorRate = 0
  world.new.badGatewayRate = 1
  t.match((await seen('2m')).new, { counts: { c5xx: 0, e502: 3000 } }, "a route's own rate wins over the world's")

  async function seen(from: string) {
    await clock.advance('1m')
    return world.served(from)
  }
})

t.test('a rate can follow time, and the share that the side gets', async (t) => {
  const clock = virtualClock()
  const world = makeWorld({
    clock,
    rps: 100,
    dataPlaneLag: 0,
    routes: [{ name: 'web', weights: { old: 90, new: 10 }, rps: (_at, elapsedMs) => (elapsedMs < 60_000 ? 100 : 1000) }]
  })
  world.new.errorRate = ({ elapsedMs, share, rps }) => (elapsedMs >= 120_000 ? 1 : share > 0.2 && rps > 200 ? 0.5 : 0)
  await clock.advance('1m')
  t.match(world.served('0s').new, { requests: 600, errors: 0 })
  world.foreign.setWeights('web', { old: 1, new: 1 })
  await clock.advance('2m')
  t.match(world.served('1m', '2m').new, { requests: 30_000, errors: 15_000 })
  t.match(world.served('2m', '3m').new, { requests: 30_000, errors: 30_000 })
})

t.test(
  'targets: too few fail what they cannot serve, none at all is 503, none healthy is 502 unless they serve',
  async (t) => {
    const clock = virtualClock()
    const world = makeWorld({ clock, rps: 100, routes: [{ name: 'web', weights: { old: 1, new: 0 } }] })
    world.old.capacityPerTarget = 40
    await clock.advance('10s')
    world.targets.set('web', 'old', { healthy: 2, total: 3 })
    await clock.advance('10s')
    world.targets.set('web', 'old', { healthy: 0, total: 3 })
    await clock.advance('10s')
    world.old.servesWhenUnhealthy = true
    world.old.capacityPerTarget = null
    await clock.advance('10s')
    world.targets.set('web', 'old', { healthy: 0, total: 0 })
    await clock.advance('10s')
    t.match(world.served('0s', '10s').old, { errors: 0 }, '3 x 40 is enough')
    t.match(world.served('10s', '20s').old.counts, { c5xx: 200, c2xx: 800 }, '2 x 40 is not')
    t.match(world.served('20s', '30s').old.counts, { requests: 1000, e502: 1000 })
    t.match(world.served('30s', '40s').old.counts, { requests: 1000, c2xx: 1000 })
    t.match(world.served('40s', '50s').old, { requests: 1000, errors: 1000, counts: { requests: 0, e503: 1000 } })
  }
)

t.test('the same seed gives the same world, another seed another, and chance is about what is expected', async (t) => {
  const run = async (seed: number) => {
    const clock = virtualClock()
    const world = makeWorld({
      clock,
      seed,
      counts: 'random',
      rps: 50,
      routes: [{ name: 'web', weights: { old: 9, new: 1 } }]
    })
    world.new.errorRate = 0.05
    await clock.advance('1h')
    return world.served()
  }
  const [one, same, other] = [await run(1), await run(1), await run(2)]
  t.same(one, same)
  t.notSame(one, other)
  t.equal(one.all.requests, 180_000)
  t.ok(Math.abs(one.new.requests - 18_000) < 5 * Math.sqrt(18_000 * 0.9), `new got ${one.new.requests}`)
  t.ok(Math.abs(one.new.errors - 900) < 5 * Math.sqrt(900), `new failed ${one.new.errors}`)
})

t.test('a write is accepted, then told, then followed by the data plane', async (t) => {
  const clock = virtualClock()
  const world = makeWorld({ clock, routes: [{ name: 'web', attached: true }], latency: 100, dataPlaneLag: '5s' })
  const sent = ask(world, weigh(world, 'web', { old: 99, new: 1 }))
  const output = await sent
  t.match(output, { $metadata: { httpStatusCode: 200, attempts: 1 } })
  t.match(world.log, [
    {
      by: 'sluice',
      operation: 'ModifyRule',
      route: 'web',
      split: { old: 99, new: 1, attached: true },
      sentAt: world.startedAt,
      landedAt: world.startedAt + 50,
      answeredAt: world.startedAt + 100,
      outcome: 'accepted'
    }
  ])
  t.match(world.told('web'), { old: 99, new: 1 })
  t.match(world.live('web'), { old: 1, new: 0, attached: true })
  await clock.run(5049)
  t.match(world.live('web'), { new: 0 })
  await clock.run(5050)
  t.match(world.live('web'), { old: 99, new: 1 })
  t.match(world.history('web'), [
    { by: 'start', new: 0 },
    { at: world.startedAt + 5050, by: 'sluice', old: 99, new: 1 }
  ])
  t.same(world.story(), ['+0s ModifyRule web 99:1 by sluice: accepted'])
  t.equal(world.calls('ModifyRule'), 1)
  t.equal(world.calls(), 1)
})

t.test('a listener is written as a listener, a rule as a rule', async (t) => {
  const world = makeWorld({ clock: virtualClock(), routes: [{ name: 'web', kind: 'listener' }, 'api'] })
  await ask(world, weigh(world, 'web', { old: 1, new: 1 }))
  await ask(world, weigh(world, 'api', { old: 3, new: 1 }))
  t.match(world.told('web'), { old: 1, new: 1 })
  t.match(world.told('api'), { old: 3, new: 1 })
  const { arns } = world.route('web')
  const actions: Action[] = [{ Type: 'forward', TargetGroupArn: arns.old }]
  const asRule = new ModifyRuleCommand({ RuleArn: arns.rule, Actions: actions })
  await t.rejects(ask(world, asRule), { name: 'OperationNotPermittedException' })
  const other = new ModifyListenerCommand({ ListenerArn: world.route('api').arns.listener, DefaultActions: actions })
  await t.rejects(ask(world, other), { name: 'ListenerNotFoundException' })
})

t.test('what AWS refuses is refused: nothing is written', async (t) => {
  const world = makeWorld({
    clock: virtualClock(),
    routes: ['web', { name: 'else', alb: 'second' }, { name: 'far', region: 'eu-west-1' }]
  })
  const { arns } = world.route('web')
  const write = (actions: Action[], RuleArn = arns.rule) =>
    ask(world, new ModifyRuleCommand({ RuleArn, Actions: actions }))
  const forward = (groups: readonly (readonly [string, number | undefined])[], more: Partial<Action> = {}): Action => ({
    Type: 'forward',
    ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
    ...more
  })
  const pair = (old: number | undefined, other: number): Action =>
    forward([
      [arns.old, old],
      [arns.new, other]
    ])
  const refused = [
    [[pair(1000, 1)], 'ValidationError'],
    [[pair(-1, 1)], 'ValidationError'],
    [[pair(1.5, 1)], 'ValidationError'],
    [[pair(undefined, 1)], 'ValidationError'],
    [[pair(0, 0)], 'ValidationError'],
    [[forward([])], 'ValidationError'],
    [
      [
        forward([
          [arns.old, 1],
          [arns.old, 2]
        ])
      ],
      'ValidationError'
    ],
    [[], 'InvalidLoadBalancerActionException'],
    [[pair(1, 1), pair(1, 1)], 'InvalidLoadBalancerActionException'],
    [[{ ...pair(1, 1), TargetGroupArn: arns.old }], 'InvalidLoadBalancerActionException'],
    [
      [
        { Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: oidc },
        { ...pair(1, 1), Order: 2 }
      ],
      'ValidationError'
    ],
    [[forward([['arn:none', 1]])], 'TargetGroupNotFoundException'],
    [[forward([[world.route('else').arns.old, 1]])], 'TargetGroupAssociationLimitException']
  ] as const
  for (const [actions, name] of refused) await t.rejects(write([...actions]), { name, $fault: 'client' })
  await t.rejects(write([pair(1, 1)], 'arn:none'), {
    name: 'RuleNotFoundException',
    $metadata: { httpStatusCode: 400 }
  })
  await t.rejects(write([pair(1, 1)], world.route('far').arns.rule), { name: 'RuleNotFoundException' })
  await t.rejects(ask(world, weigh(world, 'web', { old: 1, new: 0 }), { access: 'read' }), /through a client for reads/)
  t.equal(world.history('web').length, 1)
  t.ok(world.log.every((record) => record.landedAt === null && record.outcome !== 'accepted'))
  world.foreign.remove('web')
  await t.rejects(write([pair(1, 1)]), { name: 'RuleNotFoundException' }, 'a rule that was deleted')
})

const oidc = {
  Issuer: 'https://id.example',
  ClientId: 'shop',
  AuthorizationEndpoint: 'https://id.example/a',
  TokenEndpoint: 'https://id.example/t',
  UserInfoEndpoint: 'https://id.example/u'
}

t.test(
  'reads tell rules as AWS does: both forms of a single group, no secret, other groups and stickiness',
  async (t) => {
    const login: Action = { Type: 'authenticate-oidc', AuthenticateOidcConfig: { ...oidc, ClientSecret: 'hidden' } }
    const world = makeWorld({
      clock: virtualClock(),
      routes: [
        'web',
        { name: 'api', before: [login], others: { mirror: 7 }, stickySeconds: 60, weights: { old: 9, new: 1 } }
      ]
    })
    const [web, api] = [world.route('web').arns, world.route('api').arns]
    const { Rules } = await ask(world, new DescribeRulesCommand({ RuleArns: [api.rule, web.rule] }), { access: 'read' })
    t.match(Rules?.[1]?.Actions, [
      {
        Type: 'forward',
        TargetGroupArn: web.old,
        ForwardConfig: { TargetGroups: [{ TargetGroupArn: web.old, Weight: 1 }] }
      }
    ])
    t.same(Rules?.[0]?.Actions, [
      { ...login, AuthenticateOidcConfig: oidc, Order: 1 },
      {
        Type: 'forward',
        Order: 2,
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: api.old, Weight: 9 },
            { TargetGroupArn: api.new, Weight: 1 },
            { TargetGroupArn: Rules?.[0]?.Actions?.[1]?.ForwardConfig?.TargetGroups?.[2]?.TargetGroupArn, Weight: 7 }
          ],
          TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 }
        }
      }
    ])
    await world.clock.advance('17s')
    const { old, new: onNew, other } = world.served('0s', '17s', 'api')
    for (const [got, expected] of [
      [old, 900],
      [onNew, 100],
      [other, 700]
    ] as const) {
      t.ok(Math.abs(got.requests - expected) <= 1, `${got.requests} is ${expected}`)
    }
  }
)

t.test('lists have pages, unknown ARNs fail the whole call, and regions do not see each other', async (t) => {
  const routes = ['a', 'b', 'c', { name: 'w', kind: 'listener' as const }, { name: 'far', region: 'eu-west-1' }]
  const world = makeWorld({ clock: virtualClock(), routes, pageSize: 2 })
  const { arns } = world.route('a')
  const first = await ask(world, new DescribeRulesCommand({ ListenerArn: arns.listener }))
  const Marker = first.NextMarker
  const second = await ask(world, new DescribeRulesCommand({ ListenerArn: arns.listener, Marker }))
  t.equal(first.Rules?.length, 2)
  t.match(second.Rules, [{ RuleArn: world.route('c').arns.rule, IsDefault: false }, { IsDefault: true }])
  t.equal(second.NextMarker, undefined)
  const listeners = await ask(world, new DescribeListenersCommand({ LoadBalancerArn: arns.loadBalancer }))
  t.match(listeners.Listeners, [
    { ListenerArn: arns.listener, DefaultActions: [{ Type: 'fixed-response' }] },
    { ListenerArn: world.route('w').arns.listener, DefaultActions: [{ Type: 'forward' }] }
  ])
  await t.rejects(ask(world, new DescribeRulesCommand({ RuleArns: [arns.rule, 'arn:gone'] })), {
    name: 'RuleNotFoundException'
  })
  await t.rejects(ask(world, new DescribeRulesCommand({ RuleArns: [arns.rule] }), { region: 'eu-west-1' }), {
    name: 'RuleNotFoundException'
  })
  await t.rejects(ask(world, new DescribeListenersCommand({ ListenerArns: ['arn:gone'] })), {
    name: 'ListenerNotFoundException'
  })
  await t.rejects(ask(world, new DescribeRulesCommand({ ListenerArn: 'arn:gone' })), {
    name: 'ListenerNotFoundException'
  })
  await t.rejects(ask(world, new DescribeRulesCommand({ RuleArns: Array.from({ length: 21 }, () => arns.rule) })), {
    name: 'ValidationError'
  })
  const balancers = await ask(world, new DescribeLoadBalancersCommand({}), { region: 'eu-west-1' })
  t.match(balancers.LoadBalancers, [{ LoadBalancerArn: world.route('far').arns.loadBalancer, Type: 'application' }])
  t.equal(balancers.LoadBalancers?.length, 1)
  const groups = await ask(world, new DescribeTargetGroupsCommand({ TargetGroupArns: [arns.old, arns.new] }))
  t.match(groups.TargetGroups, [{ LoadBalancerArns: [arns.loadBalancer] }, { LoadBalancerArns: [] }])
  await t.rejects(
    ask(world, new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arns.loadBalancer })),
    /does not know/
  )
})

t.test('targets are unused until their group is attached, then initial, then what they are', async (t) => {
  const clock = virtualClock()
  const world = makeWorld({ clock, routes: ['web'], healthyAfter: '20s', latency: 0 })
  const { arns } = world.route('web')
  world.targets.set('web', 'new', { healthy: 2, total: 3, draining: 1 })
  const states = async () => {
    const output = await ask(world, new DescribeTargetHealthCommand({ TargetGroupArn: arns.new }))
    return output.TargetHealthDescriptions?.map((one) => one.TargetHealth?.State)
  }
  t.same(await states(), ['unused', 'unused', 'unused', 'draining'])
  await ask(world, weigh(world, 'web', { old: 1, new: 0 }))
  t.same(await states(), ['initial', 'initial', 'initial', 'draining'])
  await clock.advance('19s')
  t.same(await states(), ['initial', 'initial', 'initial', 'draining'])
  await clock.advance('1s')
  t.same(await states(), ['healthy', 'healthy', 'unhealthy', 'draining'])
  world.foreign.detach('web')
  t.same(await states(), ['unused', 'unused', 'unused', 'draining'])
  await t.rejects(ask(world, new DescribeTargetHealthCommand({ TargetGroupArn: 'arn:gone' })), {
    name: 'TargetGroupNotFoundException',
    message: 'One or more target groups not found'
  })
})

t.test('tags and attributes are told', async (t) => {
  const world = makeWorld({
    clock: virtualClock(),
    routes: [{ name: 'web', tags: { team: 'shop' }, new: { attributes: { 'slow_start.duration_seconds': '90' } } }]
  })
  const { arns } = world.route('web')
  world.foreign.setTags(arns.loadBalancer, { 'elbv2.k8s.aws/cluster': 'shop-133' })
  const { TagDescriptions } = await ask(
    world,
    new DescribeTagsCommand({ ResourceArns: [arns.loadBalancer, arns.rule, arns.old] })
  )
  t.same(TagDescriptions, [
    { ResourceArn: arns.loadBalancer, Tags: [{ Key: 'elbv2.k8s.aws/cluster', Value: 'shop-133' }] },
    { ResourceArn: arns.rule, Tags: [{ Key: 'team', Value: 'shop' }] },
    { ResourceArn: arns.old, Tags: [] }
  ])
  await t.rejects(ask(world, new DescribeTagsCommand({ ResourceArns: [`${arns.listener}x`] })), {
    name: 'ListenerNotFoundException'
  })
  const { Attributes } = await ask(world, new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arns.new }))
  t.match(
    Attributes?.find((one) => one.Key === 'slow_start.duration_seconds'),
    { Value: '90' }
  )
})

t.test(
  'users who are stuck to new stay there after a rollback by weight, and leave once stickiness is off',
  async (t) => {
    const clock = virtualClock()
    const routes = [{ name: 'web', weights: { old: 1, new: 1 }, stickySeconds: 3600 }]
    const world = makeWorld({ clock, rps: 1000, routes, visit: '10m', dataPlaneLag: 0 })
    await clock.advance('1m')
    t.equal(world.served('0s').onNew, 0.5)
    world.foreign.setWeights('web', { old: 1, new: 0 })
    await clock.advance('10m')
    const after = world.served('10m', '11m').onNew
    t.ok(after > 0.15 && after < 0.22, `after one visit's length ${after} are still on new`)
    world.foreign.setStickiness('web', null)
    await clock.advance('1m')
    t.equal(world.served('11m', '12m').onNew, 0)
    t.match(world.live('web'), { stickySeconds: null })
  }
)

t.test('other writers change weights, groups and rules behind our back', async (t) => {
  const clock = virtualClock()
  const world = makeWorld({ clock, routes: [{ name: 'web', attached: true, others: { blue: 0 } }], dataPlaneLag: 0 })
  world.at('5m', () => world.foreign.setWeights('web', { old: 999, new: 1 }))
  world.at('6m', () => world.foreign.setOther('web', 'blue', 5))
  world.at('7m', () =>
    world.foreign.setActions('web', [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }])
  )
  await clock.advance('8m')
  t.match(world.log, [
    { by: 'foreign', call: null, split: { old: 999, new: 1 } },
    { split: { old: 999, new: 1 } },
    { split: { old: 0, new: 0, attached: false } }
  ])
  t.equal(world.story()[0], '+5m ModifyRule web 999:1 by foreign: accepted')
  t.ok(world.served('6m', '7m').other.requests > 0)
  t.equal(world.served('7m', '8m').all.requests, 0, 'what is forwarded to nobody is nobody’s request')
  t.throws(() => world.foreign.setWeights('web', { old: 1, new: 0 }), /forwards nothing/)
  t.throws(() => world.live('wrong'), /there is no route wrong/)
})

t.test('the migration of a world names its rules, listeners and groups', (t) => {
  const routes = [
    { name: 'web', kind: 'listener' as const, roleArn: 'arn:role' },
    { name: 'api', groupsOf: 'web' }
  ]
  const world = makeWorld({ clock: virtualClock(), routes, region: 'eu-west-1' })
  const { arns } = world.route('web')
  const account = { region: 'eu-west-1', roleArn: 'arn:role' }
  t.match(world.migration('moved', ['web']), {
    name: 'moved',
    routes: [
      {
        name: 'web',
        type: 'alb',
        key: `alb:${arns.listener}`,
        target: { kind: 'listener', arn: arns.listener },
        account,
        old: { targetGroup: arns.old, account },
        new: { targetGroup: arns.new, account }
      }
    ]
  })
  t.equal(world.migration().routes.length, 2)
  t.equal(world.route('api').arns.old, arns.old)
  t.throws(() => makeWorld({ clock: virtualClock(), routes: ['a', 'a'] }), /same name/)
  t.throws(() => makeWorld({ clock: virtualClock(), routes: [{ name: 'a', groupsOf: 'b' }] }), /no route b/)
  t.end()
})
