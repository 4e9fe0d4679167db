// Target health as users of AWS know it: nothing is checked until a rule names the group.

import { DescribeTargetHealthCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import type { Bench } from './support.ts'
import { aLab, ask, forward, metric, quick, total, until } from './support.ts'

async function states({ lab, elb }: Bench, group: string): Promise<readonly (string | undefined)[]> {
  const answer = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: lab.arns.targetGroup(group) }))
  return (answer.TargetHealthDescriptions ?? []).map((one) => one.TargetHealth?.State)
}

t.test('targets of a group in no rule are unused; attached at weight 0 they are initial, then healthy', async (t) => {
  const bench = await aLab(t, { healthCheckMs: 150 })
  const { lab, elb } = bench
  t.same(await states(bench, 'shop-new-api'), ['unused', 'unused', 'unused'])
  const Actions = [forward(lab, { 'shop-old-api': 1, 'shop-new-api': 0 })]
  await elb.send(new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions }))
  await until('healthy', async () => (await states(bench, 'shop-new-api')).every((state) => state === 'healthy'))
  t.same(await states(bench, 'shop-new-web'), ['unused', 'unused', 'unused'], 'the other group is still in no rule')
  await elb.send(
    new ModifyRuleCommand({ RuleArn: lab.arns.rule('api'), Actions: [forward(lab, { 'shop-old-api': 1 })] })
  )
  t.same(await states(bench, 'shop-new-api'), ['unused', 'unused', 'unused'], 'detached again')
})

t.test('a target is initial from the moment its group is attached', async (t) => {
  const { lab } = await aLab(t)
  lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 0 })
  // In the same turn of the event loop: no check can have come between.
  const [first] = lab.health('shop-new-web')
  t.match(first, { state: 'initial', reason: 'Elb.RegistrationInProgress' })
  await until('healthy', () => lab.health('shop-new-web').every((one) => one.state === 'healthy'))
})

t.test('a target that fails its checks is unhealthy with the reason, and comes back', async (t) => {
  const bench = await aLab(t)
  const { lab } = bench
  const reasons = () => new Set(lab.health('shop-old-web').map((one) => one.reason))
  lab.cluster('old').set({ healthy: false })
  await until('codes', () => reasons().has('Target.ResponseCodeMismatch') && reasons().size === 1)
  t.match(lab.health('shop-old-web')[0]?.description, /codes: \[503\]/)
  lab.cluster('old').set({ healthy: true })
  await lab.cluster('old').crash(1)
  await until(
    'one refused, two healthy',
    () => lab.health('shop-old-web').filter((one) => one.state === 'healthy').length === 2
  )
  await until('refused', () => lab.health('shop-old-web')[1]?.reason === 'Target.FailedHealthChecks')
  await lab.cluster('old').start(1)
  await until('all back', async () => (await states(bench, 'shop-old-web')).every((state) => state === 'healthy'))
})

t.test('targets that never pass go from initial to unhealthy, never through healthy', async (t) => {
  const { lab } = await aLab(t)
  lab.cluster('new').set({ healthy: false })
  lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 0 })
  const seen = new Set<string>()
  await until('unhealthy', () => {
    for (const one of lab.health('shop-new-web')) seen.add(one.state)
    return lab.health('shop-new-web').every((one) => one.state === 'unhealthy')
  })
  t.notOk(seen.has('healthy'))
})

t.test('a cluster that shrinks drains its targets first; one that grows registers new ones', async (t) => {
  const bench = await aLab(t, { drainMs: 100 })
  const { lab } = bench
  const shrunk = lab.cluster('old').scale(1)
  t.same(
    lab.health('shop-old-web').map((one) => one.state),
    ['healthy', 'draining', 'draining']
  )
  t.same(await ask(lab, 6), { old: 6 })
  await shrunk
  t.same(await states(bench, 'shop-old-web'), ['healthy'])
  await lab.cluster('old').scale(2)
  t.same((await states(bench, 'shop-old-web'))[1], 'initial')
  await until('the new one is healthy', async () => (await states(bench, 'shop-old-web'))[1] === 'healthy')
})

t.test('healthy and unhealthy hosts are metrics of attached groups only', async (t) => {
  const bench = await aLab(t, quick)
  const { lab } = bench
  await until(
    'visible',
    async () => ((await total(bench, metric(lab, 'HealthyHostCount', 'shop-old-web', 'Minimum'))) ?? 0) >= 3
  )
  t.equal(await total(bench, metric(lab, 'HealthyHostCount', 'shop-new-web', 'Minimum')), undefined)
  t.equal(await total(bench, metric(lab, 'UnHealthyHostCount', 'shop-old-web', 'Maximum')), 0)
})
