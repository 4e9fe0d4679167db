import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetProtectionsCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet
} from '@aws-sdk/client-route-53'
import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import t from 'tap'
import type { AwsCommand } from '../../src/aws/client.ts'
import { virtualClock } from './virtual.ts'
import { ask } from './world/ask.ts'
import { dimensionOf } from './world/arn.ts'
import type { WorldOptions } from './world/spec.ts'
import { makeWorld, type World } from './world/world.ts'

const worldOf = (options: Partial<WorldOptions> = {}): World =>
  makeWorld({ clock: virtualClock(), rps: 200, dns: { busy: 0 }, routes: [{ name: 'api', kind: 'dns' }], ...options })

/** One call to Route 53, and a second in which nothing is asked, so that no test meets the limit by itself. */
async function send<O extends object>(world: World, command: AwsCommand<O>): Promise<O> {
  const client = world.client('route53', { region: world.region }, 'write')
  const answer = await world.clock.complete(client.send(command, { abortSignal: new AbortController().signal }))
  await world.clock.advance('1s')
  return answer
}

const list = async (world: World) => {
  const HostedZoneId = world.name('api').zone.id
  return (await send(world, new ListResourceRecordSetsCommand({ HostedZoneId }))).ResourceRecordSets ?? []
}
const change = (world: World, ...Changes: Change[]) =>
  send(
    world,
    new ChangeResourceRecordSetsCommand({ HostedZoneId: world.name('api').zone.id, ChangeBatch: { Changes } })
  )
const refused = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)
const weighed = (sets: readonly ResourceRecordSet[], old: number, fresh: number): Change[] =>
  sets.map((set) => ({
    Action: 'UPSERT',
    ResourceRecordSet: { ...set, Weight: set.SetIdentifier === 'blue' ? old : fresh }
  }))

t.test('users follow the records late: after INSYNC most within a minute, some never before hours', async (t) => {
  const world = worldOf()
  await change(world, ...weighed(await list(world), 50, 50))
  t.equal(world.told('api').new, 50)
  t.equal(world.live('api').new, 0, 'PENDING')
  t.equal(world.usersOnNew('api'), 0)
  await world.clock.advance('29s')
  t.equal(world.live('api').new, 50)
  await world.clock.advance('62s')
  const soon = world.usersOnNew('api')
  t.ok(soon > 0.44 && soon < 0.48, String(soon))
  await world.clock.advance('15m')
  const later = world.usersOnNew('api')
  t.ok(later > 0.48 && later < 0.495, String(later))
  t.ok(Math.abs(world.served('15m', '16m').onNew - 0.49) < 0.01)
})

t.test('a longer TTL is followed later, and the hold is that of the answer that users still have', async (t) => {
  const world = worldOf({ routes: [{ name: 'api', kind: 'dns', ttl: 300 }] })
  world.foreign.setWeights('api', { old: 0, new: 1 })
  await world.clock.advance('90s')
  const early = world.usersOnNew('api')
  t.ok(early > 0.12 && early < 0.25, String(early))
  await world.clock.advance('5m')
  t.ok(world.usersOnNew('api') > 0.9)
})

t.test('random counts are lumpy: few resolvers miss the weights, many do not', async (t) => {
  const missed = (resolvers: number, seed: number) => {
    const world = worldOf({
      counts: 'random',
      seed,
      dns: { resolvers },
      routes: [{ name: 'api', kind: 'dns', weights: { old: 1, new: 1 } }]
    })
    return Math.abs(world.usersOnNew('api') - 0.5)
  }
  const mean = (resolvers: number) =>
    [1, 2, 3, 4, 5, 6, 7, 8].reduce((sum, seed) => sum + missed(resolvers, seed), 0) / 8
  t.ok(mean(20) > 3 * mean(2000), `${mean(20)} ${mean(2000)}`)
})

t.test('record types that differ, members of weight 0, and no record at all', async (t) => {
  const routes = [{ name: 'api', kind: 'dns' as const, types: ['A', 'AAAA'] as const }]
  const both = worldOf({ routes, dns: { pending: 0 } })
  both.foreign.setRecords('api', (sets) => sets.map((set) => (set.Type === 'A' ? { ...set, Weight: 1 } : set)))
  await both.clock.advance('90m')
  t.ok(Math.abs(both.usersOnNew('api') - 0.25) < 0.02, 'half of the users ask for A, of which half get new')
  both.foreign.setWeights('api', { old: 0, new: 0 })
  await both.clock.advance('6h')
  t.ok(Math.abs(both.usersOnNew('api') - 0.5) < 0.02, 'all zero is equal shares')
  both.foreign.remove('api')
  await both.clock.advance('10s')
  const { requests } = both.served().all
  await both.clock.advance('1m')
  t.equal(both.served().all.requests, requests, 'nobody finds the way')
})

t.test('what a batch is refused for, all or nothing', async (t) => {
  const world = worldOf()
  const [old, fresh] = await list(world)
  if (!old || !fresh) throw new Error('no records')
  const saying = async (words: RegExp, ...changes: Change[]) => {
    t.match(await refused(change(world, ...changes)), { name: 'InvalidChangeBatch', message: words })
    t.same(await list(world), [old, fresh], 'nothing was changed')
  }
  const put = (set: object): Change => ({ Action: 'UPSERT', ResourceRecordSet: { ...old, ...set } })
  await saying(/do not match the current values/, { Action: 'DELETE', ResourceRecordSet: { ...old, Weight: 1 } })
  await saying(/was not found/, { Action: 'DELETE', ResourceRecordSet: { ...old, SetIdentifier: 'x' } })
  await saying(/already exists/, put({ Weight: 5 }), { Action: 'CREATE', ResourceRecordSet: old })
  await saying(/not permitted in zone/, put({ Name: 'api.example.org' }))
  await saying(/Invalid weight/, put({ Weight: 256 }))
  await saying(/neither TTL nor values/, put({ TTL: 60 }))
  const plain = { ...old, SetIdentifier: 'x', AliasTarget: undefined }
  await saying(/needs a TTL and values/, { Action: 'CREATE', ResourceRecordSet: plain })
  const simple: ResourceRecordSet = { Name: old.Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] }
  await saying(/another kind of set exists/, { Action: 'CREATE', ResourceRecordSet: simple })
  await saying(/conflicts with other records/, {
    Action: 'CREATE',
    ResourceRecordSet: { ...simple, Type: 'CNAME', ResourceRecords: [{ Value: 'a.example.net' }] }
  })
  world.name('api').zone.protections.set('api.example.com/A', 'frozen')
  await saying(/is protected: frozen/, put({ Weight: 5 }))
})

t.test('limits: five requests a second for all, one change of a zone at a time, and rights', async (t) => {
  const world = worldOf({ dns: { busy: '3s' } })
  const { zone } = world.name('api')
  const client = world.client('route53', { region: 'eu-west-1' }, 'read')
  const one = () =>
    client.send(new GetHostedZoneCommand({ Id: zone.id }), { abortSignal: new AbortController().signal })
  const five = await world.clock.complete(Promise.all([1, 2, 3, 4, 5, 6].map(() => refused(one()))))
  t.equal(five.filter((answer) => answer instanceof Error && answer.name === 'Throttling').length, 1)
  world.dns.othersPerSecond = 5
  await world.clock.advance('2s')
  t.match(await refused(world.clock.complete(one())), { name: 'Throttling', $metadata: { httpStatusCode: 400 } })
  world.dns.othersPerSecond = 0
  await world.clock.advance('2s')
  const sets = await list(world)
  await change(world, ...weighed(sets, 90, 10))
  t.match(await refused(change(world, ...weighed(sets, 80, 20))), { name: 'PriorRequestNotComplete' })
  await world.clock.advance('3s')
  zone.allow = ['UPSERT']
  t.match(await refused(change(world, { Action: 'DELETE', ResourceRecordSet: sets[0] })), { name: 'AccessDenied' })
  await change(world, ...weighed(sets, 80, 20))
  t.match(await refused(send(world, new GetChangeCommand({ Id: 'C0' }))), { name: 'NoSuchChange' })
  t.match(await refused(send(world, new GetHostedZoneCommand({ Id: 'Z0' }))), { name: 'NoSuchHostedZone' })
})

t.test('changes are PENDING for as long as the world says, also where they did not change anything', async (t) => {
  const world = worldOf({ dns: { busy: 0, pending: '10s' } })
  const { ChangeInfo } = await change(world, ...weighed(await list(world), 100, 0))
  const status = async () => (await send(world, new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status
  t.equal(ChangeInfo?.Status, 'PENDING')
  t.equal(await status(), 'PENDING')
  await world.clock.advance('9s')
  t.equal(await status(), 'INSYNC')
  t.equal(world.history('api').length, 1, 'the name servers had nothing to learn')
})

t.test('each write is in the log, route by route, and a foreign one too', async (t) => {
  const routes = ['api', 'web'].map((name) => ({ name, kind: 'dns' as const }))
  const world = worldOf({ routes })
  const watched: (string | null)[] = []
  world.watch((call, write) => {
    if (call.operation === 'ChangeResourceRecordSets') watched.push(write?.route ?? null)
  })
  await change(world, ...weighed(await list(world), 90, 10))
  world.foreign.setWeights('web', { old: 1, new: 1 })
  t.match(world.log, [
    { route: 'api', split: { old: 90, new: 10, attached: true }, outcome: 'accepted', by: 'sluice' },
    { route: 'web', split: { old: 90, new: 10 }, outcome: 'accepted' },
    { route: 'web', split: { old: 1, new: 1 }, by: 'foreign' }
  ])
  t.same(watched, ['api', 'web'])
})

t.test('faults can be narrowed to the routes of a batch', async (t) => {
  const world = worldOf({ routes: ['api', 'web'].map((name) => ({ name, kind: 'dns' as const })) })
  world.faults.error('InternalFailure', 500, 'no', { route: 'web' })
  const sets = await list(world)
  t.match(await refused(change(world, ...weighed(sets, 90, 10))), { name: 'InternalFailure' })
  await change(
    world,
    ...weighed(
      sets.filter(({ Name }) => Name === 'api.example.com.'),
      90,
      10
    )
  )
})

t.test('each side is a load balancer of its own, with its targets, metrics and behaviour', async (t) => {
  const world = worldOf({ routes: [{ name: 'api', kind: 'dns', weights: { old: 3, new: 1 } }, 'web'] })
  const { loadBalancers } = world.name('api')
  const found = await ask(world, new DescribeLoadBalancersCommand({ LoadBalancerArns: Object.values(loadBalancers) }))
  t.match(found.LoadBalancers, [{ DNSName: /^api-old-/, Type: 'application' }, { DNSName: /^api-new-/ }])
  const groups = await ask(world, new DescribeTargetGroupsCommand({ LoadBalancerArn: loadBalancers.new }))
  t.match(groups.TargetGroups, [{ TargetGroupName: 'api-new' }])
  world.name('api').new.errorRate = 0.5
  await world.clock.advance('10m')
  const now = world.clock.now()
  const sum = async (MetricName: string, arn: string) => {
    const command = new GetMetricDataCommand({
      StartTime: new Date(now - 300_000),
      EndTime: new Date(now - 120_000),
      MetricDataQueries: [
        {
          Id: 'q',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/ApplicationELB',
              MetricName,
              Dimensions: [{ Name: 'LoadBalancer', Value: dimensionOf(arn) }]
            },
            Period: 60,
            Stat: 'Sum'
          }
        }
      ]
    })
    const { MetricDataResults } = await ask(world, command)
    return (MetricDataResults?.[0]?.Values ?? []).reduce((a, b) => a + b, 0)
  }
  const onNew = await sum('RequestCount', loadBalancers.new)
  t.ok(Math.abs(onNew / (onNew + (await sum('RequestCount', loadBalancers.old))) - 0.25) < 0.01)
  t.ok(Math.abs((await sum('HTTPCode_Target_5XX_Count', loadBalancers.new)) / onNew - 0.5) < 0.01)
  t.equal(await sum('HTTPCode_Target_5XX_Count', loadBalancers.old), 0)
})

t.test('a migration holds both kinds, and nothing of what only stands behind records', async (t) => {
  const world = worldOf({ routes: [{ name: 'api', kind: 'dns', unnamed: true }, 'web'] })
  t.match(world.migration().routes, [
    { name: 'web', type: 'alb' },
    { name: 'api', type: 'route53', old: { loadBalancer: null } }
  ])
  t.throws(() => world.route('api'), /is records/)
  t.throws(() => world.name('web'), /no records/)
  t.throws(() => world.foreign.setStickiness('api', 60), /weights only/)
  t.throws(() => world.foreign.setRecords('web', (sets) => sets), /no records/)
})

t.test('protections and zones are told', async (t) => {
  const world = worldOf()
  const { zone } = world.name('api')
  zone.protections.set('api.example.com/A', 'frozen')
  zone.isPrivate = true
  const told = await send(world, new ListResourceRecordSetProtectionsCommand({ HostedZoneId: zone.id }))
  t.match(told.ResourceRecordSetProtections, [{ RecordName: 'api.example.com.', RecordType: 'A', Comment: 'frozen' }])
  const { HostedZone } = await send(world, new GetHostedZoneCommand({ Id: zone.id }))
  t.match(HostedZone, { Name: 'example.com.', Config: { PrivateZone: true } })
})

t.test('the same seed gives the same lumps', async (t) => {
  const run = async () => {
    const world = worldOf({ counts: 'random', seed: 7, dns: { busy: 0, resolvers: 50 } })
    world.foreign.setWeights('api', { old: 1, new: 1 })
    await world.clock.advance('20m')
    return world.served()
  }
  t.same(await run(), await run())
})
