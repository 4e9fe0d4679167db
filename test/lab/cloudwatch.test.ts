// GetMetricData and DescribeAlarms through the pinned SDK.

import { DescribeAlarmsCommand, GetMetricDataCommand, paginateGetMetricData } from '@aws-sdk/client-cloudwatch'
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import t from 'tap'
import type { Bench } from './support.ts'
import { aLab, ask, metric, quick, total, until } from './support.ts'

const custom = { namespace: 'Shop', name: 'Checkout', dimensions: { Cluster: 'new' } }
const query = (Id: string, change: Partial<MetricDataQuery['MetricStat']> = {}): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: { Namespace: 'Shop', MetricName: 'Checkout', Dimensions: [{ Name: 'Cluster', Value: 'new' }] },
    Period: 1,
    Stat: 'Sum',
    ...change
  }
})
/** An hour ago, on a whole minute: everything put there is visible and complete. */
const past = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000
const window = { StartTime: new Date(past), EndTime: new Date(past + 60_000) }

async function askOne({ cloudwatch }: Bench, one: MetricDataQuery, change = {}) {
  const answer = await cloudwatch.send(new GetMetricDataCommand({ ...window, MetricDataQueries: [one], ...change }))
  return answer.MetricDataResults?.[0]
}

t.test('what CloudWatch shows is what the requests did; what never happened is absent, not zero', async (t) => {
  const bench = await aLab(t, { ...quick, partialShare: 0.3, partialMs: 50 })
  const { lab } = bench
  await ask(lab, 40)
  await ask(lab, 20, '/api/1')
  lab.cluster('old').set({ errorRate: 1 })
  await ask(lab, 5)
  const requests = metric(lab, 'RequestCount', 'shop-old-web')
  await until('all are visible', async () => (await total(bench, requests)) === 45)
  await until('all are visible', async () => (await total(bench, metric(lab, 'RequestCount'))) === 65)
  t.equal(await total(bench, metric(lab, 'HTTPCode_Target_2XX_Count', 'shop-old-web')), 40)
  t.equal(await total(bench, metric(lab, 'HTTPCode_Target_5XX_Count', 'shop-old-web')), 5)
  t.equal(await total(bench, metric(lab, 'HTTPCode_Target_5XX_Count', 'shop-old-api')), undefined)
  t.equal(await total(bench, metric(lab, 'HTTPCode_ELB_5XX_Count')), undefined, "a target's 500 is not the balancer's")
  t.equal(await total(bench, metric(lab, 'RequestCount', 'shop-new-web')), undefined)
  t.equal(await total(bench, metric(lab, 'TargetResponseTime', 'shop-old-web', 'SampleCount')), 45)
  const absent = await bench.cloudwatch.send(
    new GetMetricDataCommand({ ...window, MetricDataQueries: [metric(lab, 'RequestCount', 'shop-new-web')] })
  )
  t.match(absent.MetricDataResults?.[0], { StatusCode: 'Complete', Values: [], Timestamps: [] })
})

t.test('a fresh period is partial and is revised upward', async (t) => {
  const bench = await aLab(t, { ...quick, partialMs: 700 })
  const { lab } = bench
  const at = Date.now()
  for (let count = 0; count < 10; count += 1) lab.metrics.put(custom, 1, at, count === 0)
  const seen: number[] = []
  await until('it is complete', async () => {
    const sum = await total(bench, query('checkout'))
    if (sum !== undefined && sum !== seen.at(-1)) seen.push(sum)
    return sum === 10
  })
  t.same(seen, [9, 10])
})

t.test('points come newest first unless asked otherwise, with times as dates', async (t) => {
  const bench = await aLab(t)
  for (const second of [0, 1, 2]) bench.lab.metrics.put(custom, second + 1, past + second * 1000)
  t.same((await askOne(bench, query('a')))?.Values, [3, 2, 1])
  const ascending = await askOne(bench, query('a'), { ScanBy: 'TimestampAscending' })
  t.same(ascending?.Values, [1, 2, 3])
  t.same(ascending?.Timestamps?.[1], new Date(past + 1000))
  const inner = { StartTime: new Date(past + 1000), EndTime: new Date(past + 2000) }
  t.same((await askOne(bench, query('a'), inner))?.Values, [2], 'start inclusive, end exclusive')
})

t.test('a series can straddle pages, and all pages together are the whole', async (t) => {
  const bench = await aLab(t)
  const { lab, cloudwatch } = bench
  for (let second = 0; second < 7; second += 1) lab.metrics.put(custom, second, past + second * 1000)
  const absent = query('b', { Metric: { Namespace: 'Shop', MetricName: 'Nothing' } })
  const MetricDataQueries = [query('a'), absent, query('c', { Stat: 'Maximum' })]
  lab.cloudwatch.pageSize = 3
  const values = new Map<string, number[]>()
  const statuses: string[] = []
  for await (const page of paginateGetMetricData({ client: cloudwatch }, { ...window, MetricDataQueries })) {
    for (const one of page.MetricDataResults ?? []) {
      values.set(one.Id ?? '', [...(values.get(one.Id ?? '') ?? []), ...(one.Values ?? [])])
      statuses.push(`${one.Id} ${one.StatusCode}`)
    }
  }
  const down = [6, 5, 4, 3, 2, 1, 0]
  t.same(Object.fromEntries(values), { a: down, b: [], c: down })
  const parts = [
    'a PartialData',
    'a PartialData',
    'a Complete',
    'b Complete',
    'c PartialData',
    'c PartialData',
    'c Complete'
  ]
  t.same(statuses, parts)
  const bad = new GetMetricDataCommand({ ...window, MetricDataQueries, NextToken: 'nonsense' })
  await t.rejects(cloudwatch.send(bad), { name: 'InvalidNextToken' })
})

t.test('a result can be no evidence although the call succeeds', async (t) => {
  const bench = await aLab(t)
  const { lab } = bench
  lab.metrics.put(custom, 1, past)
  for (const [status, values] of [
    ['Forbidden', 0],
    ['InternalError', 0],
    ['PartialData', 1]
  ] as const) {
    lab.cloudwatch.queryStatus.set('Checkout', status)
    const one = await askOne(bench, query('a'))
    t.equal(one?.StatusCode, status)
    t.equal(one?.Values?.length, values)
    t.equal(one?.Messages?.[0]?.Code, status)
  }
})

t.test('what AWS refuses is refused', async (t) => {
  const { cloudwatch } = await aLab(t)
  const many = Array.from({ length: 501 }, (_, at) => query(`q${at}`))
  const refused = [
    ['501 queries', { MetricDataQueries: many }, 'ValidationException'],
    ['an id that begins with a capital', { MetricDataQueries: [query('Upper')] }, 'ValidationException'],
    ['one id twice', { MetricDataQueries: [query('a'), query('a')] }, 'ValidationException'],
    ['a period of 7 s', { MetricDataQueries: [query('a', { Period: 7 })] }, 'InvalidParameterValueException'],
    ['a period of 90 s', { MetricDataQueries: [query('a', { Period: 90 })] }, 'InvalidParameterValueException'],
    ['an unknown statistic', { MetricDataQueries: [query('a', { Stat: 'Median' })] }, 'InvalidParameterValueException'],
    ['a window of nothing', { MetricDataQueries: [query('a')], EndTime: window.StartTime }, 'ValidationException']
  ] as const
  for (const [what, change, name] of refused) {
    const command = new GetMetricDataCommand({ ...window, ...change, MetricDataQueries: [...change.MetricDataQueries] })
    await t.rejects(cloudwatch.send(command), { name, $metadata: { httpStatusCode: 400 } }, what)
  }
  const ok = await cloudwatch.send(new GetMetricDataCommand({ ...window, MetricDataQueries: many.slice(1) }))
  t.equal(ok.MetricDataResults?.length, 500)
})

t.test('alarms are told by name; unknown names are absent, composite alarms only when asked for', async (t) => {
  const { lab, cloudwatch } = await aLab(t)
  lab.alarms.set('slo', { state: 'ALARM', reason: 'burning' })
  lab.alarms.set('all', { state: 'OK', type: 'CompositeAlarm' })
  const byDefault = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['slo', 'all', 'nothing'] }))
  t.match(byDefault.MetricAlarms, [{ AlarmName: 'slo', StateValue: 'ALARM', StateReason: 'burning' }])
  t.equal(byDefault.MetricAlarms?.length, 1)
  t.same(byDefault.CompositeAlarms, [])
  t.type(byDefault.MetricAlarms?.[0]?.StateTransitionedTimestamp, Date)
  const both = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: ['all'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] })
  )
  t.equal(both.CompositeAlarms?.[0]?.StateValue, 'OK')
  for (let at = 0; at < 3; at += 1) lab.alarms.set(`more-${at}`, { state: 'OK', evaluation: 'EVALUATION_ERROR' })
  const first = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'more', MaxRecords: 2 }))
  t.equal(first.MetricAlarms?.[0]?.EvaluationState, 'EVALUATION_ERROR')
  const rest = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: 'more', MaxRecords: 2, NextToken: first.NextToken })
  )
  t.same([first.MetricAlarms?.length, rest.MetricAlarms?.length, rest.NextToken], [2, 1, undefined])
})
