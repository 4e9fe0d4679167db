/**
 * The sign of life over the SDK's own wire into the lab's CloudWatch, and the alarm that waits for it.
 */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { makeAws } from '../../src/aws/aws.ts'
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { systemClock } from '../../src/clock.ts'
import { BEAT_METRIC, cloudwatchHeartbeat, dataOf, NAMESPACE, OPEN_METRIC } from '../../src/heartbeats/cloudwatch.ts'
import { startLab } from '../../src/lab/lab.ts'
import { T0 } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'

const TEMPLATE = new URL('../../deploy/cloudwatch/silence.yaml', import.meta.url)
const short = (tag: string) => ({ tag, resolve: (value: string) => `${tag} ${value}` })

interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
}

function resources(): Readonly<Record<string, Resource>> {
  const customTags = ['!Sub', '!Ref', '!GetAtt'].map(short)
  return parse(readFileSync(TEMPLATE, 'utf8'), { customTags }).Resources
}

void t.test('a beat is what CloudWatch takes: the routes first, the sign of life last', async (t) => {
  const routes = [
    { migration: 'shop', route: 'web', percent: 12.5 },
    { migration: 'shop', route: 'api', percent: 0 },
    { migration: 'shop', route: 'web', percent: 12.5 }
  ]
  const data = dataOf({ at: T0, openShifts: 1, routes })
  t.same(
    data.map(({ MetricName, Value, Unit }) => [MetricName, Value, Unit]),
    [
      ['Percent', 12.5, 'Percent'],
      ['Percent', 0, 'Percent'],
      ['OpenShifts', 1, 'Count'],
      ['Heartbeat', 1, 'Count']
    ]
  )
  t.same(data[0]?.Dimensions, [
    { Name: 'Migration', Value: 'shop' },
    { Name: 'Route', Value: 'web' }
  ])
  t.same(data[0]?.Timestamp, new Date(T0))
})

void t.test('thousands of routes go out in calls that AWS takes, the least urgent of all', async (t) => {
  const sent: { readonly MetricData: readonly unknown[]; readonly Namespace: string }[] = []
  const clock = virtualClock()
  const aws = makeAws({
    clock,
    region: 'eu-west-1',
    clientFor: (service, account, access) => {
      t.same([service, account, access], ['cloudwatch', { region: 'eu-west-1' }, 'write'])
      return {
        send: async (command) => {
          sent.push(command.input as (typeof sent)[number])
          return {} as never
        },
        destroy: () => undefined
      }
    }
  })
  const routes = Array.from({ length: 2_500 }, (_, i) => ({ migration: 'shop', route: `r${i}`, percent: 1 }))
  const call = { urgency: 'observe', deadlineAt: clock.now() + 20_000, signal: new AbortController().signal } as const
  const beat = { at: T0, openShifts: 3, routes }
  await clock.complete(cloudwatchHeartbeat({ aws, region: 'eu-west-1' }).beat(beat, call))
  t.same(
    sent.map(({ MetricData }) => MetricData.length),
    [1_000, 1_000, 502]
  )
  t.ok(sent.every(({ Namespace }) => Namespace === NAMESPACE))
})

void t.test('the alarm looks at the metrics that are published, and needs both halves to page', async (t) => {
  const { Silent, ShiftOpen, SilentDuringShift } = resources()
  t.match(Silent?.Properties, {
    Namespace: NAMESPACE,
    MetricName: BEAT_METRIC,
    Period: 60,
    Statistic: 'SampleCount',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    TreatMissingData: 'breaching'
  })
  t.match(ShiftOpen?.Properties, {
    Namespace: NAMESPACE,
    MetricName: OPEN_METRIC,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    TreatMissingData: 'ignore'
  })
  t.equal(SilentDuringShift?.Properties['AlarmRule'], '!Sub ALARM("${Silent}") AND ALARM("${ShiftOpen}")')
  for (const half of [Silent, ShiftOpen]) t.notOk('AlarmActions' in (half?.Properties ?? {}), 'no half pages alone')
  t.same(SilentDuringShift?.Properties['AlarmActions'], ['!Ref TopicArn'])
})

void t.test('the lab shows what was published, also where it came compressed', async (t) => {
  const lab = await startLab({ metricDelayMs: 0 })
  t.teardown(() => lab.close())
  const saved = { ...process.env }
  t.teardown(() => {
    process.env = saved
  })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region })
  t.teardown(() => aws.close())
  const heartbeat = cloudwatchHeartbeat({ aws, region: lab.region })
  const routes = Array.from({ length: 300 }, (_, i) => ({ migration: 'shop', route: `route-${i}`, percent: 10 }))
  const at = clock.now() - 120_000
  const call = { urgency: 'observe', deadlineAt: clock.now() + 20_000, signal: new AbortController().signal } as const
  await heartbeat.beat({ at, openShifts: 1, routes }, call)
  const client = new CloudWatchClient({ region: lab.region })
  t.teardown(() => client.destroy())
  const query = (id: string, name: string, Dimensions: { Name: string; Value: string }[]) => ({
    Id: id,
    MetricStat: { Metric: { Namespace: NAMESPACE, MetricName: name, Dimensions }, Period: 60, Stat: 'Maximum' }
  })
  const minute = at - (at % 60_000)
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(minute),
      EndTime: new Date(minute + 60_000),
      MetricDataQueries: [
        query('open', OPEN_METRIC, []),
        query('beat', BEAT_METRIC, []),
        query('last', 'Percent', [
          { Name: 'Migration', Value: 'shop' },
          { Name: 'Route', Value: 'route-299' }
        ])
      ]
    })
  )
  t.same(
    MetricDataResults?.map(({ Id, Values }) => [Id, Values]),
    [
      ['open', [1]],
      ['beat', [1]],
      ['last', [10]]
    ]
  )
})
