import {
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataResult
} from '@aws-sdk/client-cloudwatch'
import t from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { virtualClock } from './virtual.ts'
import { ask, sums, type Asked } from './world/ask.ts'
import { dated } from './world/dated.ts'
import type { WorldOptions } from './world/spec.ts'
import { makeWorld, type World } from './world/world.ts'

const MINUTE = 60_000
const half = { name: 'web', weights: { old: 1, new: 1 } }
const requestsOfNew: Asked = { metric: 'RequestCount', side: 'new' }

/** Of `web`, with no latency, so that a read is of the instant when it is made. */
function quick(options: Partial<WorldOptions> = {}): World {
  return makeWorld({ clock: virtualClock(), rps: 100, latency: 0, routes: [half], ...options })
}

async function read(world: World, asked: readonly Asked[], from: number, to: number, period = 60): Promise<number[][]> {
  const window = { from: world.startedAt + from, to: world.startedAt + to, period }
  const output = await ask(world, sums(world, 'web', asked, window))
  return (output.MetricDataResults ?? []).map((result) => valuesOf(result))
}
const valuesOf = (result: MetricDataResult | undefined): number[] => result?.Values ?? []

t.test('counts are by target group, and what the load balancer answers itself only by load balancer', async (t) => {
  const world = quick()
  world.new.errorRate = 0.1
  world.new.badGatewayRate = 0.01
  world.old.clientErrorRate = 0.2
  await world.clock.advance('2m')
  const asked: Asked[] = [
    { metric: 'RequestCount', side: 'old' },
    requestsOfNew,
    { metric: 'RequestCount' },
    { metric: 'HTTPCode_Target_5XX_Count', side: 'new' },
    { metric: 'HTTPCode_Target_4XX_Count', side: 'old' },
    { metric: 'HTTPCode_Target_2XX_Count', side: 'new' },
    { metric: 'HTTPCode_ELB_502_Count' },
    { metric: 'HTTPCode_ELB_5XX_Count' },
    { metric: 'HTTPCode_ELB_5XX_Count', side: 'new' },
    { metric: 'NoSuchMetric', side: 'new' }
  ]
  t.same(await read(world, asked, 0, MINUTE), [[3000], [3000], [6000], [300], [600], [2670], [30], [30], [], []])
})

t.test('what is zero is absent, complete and without a value', async (t) => {
  const world = quick()
  world.targets.set('web', 'new', { healthy: 0, total: 0 })
  await world.clock.advance('2m')
  const window = { from: world.startedAt, to: world.startedAt + MINUTE }
  const asked: Asked[] = [
    { metric: 'HTTPCode_Target_5XX_Count', side: 'old' },
    requestsOfNew,
    { metric: 'HTTPCode_ELB_503_Count' }
  ]
  const output = await ask(world, sums(world, 'web', asked, window))
  t.same(
    output.MetricDataResults?.map((result) => [result.StatusCode, result.Values]),
    [
      ['Complete', []],
      ['Complete', []],
      ['Complete', [3000]]
    ],
    'requests that found no target are in no RequestCount'
  )
  world.traffic.stop()
  await world.clock.advance('5m')
  t.same(await read(world, [{ metric: 'RequestCount' }], 3 * MINUTE, 4 * MINUTE), [[]])
})

t.test('the newest minutes are late and partial', async (t) => {
  const world = quick({ metrics: { delay: '90s' } })
  const newest = () => read(world, [requestsOfNew], 0, 2 * MINUTE)
  await world.clock.run('90s')
  t.same(await newest(), [[]])
  await world.clock.run('100s')
  t.same(await newest(), [[500]])
  await world.clock.run('150s')
  t.same(await newest(), [[3000]])
  await world.clock.run('160s')
  t.same(await newest(), [[3000, 500]])
  world.faults.metricsDelay('10m')
  t.same(await newest(), [[]])
})

t.test('a world can keep the newest period back until it is whole, and raise it later', async (t) => {
  const world = quick({ metrics: { delay: '60s', partial: false, late: { share: 0.2, after: '30s' } } })
  const first = () => read(world, [requestsOfNew], 0, MINUTE)
  await world.clock.run('119s')
  t.same(await first(), [[]])
  await world.clock.run('120s')
  t.same(await first(), [[2400]])
  await world.clock.run('149s')
  t.same(await first(), [[2400]])
  await world.clock.run('150s')
  t.same(await first(), [[3000]])
})

t.test('there is traffic from before the start, to begin with', async (t) => {
  const world = quick({ past: '3m' })
  t.same(await read(world, [requestsOfNew], -10 * MINUTE, -MINUTE), [[3000, 3000]])
  t.equal(world.served().all.requests, 0, 'which is not counted as served since the start')
})

t.test('periods under a minute, and windows that begin within a period', async (t) => {
  const world = quick()
  await world.clock.advance('5m')
  t.same(await read(world, [requestsOfNew], 0, 30_000, 10), [[500, 500, 500]])
  t.same(await read(world, [requestsOfNew], 90_000, 2 * MINUTE), [[3000]], 'the start is rounded down')
  t.same(await read(world, [requestsOfNew], 0, 5 * MINUTE, 300), [[12_000]], 'with what is known of it')
  for (const period of [0, 7, 90])
    await t.rejects(read(world, [requestsOfNew], 0, MINUTE, period), { name: 'ValidationError' })
})

t.test('two routes with the same pair of groups are one metric, another load balancer is another one', async (t) => {
  const world = quick({
    routes: [half, { ...half, name: 'api', groupsOf: 'web' }, { ...half, name: 'else', alb: 'second' }]
  })
  await world.clock.advance('2m')
  t.same(await read(world, [requestsOfNew, { metric: 'RequestCount' }], 0, MINUTE), [[6000], [12_000]])
  const { arns } = world.route('web')
  t.not(world.route('else').arns.loadBalancer, arns.loadBalancer)
})

t.test('a scenario can make answers unusable: by status, by metric, for a time', async (t) => {
  const world = quick()
  await world.clock.advance('3m')
  world.faults.metrics('PartialData', '4m', (query) => query.metric.startsWith('HTTPCode'))
  const lift = world.faults.metrics('missing', undefined, (query) => query.metric === 'RequestCount')
  const window = { from: world.startedAt, to: world.startedAt + MINUTE }
  const asked: Asked[] = [requestsOfNew, { metric: 'HTTPCode_Target_2XX_Count', side: 'new' }]
  const statuses = async () => {
    const output = await ask(world, sums(world, 'web', asked, window))
    return output.MetricDataResults?.map((result) => `${result.StatusCode} ${valuesOf(result).join()}`)
  }
  t.same(await statuses(), ['Complete ', 'PartialData '])
  lift()
  t.same(await statuses(), ['Complete 3000', 'PartialData '])
  await world.clock.run('4m')
  t.same(await statuses(), ['Complete 3000', 'Complete 3000'])
  world.faults.metrics('Forbidden')
  t.same(await statuses(), ['Forbidden ', 'Forbidden '])
  world.faults.clear()
  world.faults.metrics('InternalError')
  t.same(await statuses(), ['InternalError ', 'InternalError '])
})

t.test('results go on over pages, and newest first where nothing else is asked for', async (t) => {
  const world = quick()
  await world.clock.advance('10m')
  const window = { from: world.startedAt, to: world.startedAt + 3 * MINUTE }
  const asked: Asked[] = [requestsOfNew, { metric: 'RequestCount' }]
  const found = new Map<string, number[]>()
  let [NextToken, pages]: [string | undefined, number] = [undefined, 0]
  do {
    const output: GetMetricDataCommandOutput = await ask(
      world,
      sums(world, 'web', asked, window, { MaxDatapoints: 2, ScanBy: 'TimestampDescending', NextToken })
    )
    for (const { Id = '', Timestamps = [] } of output.MetricDataResults ?? []) {
      const minutes = Timestamps.map((at) => (at.getTime() - world.startedAt) / MINUTE)
      found.set(Id, [...(found.get(Id) ?? []), ...minutes])
    }
    const partial = output.MetricDataResults?.some((result) => result.StatusCode === 'PartialData')
    NextToken = output.NextToken
    pages += 1
    t.equal(partial, NextToken !== undefined)
  } while (NextToken !== undefined)
  t.equal(pages, 3)
  t.same(found.get('q0'), [2, 1, 0])
  t.same(found.get('q1'), [2, 1, 0])
})

t.test('what no query can be is refused', async (t) => {
  const world = quick()
  const window = { from: world.startedAt, to: world.startedAt + MINUTE }
  const wrong = [
    sums(world, 'web', [], window),
    sums(
      world,
      'web',
      Array.from({ length: 501 }, () => requestsOfNew),
      window
    ),
    sums(world, 'web', [requestsOfNew], { from: window.to, to: window.from }),
    sums(world, 'web', [requestsOfNew], window, { NextToken: 'x' }),
    new GetMetricDataCommand({
      StartTime: new Date(window.from),
      EndTime: new Date(window.to),
      MetricDataQueries: [{ Id: 'a', Expression: '1' }]
    }),
    new GetMetricDataCommand({
      StartTime: new Date(window.from),
      EndTime: new Date(window.to),
      MetricDataQueries: [{ Id: 'Upper' }]
    })
  ]
  for (const command of wrong) await t.rejects(ask(world, command), { name: 'ValidationError', $fault: 'client' })
})

t.test("AWS's clock may differ from ours: its periods do then, and its date can be told", async (t) => {
  const world = quick({ skew: 30_000 })
  await world.clock.advance('30s')
  world.new.errorRate = 1
  await world.clock.advance('5m')
  const errors: Asked = { metric: 'HTTPCode_Target_5XX_Count', side: 'new' }
  t.same(await read(world, [errors], 0, 2 * MINUTE), [[3000]], 'our 0:30 is the beginning of its minute 1')
  const aws = dated(makeAws({ clock: world.clock, region: world.region, clientFor: world.client }), 30_000)
  const call = {
    urgency: 'observe' as const,
    deadlineAt: world.clock.now() + 5000,
    signal: new AbortController().signal
  }
  const command = sums(world, 'web', [errors], { from: world.startedAt + MINUTE, to: world.startedAt + 2 * MINUTE })
  const answer = await world.clock.complete(aws.send('cloudwatch', { region: world.region }, command, call))
  t.equal(answer.skewMs, 30_000)
  t.same(answer.output.MetricDataResults?.[0]?.Values, [3000])
})

t.test('alarms have the states that a scenario gives them; what has no name is absent', async (t) => {
  const world = quick()
  world.alarms.set('p99', 'OK')
  await world.clock.advance('1m')
  world.alarms.set('p99', 'ALARM')
  world.alarms.set('other', 'INSUFFICIENT_DATA')
  const output = await ask(world, new DescribeAlarmsCommand({ AlarmNames: ['p99', 'none'] }))
  t.match(output.MetricAlarms, [
    { AlarmName: 'p99', StateValue: 'ALARM', StateUpdatedTimestamp: new Date(world.startedAt + MINUTE) }
  ])
  t.equal(output.MetricAlarms?.length, 1)
  const composites = await ask(world, new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm'] }))
  t.same(composites.MetricAlarms, [])
})
