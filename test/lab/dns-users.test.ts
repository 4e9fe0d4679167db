// Users who come by way of DNS, the two load balancers they reach, what CloudWatch counts there, and the control API.

import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { createServer } from 'node:http'
import t from 'tap'
import { parse } from 'yaml'
import { dimensionOf } from '../../src/lab/arn.ts'
import { startOnOnePort } from '../../src/lab/dns/samePort.ts'
import { introduction } from '../../src/lab/introduction.ts'
import { migrationObject, migrationYaml } from '../../src/lab/migration.ts'
import { listen, shut } from '../../src/lab/server.ts'
import type { LoadBalancer } from '../../src/lab/world.ts'
import { createWorld } from '../../src/lab/world.ts'
import { dnsSpec } from '../../src/lab/dns/spec.ts'
import type { DnsBench } from './dnsSupport.ts'
import { HostedZoneId, aDnsLab, members, record, upsert } from './dnsSupport.ts'
import { ask, quick, total, until } from './support.ts'

const honest = { share: 0, seconds: 0 }
/** Nobody keeps anything: every request meets the weights. */
const forgetful = { aliasTtlSeconds: 0, resolvers: { minTtl: honest, hold: honest }, clients: { keepMs: 0 } }

t.test('users follow the weights that were written through the SDK', async (t) => {
  const bench = await aDnsLab(t, forgetful)
  t.same(await ask(bench.lab, 50, '/dns'), { old: 50 })
  const four = await members(bench)
  const six = await members(bench, 'AAAA')
  const to = async (blue: number, green: number): Promise<void> =>
    void (await bench.change(
      upsert(four['blue'], blue),
      upsert(four['green'], green),
      upsert(six['blue'], blue),
      upsert(six['green'], green)
    ))
  await to(50, 50)
  const mixed = await ask(bench.lab, 200, '/dns')
  t.ok((mixed['old'] ?? 0) > 50 && (mixed['new'] ?? 0) > 50, JSON.stringify(mixed))
  await to(0, 100)
  t.same(await ask(bench.lab, 50, '/dns'), { new: 50 })
  const { bySideOfRoute } = bench.lab.traffic.record.summary()
  t.equal(bySideOfRoute['api-dns']?.['new']?.requests, 50 + (mixed['new'] ?? 0))
})

t.test('a step that forgets AAAA leaves the users of IPv6 behind', async (t) => {
  const bench = await aDnsLab(t, { ...forgetful, clients: { keepMs: 0, count: 40, ipv6: 0.5 } })
  bench.lab.dns.overwrite(record, { weights: { blue: 0, green: 1 }, types: ['A'] })
  const six = bench.lab.dns.clients.all.filter((one) => one.ipv6).length
  t.same(await ask(bench.lab, 40, '/dns'), { old: six, new: 40 - six })
})

t.test('caches and connections keep users where they were', async (t) => {
  const bench = await aDnsLab(t, { aliasTtlSeconds: 3600, clients: { count: 20, keepMs: 0 } })
  const { lab } = bench
  // Every resolver has been asked both ways; none of their answers is due within this test.
  for (const one of lab.dns.resolvers.all) {
    for (const type of ['A', 'AAAA']) await one.find({ name: record, type })
  }
  lab.dns.overwrite(record, { weights: { blue: 0, green: 1 } })
  const kept = await ask(lab, 40, '/dns')
  t.ok((kept['old'] ?? 0) >= 36, JSON.stringify(kept))
  lab.dns.clients.setKeepMs(3_600_000)
  await ask(lab, 20, '/dns')
  lab.dns.resolvers.flush()
  const pooled = await ask(lab, 20, '/dns')
  t.ok((pooled['old'] ?? 0) >= 18, JSON.stringify(pooled))
  lab.dns.clients.setKeepMs(0)
  t.same(await ask(lab, 20, '/dns'), { new: 20 })
})

t.test('where a name leads nowhere users get no answer, and come back with it', async (t) => {
  const bench = await aDnsLab(t, { ...forgetful, overUdp: 100 })
  const zone = bench.lab.dns.zones.all[0]
  bench.lab.dns.overwrite(record, { remove: ['blue', 'green'] })
  t.same(await ask(bench.lab, 10, '/dns'), { none: 10 })
  t.equal(bench.lab.traffic.record.summary().errors, 10)
  zone?.submit([{ action: 'CREATE', record: { name: `${record}.`, type: 'A', ttl: 0, values: ['127.0.0.3'] } }])
  bench.lab.dns.resolvers.flush()
  t.same(await ask(bench.lab, 10, '/dns'), { new: 10 })
})

const lbMetric = ({ lab }: DnsBench, name: string, lb: string) => ({
  Id: 'm',
  MetricStat: {
    Metric: {
      Namespace: 'AWS/ApplicationELB',
      MetricName: name,
      Dimensions: [{ Name: 'LoadBalancer', Value: dimensionOf(lab.arns.loadBalancer(lb)) }]
    },
    Period: 1,
    Stat: 'Sum'
  }
})

t.test('each load balancer has its own metrics, errors of its own included', async (t) => {
  const bench = await aDnsLab(t, forgetful, quick)
  const sum = (name: string, lb: string) => total(bench, lbMetric(bench, name, lb))
  const ten = (name: string, lb: string) => until(`10 ${name} at ${lb}`, async () => (await sum(name, lb)) === 10)
  await ask(bench.lab, 10, '/dns')
  await ten('RequestCount', 'shop-old')
  t.equal(await sum('RequestCount', 'shop-new'), undefined)
  bench.lab.dns.overwrite(record, { weights: { blue: 0, green: 1 } })
  await bench.lab.cluster('new').crash()
  await ask(bench.lab, 10, '/dns')
  await ten('HTTPCode_ELB_502_Count', 'shop-new')
  t.equal(await sum('HTTPCode_ELB_5XX_Count', 'shop-old'), undefined)
  t.equal(await sum('HTTPCode_ELB_5XX_Count', 'shop'), undefined)
})

t.test('the load balancers are there for the describing calls', async (t) => {
  const { lab, elb } = await aDnsLab(t)
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}))
  t.same(
    LoadBalancers.map((one) => [one.LoadBalancerName, one.IpAddressType]),
    [
      ['shop', 'ipv4'],
      ['shop-old', 'dualstack'],
      ['shop-new', 'dualstack']
    ]
  )
  const alias = lab.dns.zones.all[0]?.records().find((one) => one.setIdentifier === 'green')?.alias
  t.equal(alias?.dnsName, `dualstack.${LoadBalancers[2]?.DNSName}.`)
  t.equal(alias?.hostedZoneId, LoadBalancers[2]?.CanonicalHostedZoneId)
  const groups = await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: lab.arns.loadBalancer('shop-new') }))
  t.same(
    groups.TargetGroups?.map((one) => one.TargetGroupName),
    ['shop-new-dns']
  )
  const TargetGroupArn = lab.arns.targetGroup('shop-new-dns')
  const health = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  t.same(
    health.TargetHealthDescriptions?.map((one) => one.TargetHealth?.State),
    ['healthy', 'healthy', 'healthy']
  )
  const [one, other] = ['dns-old', 'dns-new'].map((name) => new URL(lab.urlOf(name)))
  t.equal(one?.port, other?.port, 'one port')
  t.not(one?.hostname, other?.hostname)
})

t.test('EvaluateTargetHealth takes an unhealthy side out, whatever its weight', async (t) => {
  const { lab } = await aDnsLab(t, forgetful, { spec: dnsSpec({ evaluateTargetHealth: true }) })
  const address = () => lab.dns.authority({ name: record, type: 'A' }).answers[0]?.data
  t.equal(address(), '127.0.0.2')
  lab.cluster('old').set({ healthy: false })
  await until('old is out', () => address() === '127.0.0.3')
  lab.cluster('new').set({ healthy: false })
  await until('nobody is healthy', () => address() === '127.0.0.2')
})

t.test('the migration that fits has the DNS route', async (t) => {
  const { lab } = await aDnsLab(t)
  const migration = migrationObject(lab)
  t.same(parse(migrationYaml(lab)), migration)
  t.same(
    migration.routes.map((route) => route.type),
    ['alb', 'alb', 'route53']
  )
  const side = (setIdentifier: string, cluster: string) => ({
    setIdentifier,
    loadBalancer: lab.arns.loadBalancer(`shop-${cluster}`),
    vars: { cluster }
  })
  t.same(migration.routes[2], {
    name: 'api-dns',
    type: 'route53',
    hostedZone: HostedZoneId,
    record,
    recordTypes: ['A', 'AAAA'],
    old: side('blue', 'old'),
    new: side('green', 'new')
  })
  const back = migrationObject(lab, { old: 'new', new: 'old', routes: ['api-dns'] })
  t.match(back.routes, [{ old: side('green', 'new'), new: side('blue', 'old') }])
  t.match(introduction(lab), new RegExp(`dig @127.0.0.1 -p ${lab.dns.port} ${record}`))
})

t.test('the control API shows and changes records', async (t) => {
  const { lab } = await aDnsLab(t)
  const call = async (path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${lab.controlUrl}${path}`, sent)
    return [answer.status, (await answer.json()) as unknown] as const
  }
  t.match(await call('/lab/dns'), [
    200,
    {
      server: { port: lab.dns.port },
      zones: [{ id: HostedZoneId, name: 'example.com.' }],
      resolvers: { count: 100, hold: 2 }
    }
  ])
  t.match(await call(`/lab/records/${record}`, { weights: { green: 7 }, types: ['AAAA'] }), [
    200,
    { zoneId: HostedZoneId }
  ])
  t.same(
    [lab.dns.weights(record), lab.dns.weights(record, 'AAAA')],
    [
      { blue: 100, green: 0 },
      { blue: 100, green: 7 }
    ]
  )
  t.match(await call(`/lab/records/${record}`, { weights: { red: 7 } }), [400, { error: /red; there are blue, green/ }])
  t.match(await call(`/lab/records/${record}`, { weights: { green: 256 } }), [400, { error: /255/ }])
  t.match(await call(`/lab/records/${record}`, {}), [400, { error: /weights/ }])
  t.match(await call('/lab/records/example.org', { weights: {} }), [400, { error: /no zone/ }])
  t.match(await call(`/lab/records/${record}`), [200, [{ type: 'A', setIdentifier: 'blue', weight: 100 }]])
  t.match(await call('/lab/records'), [200, { 'example.com': [{ type: 'NS' }] }])
  t.match(await call('/lab/dns', { aliasTtlSeconds: 2, keepMs: 0 }), [200, { aliasTtlSeconds: 2 }])
  t.equal(lab.dns.knobs.aliasTtlSeconds, 2)
  t.match(await call('/lab/dns', { ttl: 2 }), [400, { error: /ttl; known/ }])
  t.match(await call('/lab/health-checks/hc1', { healthy: false }), [200, { hc1: false }])
  t.equal(lab.dns.healthChecks.get('hc1'), false)
})

t.test('load balancers in DNS find a port that is free on all of their addresses', async (t) => {
  const world = createWorld(dnsSpec(), { region: 'r', propagationMs: 0, readLagMs: 0 })
  const list = world.loadBalancers.slice(1)
  const taken: number[] = []
  let refusals = 2
  const start = async (lb: LoadBalancer): Promise<() => Promise<void>> => {
    const server = createServer()
    const [listener] = lb.listeners
    if (listener === undefined) throw new Error('a listener')
    if (lb.host === '127.0.0.3' && refusals > 0) {
      refusals -= 1
      taken.push(listener.port)
      throw Object.assign(new Error('taken'), { code: 'EADDRINUSE' })
    }
    listener.port = await listen(server, listener.port, lb.host)
    return () => shut(server)
  }
  const stop = await startOnOnePort(list, start)
  t.equal(taken.length, 2)
  t.equal(new Set(list.map((one) => one.listeners[0]?.port)).size, 1)
  await stop()
  const none = () => Promise.reject(Object.assign(new Error('no'), { code: 'EADDRNOTAVAIL' }))
  await t.rejects(startOnOnePort(list, none), /127\.0\.0\.2 and 127\.0\.0\.3; on macOS/)
})

t.test('a lab without DNS has no zone, and nobody asks it for one', async (t) => {
  const bench = await aDnsLab(t)
  t.equal(bench.lab.dns.zones.all.length, 1)
  const { startLab } = await import('../../src/lab/lab.ts')
  const plain = await startLab()
  t.teardown(() => plain.close())
  t.same([plain.dns.zones.all, plain.dns.routes], [[], []])
  t.same(plain.dns.authority({ name: record, type: 'A' }).rcode, 'REFUSED')
  t.notOk(introduction(plain).includes('dig'))
})
