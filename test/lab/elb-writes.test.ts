// ModifyRule and ModifyListener through the pinned SDK: what is written is read back, and what AWS refuses is refused.

import {
  DescribeAccountLimitsCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
  ModifyRuleCommand
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import type { LabSpec } from '../../src/lab/spec.ts'
import { shopSpec } from '../../src/lab/spec.ts'
import type { Bench } from './support.ts'
import { aLab, ask, forward } from './support.ts'

const actionsOfRule = async ({ lab, elb }: Bench): Promise<readonly Action[]> =>
  (await elb.send(new DescribeRulesCommand({ RuleArns: [lab.arns.rule('api')] }))).Rules?.[0]?.Actions ?? []

t.test('weights of a rule are read back, a weight of 0 included, and TargetGroupArn is gone', async (t) => {
  const bench = await aLab(t)
  const { lab, elb } = bench
  const written = forward(lab, { 'shop-old-api': 999, 'shop-new-api': 0 })
  const { Rules } = await elb.send(new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions: [written] }))
  const [action] = await actionsOfRule(bench)
  t.same(Rules?.[0]?.Actions, [action])
  t.notOk(action?.TargetGroupArn)
  const byArn = (groups = action?.ForwardConfig?.TargetGroups) =>
    groups?.toSorted((one, other) => ((one.TargetGroupArn ?? '') < (other.TargetGroupArn ?? '') ? -1 : 1))
  t.same(byArn(), byArn(written.ForwardConfig?.TargetGroups))
  t.same(lab.weights('api'), { 'shop-old-api': 999, 'shop-new-api': 0 })
})

t.test('default actions of a listener are read back, also as its default rule', async (t) => {
  const { lab, elb } = await aLab(t)
  const ListenerArn = lab.arns.listener('web')
  const DefaultActions = [forward(lab, { 'shop-old-web': 1, 'shop-new-web': 3 }, 60)]
  await elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }))
  const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] }))
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn }))
  const config = Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig
  t.same(config?.TargetGroupStickinessConfig, { Enabled: true, DurationSeconds: 60 })
  t.same(Rules?.at(-1)?.Actions?.[0]?.ForwardConfig, config)
})

t.test('a lone group can be written in either form or both, and is always told in both', async (t) => {
  const bench = await aLab(t)
  const { lab, elb } = bench
  const TargetGroupArn = lab.arns.targetGroup('shop-new-api')
  const alone: Action = { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn }] } }
  for (const action of [{ Type: 'forward', TargetGroupArn } as const, alone, { ...alone, TargetGroupArn }]) {
    await elb.send(new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions: [action] }))
    const [told] = await actionsOfRule(bench)
    t.equal(told?.TargetGroupArn, TargetGroupArn)
    t.same(told?.ForwardConfig?.TargetGroups, [{ TargetGroupArn, Weight: 1 }])
  }
})

const oidcSettings = {
  Issuer: 'https://login.example.com',
  AuthorizationEndpoint: 'https://login.example.com/authorize',
  TokenEndpoint: 'https://login.example.com/token',
  UserInfoEndpoint: 'https://login.example.com/user',
  ClientId: 'shop',
  AuthenticationRequestExtraParams: { entry: [{ key: 'prompt', value: 'login' }] }
}

function guardedSpec(): LabSpec {
  const shop = shopSpec()
  const before = [{ type: 'authenticate-oidc', settings: { AuthenticateOidcConfig: oidcSettings } }]
  return {
    ...shop,
    loadBalancers: shop.loadBalancers.map((lb) => ({
      ...lb,
      listeners: lb.listeners.map((one) => ({
        ...one,
        rules: (one.rules ?? []).map((rule) => ({ ...rule, before }))
      }))
    }))
  }
}

t.test(
  'an authenticate-oidc action stays without its secret, and a write without UseExistingClientSecret is refused',
  async (t) => {
    const bench = await aLab(t, { spec: guardedSpec() })
    const { lab, elb } = bench
    const [oidc, target] = await actionsOfRule(bench)
    t.equal(oidc?.AuthenticateOidcConfig?.ClientSecret, undefined)
    t.same(oidc?.AuthenticateOidcConfig?.AuthenticationRequestExtraParams, { prompt: 'login' })
    const write = (guard: Action | undefined) =>
      new ModifyRuleCommand({
        RuleArn: lab.arns.rule('api'),
        Actions: [
          ...(guard ? [guard] : []),
          { ...forward(lab, { 'shop-old-api': 9, 'shop-new-api': 1 }), Order: target?.Order }
        ]
      })
    await t.rejects(elb.send(write(oidc)), { name: 'InvalidLoadBalancerActionException' })
    const kept = { ...oidc, AuthenticateOidcConfig: { ...oidc?.AuthenticateOidcConfig, UseExistingClientSecret: true } }
    await elb.send(write(kept as Action))
    t.same((await actionsOfRule(bench))[0], oidc, 'told as before: no secret, no UseExistingClientSecret')
    await elb.send(write(undefined))
    t.equal((await actionsOfRule(bench)).length, 1, 'the list is replaced whole: what is not sent again is gone')
  }
)

t.test('what AWS refuses is refused, and nothing changes', async (t) => {
  const bench = await aLab(t)
  const { lab, elb } = bench
  const [old, fresh] = [lab.arns.targetGroup('shop-old-api'), lab.arns.targetGroup('shop-new-api')]
  const groups = (...TargetGroups: { TargetGroupArn: string; Weight?: number }[]): Action => ({
    Type: 'forward',
    ForwardConfig: { TargetGroups }
  })
  const two = groups({ TargetGroupArn: old, Weight: 1 }, { TargetGroupArn: fresh, Weight: 1 })
  const sticky = { ...two.ForwardConfig, TargetGroupStickinessConfig: { Enabled: true } }
  const six = Array.from({ length: 6 }, (_, at) => ({ TargetGroupArn: `${old}${at}`, Weight: 1 }))
  const fixed: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }
  const refused: readonly (readonly [string, Action[], string])[] = [
    ['a weight of 1000', [groups({ TargetGroupArn: old, Weight: 1000 })], 'ValidationError'],
    ['a negative weight', [groups({ TargetGroupArn: old, Weight: -1 })], 'ValidationError'],
    [
      'two groups, one without weight',
      [groups({ TargetGroupArn: old, Weight: 1 }, { TargetGroupArn: fresh })],
      'ValidationError'
    ],
    ['six groups', [groups(...six)], 'ValidationError'],
    ['TargetGroupArn beside two groups', [{ ...two, TargetGroupArn: old }], 'InvalidLoadBalancerActionException'],
    [
      'TargetGroupArn beside another lone group',
      [{ ...groups({ TargetGroupArn: fresh }), TargetGroupArn: old }],
      'InvalidLoadBalancerActionException'
    ],
    [
      'a group twice',
      [groups({ TargetGroupArn: old, Weight: 1 }, { TargetGroupArn: old, Weight: 2 })],
      'InvalidLoadBalancerActionException'
    ],
    ['an unknown group', [groups({ TargetGroupArn: `${old}0`, Weight: 1 })], 'TargetGroupNotFoundException'],
    ['stickiness without duration', [{ Type: 'forward', ForwardConfig: sticky }], 'ValidationError'],
    ['no actions', [], 'InvalidLoadBalancerActionException'],
    [
      'two routing actions',
      [
        { ...two, Order: 1 },
        { ...fixed, Order: 2 }
      ],
      'InvalidLoadBalancerActionException'
    ],
    ['no target', [{ Type: 'forward' }], 'InvalidLoadBalancerActionException']
  ]
  const before = await actionsOfRule(bench)
  for (const [what, Actions, name] of refused) {
    const write = new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions })
    await t.rejects(elb.send(write), { name, $metadata: { httpStatusCode: 400 } }, what)
  }
  t.same(await actionsOfRule(bench), before)
})

t.test('the default rule is changed by ModifyListener only', async (t) => {
  const { lab, elb } = await aLab(t)
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: lab.arns.listener('web') }))
  const RuleArn = Rules?.find((rule) => rule.IsDefault)?.RuleArn
  const Actions = [forward(lab, { 'shop-old-web': 1 })]
  await t.rejects(elb.send(new ModifyRuleCommand({ RuleArn, Actions })), { name: 'OperationNotPermittedException' })
  const absent = `${lab.arns.rule('api').slice(0, -4)}0000`
  await t.rejects(elb.send(new ModifyRuleCommand({ RuleArn: absent, Actions })), { name: 'RuleNotFoundException' })
  const ListenerArn = `${lab.arns.listener('web').slice(0, -4)}0000`
  const write = new ModifyListenerCommand({ ListenerArn, DefaultActions: Actions })
  await t.rejects(elb.send(write), { name: 'ListenerNotFoundException' })
})

t.test('a target group belongs to one load balancer at most', async (t) => {
  const shop = shopSpec()
  const second = { name: 'shop2', listeners: [{ name: 'web2', forward: { 'shop-new-web': 1 } }] }
  const { lab, elb } = await aLab(t, { spec: { ...shop, loadBalancers: [...shop.loadBalancers, second] } })
  const DefaultActions = [forward(lab, { 'shop-old-web': 1, 'shop-new-web': 0 })]
  const write = new ModifyListenerCommand({ ListenerArn: lab.arns.listener('web'), DefaultActions })
  await t.rejects(elb.send(write), { name: 'TargetGroupAssociationLimitException' })
})

t.test('an action that the lab does not know is refused the way AWS does', async (t) => {
  const { elb } = await aLab(t)
  const error = { name: 'InvalidAction', $fault: 'client', message: /Could not find operation/ }
  await t.rejects(elb.send(new DescribeAccountLimitsCommand({})), error)
})

t.test('reads may lag behind a write, and so may the data plane', async (t) => {
  const bench = await aLab(t, { readLagMs: 3_600_000, propagationMs: 3_600_000 })
  const { lab, elb } = bench
  const Actions = [forward(lab, { 'shop-new-api': 1 })]
  const { Rules } = await elb.send(new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions }))
  t.equal(Rules?.[0]?.Actions?.[0]?.TargetGroupArn, lab.arns.targetGroup('shop-new-api'), 'the write itself tells')
  t.equal((await actionsOfRule(bench))[0]?.TargetGroupArn, lab.arns.targetGroup('shop-old-api'))
  t.same(await ask(lab, 5, '/api/1'), { old: 5 }, 'users are not there yet')
})
