// The reads of ELBv2 through the pinned SDK, which must notice nothing.

import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyRuleCommand,
  paginateDescribeRules,
  paginateDescribeTargetGroups
} from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import { shopSpec } from '../../src/lab/spec.ts'
import { aLab, forward } from './support.ts'

t.test('a listener that forwards to one group is told in both forms, with default stickiness', async (t) => {
  const { lab, elb } = await aLab(t)
  const arn = lab.arns.listener('web')
  const { Listeners, $metadata } = await elb.send(new DescribeListenersCommand({ ListenerArns: [arn] }))
  const [action] = Listeners?.[0]?.DefaultActions ?? []
  const old = lab.arns.targetGroup('shop-old-web')
  t.equal(Listeners?.[0]?.LoadBalancerArn, lab.arns.loadBalancer('shop'))
  t.equal(Listeners?.[0]?.Port, Number(new URL(lab.url).port))
  t.same(action, {
    Type: 'forward',
    TargetGroupArn: old,
    ForwardConfig: {
      TargetGroups: [{ TargetGroupArn: old, Weight: 1 }],
      TargetGroupStickinessConfig: { Enabled: false }
    }
  })
  t.match($metadata.requestId, /^[0-9a-f-]{36}$/)
})

t.test('the rules of a listener end with the default rule, which has no conditions', async (t) => {
  const { lab, elb } = await aLab(t)
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: lab.arns.listener('web') }))
  t.same(
    Rules.map((rule) => [rule.Priority, rule.IsDefault]),
    [
      ['10', false],
      ['default', true]
    ]
  )
  t.same(Rules[0]?.Conditions?.[0]?.PathPatternConfig?.Values, ['/api/*'])
  t.same(Rules[1]?.Conditions, [])
  const byArn = await elb.send(new DescribeRulesCommand({ RuleArns: [lab.arns.rule('api')] }))
  t.same(byArn.Rules, [Rules[0]])
})

t.test('rules and target groups come in pages, also where the caller asked for no page size', async (t) => {
  const { lab, elb } = await aLab(t)
  const sizes: number[] = []
  // PageSize goes into the input: this SDK's ELBv2 paginators ignore `pageSize` in their configuration.
  const pages = paginateDescribeRules({ client: elb }, { ListenerArn: lab.arns.listener('web'), PageSize: 1 })
  for await (const page of pages) sizes.push(page.Rules?.length ?? 0)
  t.same(sizes, [1, 1])
  lab.elbv2.pageSize = 3
  const names: (string | undefined)[] = []
  for await (const page of paginateDescribeTargetGroups({ client: elb }, {})) {
    names.push(...(page.TargetGroups ?? []).map((group) => group.TargetGroupName))
  }
  t.same(names, ['shop-old-web', 'shop-old-api', 'shop-new-web', 'shop-new-api'])
})

t.test('a target group names the load balancer only while a rule names the group', async (t) => {
  const { lab, elb } = await aLab(t)
  const arn = lab.arns.targetGroup('shop-new-api')
  const balancers = async () =>
    (await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))).TargetGroups?.[0]?.LoadBalancerArns
  t.same(await balancers(), [])
  const Actions = [forward(lab, { 'shop-old-api': 1, 'shop-new-api': 0 })]
  await elb.send(new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions }))
  t.same(await balancers(), [lab.arns.loadBalancer('shop')])
})

t.test('load balancers are found by ARN and by name, and carry a time', async (t) => {
  const { lab, elb } = await aLab(t)
  const arn = lab.arns.loadBalancer('shop')
  const byArn = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }))
  const byName = await elb.send(new DescribeLoadBalancersCommand({ Names: ['shop'] }))
  t.same(byArn.LoadBalancers, byName.LoadBalancers)
  t.equal(byArn.LoadBalancers?.[0]?.State?.Code, 'active')
  t.type(byArn.LoadBalancers?.[0]?.CreatedTime, Date)
})

t.test('tags are told for every kind of thing, and text comes through XML unharmed', async (t) => {
  const shop = shopSpec()
  const [old, ...others] = shop.targetGroups
  const note = 'a <b> & "c" é'
  const spec = { ...shop, targetGroups: old === undefined ? [] : [{ ...old, tags: { note } }, ...others] }
  const { lab, elb } = await aLab(t, { spec })
  const { arns } = lab
  const ResourceArns = [
    arns.targetGroup('shop-old-web'),
    arns.loadBalancer('shop'),
    arns.listener('web'),
    arns.rule('api')
  ]
  const { TagDescriptions = [] } = await elb.send(new DescribeTagsCommand({ ResourceArns }))
  t.same(
    TagDescriptions.map((one) => one.ResourceArn),
    ResourceArns
  )
  t.same(TagDescriptions[0]?.Tags, [{ Key: 'note', Value: note }])
  t.same(TagDescriptions[1]?.Tags, [])
})

t.test('attributes of a target group have AWS defaults', async (t) => {
  const { lab, elb } = await aLab(t)
  const TargetGroupArn = lab.arns.targetGroup('shop-old-web')
  const { Attributes = [] } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }))
  const values = Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))
  t.equal(values['deregistration_delay.timeout_seconds'], '300')
  t.equal(values['stickiness.enabled'], 'false')
})

t.test('target health can be asked for single targets; one that is not registered is told so', async (t) => {
  const { lab, elb } = await aLab(t)
  const TargetGroupArn = lab.arns.targetGroup('shop-old-web')
  const [pod] = lab.cluster('old').pods()
  const { TargetHealthDescriptions = [] } = await elb.send(
    new DescribeTargetHealthCommand({
      TargetGroupArn,
      Targets: [
        { Id: '127.0.0.1', Port: pod?.port },
        { Id: '127.0.0.1', Port: 1 }
      ],
      Include: ['AnomalyDetection']
    })
  )
  t.same(
    TargetHealthDescriptions.map((one) => one.TargetHealth?.State),
    ['healthy', 'unused']
  )
  t.equal(TargetHealthDescriptions[0]?.AnomalyDetection?.Result, 'normal')
  t.equal(TargetHealthDescriptions[1]?.TargetHealth?.Reason, 'Target.NotRegistered')
})

t.test('what does not exist is refused under its own name', async (t) => {
  const { lab, elb } = await aLab(t)
  const absent = (arn: string): string => `${arn.slice(0, -4)}0000`
  const { arns } = lab
  const refusals = [
    [new DescribeRulesCommand({ RuleArns: [absent(arns.rule('api'))] }), 'RuleNotFoundException'],
    [new DescribeListenersCommand({ ListenerArns: [absent(arns.listener('web'))] }), 'ListenerNotFoundException'],
    [new DescribeLoadBalancersCommand({ Names: ['nothing'] }), 'LoadBalancerNotFoundException'],
    [
      new DescribeTargetHealthCommand({ TargetGroupArn: absent(arns.targetGroup('shop-old-web')) }),
      'TargetGroupNotFoundException'
    ],
    [new DescribeTagsCommand({ ResourceArns: [absent(arns.listener('web'))] }), 'ListenerNotFoundException'],
    [new DescribeRulesCommand({ RuleArns: ['arn:of:nothing'] }), 'ValidationError'],
    [new DescribeRulesCommand({ ListenerArn: arns.listener('web'), PageSize: 401 }), 'ValidationError'],
    [new DescribeRulesCommand({}), 'ValidationError']
  ] as const
  for (const [command, name] of refusals) {
    // One union of commands is more than send()'s overloads can tell apart.
    await t.rejects(elb.send(command as DescribeRulesCommand), { name, $metadata: { httpStatusCode: 400 } }, name)
  }
})
