import t from 'tap'
import { AwsFailure, type FailureKind } from '../../src/aws/aws.ts'
import type { Wanted } from '../../src/core/measurement.ts'
import { cloudwatchObserver } from '../../src/observers/index.ts'
import { MINUTE, SECOND, T0 } from '../support/builders.ts'
import { aCall, aQuery, aWanted, codeOf, complete, fakeAws, seriesOf } from './support.ts'
import { setClock } from '../support/setClock.ts'

type Answer = Parameters<typeof fakeAws>[0]

const observe = (answer: Answer, skewMs: number | null = null) => {
  const aws = fakeAws(answer, skewMs)
  return { aws, observer: cloudwatchObserver({ aws, clock: setClock(T0 + 7 * MINUTE) }) }
}

/** What became of one wanted series of three minutes. */
async function one(answer: Answer, wanted: Partial<Wanted> = {}) {
  const { observer } = observe(answer)
  return (await observer.measure([aWanted(wanted)], aCall())).get('requests')
}

const refuse = (kind: FailureKind, code: string) => () => {
  throw new AwsFailure(`cloudwatch GetMetricData: ${code}`, { kind, code })
}

t.test(
  'GetMetricData is asked in ascending order for whole periods, with ids, labels and all dimensions',
  async (t) => {
    const { aws, observer } = observe(() => ({ MetricDataResults: [complete('q0'), complete('q1')] }))
    const lb = aQuery({ metric: 'HTTPCode_ELB_502_Count', dimensions: { LoadBalancer: 'app/shop/1' } })
    await observer.measure([aWanted(), aWanted({ key: 'lb', query: lb })], aCall())
    t.equal(aws.asked.length, 1)
    t.match(aws.asked[0], {
      service: 'cloudwatch',
      account: { region: 'ap-northeast-1' },
      input: {
        StartTime: new Date(T0),
        EndTime: new Date(T0 + 3 * MINUTE),
        ScanBy: 'TimestampAscending',
        MaxDatapoints: 100_800,
        NextToken: undefined
      }
    })
    t.same(aws.asked[0]?.input.MetricDataQueries?.[1], {
      Id: 'q1',
      Label: 'HTTPCode_ELB_502_Count app/shop/1',
      ReturnData: true,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/ApplicationELB',
          MetricName: 'HTTPCode_ELB_502_Count',
          Dimensions: [{ Name: 'LoadBalancer', Value: 'app/shop/1' }]
        },
        Period: 60,
        Stat: 'Sum'
      }
    })
  }
)

t.test('a complete answer is a series, with when it was read and how far the clocks are apart', async (t) => {
  const { observer } = observe(() => ({ MetricDataResults: [complete('q0', [[T0, 0]])] }), -1200)
  const answer = (await observer.measure([aWanted()], aCall())).get('requests')
  t.match(answer, { kind: 'series', readAt: T0 + 7 * MINUTE, skewMs: -1200 })
  t.same(seriesOf(answer), [[T0, 0]], 'a value of 0 is a value')
})

t.test('FM-36: HTTP 200 with anything but Complete is no evidence', async (t) => {
  for (const status of ['PartialData', 'InternalError', 'Forbidden']) {
    t.equal(codeOf(await one(() => ({ MetricDataResults: [complete('q0', [[T0, 5]], status)] }))), status)
  }
  t.equal(codeOf(await one(() => ({ MetricDataResults: [] }))), 'NoAnswer')
  t.equal(codeOf(await one(() => ({}))), 'NoAnswer')
  t.equal(codeOf(await one(() => ({ MetricDataResults: [{ Id: 'q0', Timestamps: [], Values: [] }] }))), 'NoAnswer')
})

t.test("AWS's messages of both levels are in the detail", async (t) => {
  const answer = await one(() => ({
    Messages: [{ Code: 'MaxMetricsExceeded', Value: 'too many' }],
    MetricDataResults: [{ ...complete('q0', [], 'InternalError'), Messages: [{ Code: 'Oops', Value: 'try later' }] }]
  }))
  t.match(answer, { kind: 'unusable', detail: /RequestCount.*Oops: try later.*MaxMetricsExceeded: too many/ })
})

t.test('one unusable query leaves the others usable', async (t) => {
  const { observer } = observe(() => ({
    MetricDataResults: [complete('q0', [[T0, 5]]), complete('q1', [], 'Forbidden')]
  }))
  const answers = await observer.measure(
    [aWanted(), aWanted({ key: 'other', query: aQuery({ metric: 'X' }) })],
    aCall()
  )
  t.same(seriesOf(answers.get('requests')), [[T0, 5]])
  t.equal(codeOf(answers.get('other')), 'Forbidden')
})

t.test('partial data is completed by the next page', async (t) => {
  const { aws, observer } = observe((_, n) =>
    n === 0
      ? { NextToken: 'more', MetricDataResults: [complete('q0', [[T0, 5]], 'PartialData')] }
      : { MetricDataResults: [complete('q0', [[T0 + MINUTE, 6]])] }
  )
  const answer = (await observer.measure([aWanted()], aCall())).get('requests')
  t.same(seriesOf(answer), [
    [T0, 5],
    [T0 + MINUTE, 6]
  ])
  t.equal(aws.asked[1]?.input.NextToken, 'more')
  t.same(aws.asked[1]?.input.MetricDataQueries, aws.asked[0]?.input.MetricDataQueries)
})

t.test('what is still partial on the last page, or never ends, is unusable', async (t) => {
  const still = (n: number) => ({
    MetricDataResults: [complete('q0', [], 'PartialData')],
    ...(n < 2 ? { NextToken: `${n}` } : {})
  })
  t.equal(codeOf(await one((_, n) => still(n))), 'PartialData')
  const endless = () => ({ NextToken: 'again', MetricDataResults: [complete('q0')] })
  t.equal(codeOf(await one(endless)), 'PartialData')
})

t.test('a failure on one page is not mended by the next', async (t) => {
  const pages = ['InternalError', 'Complete']
  const answer = await one((_, n) => ({
    MetricDataResults: [complete('q0', [], pages[n])],
    ...(n === 0 ? { NextToken: 'more' } : {})
  }))
  t.equal(codeOf(answer), 'InternalError')
})

t.test('FM-24: a point at the end of the window is dropped, as is one from before it', async (t) => {
  const answer = await one(() => ({
    MetricDataResults: [
      complete('q0', [
        [T0 - MINUTE, 1],
        [T0, 2],
        [T0 + 2 * MINUTE, 3],
        [T0 + 3 * MINUTE, 4]
      ])
    ]
  }))
  t.same(seriesOf(answer), [
    [T0, 2],
    [T0 + 2 * MINUTE, 3]
  ])
})

t.test('points off the boundaries, values that are no numbers, and contradictions are refused', async (t) => {
  const answers = [
    complete('q0', [[T0 + 1, 5]]),
    complete('q0', [[T0, NaN]]),
    complete('q0', [[T0, Infinity]]),
    { ...complete('q0', [[T0, 5]]), Values: [] },
    { ...complete('q0', [[T0, 5]]), Values: [5, 6] },
    complete('q0', [
      [T0, 5],
      [T0, 6]
    ])
  ]
  for (const answer of answers) t.equal(codeOf(await one(() => ({ MetricDataResults: [answer] }))), 'InvalidData')
})

t.test('windows that AWS could not answer are refused without a call', async (t) => {
  const { aws, observer } = observe(() => ({ MetricDataResults: [complete('q0', [[T0, 5]])] }))
  const answers = await observer.measure(
    [
      aWanted({ key: 'odd', from: T0 + 1 }),
      aWanted({ key: 'empty', to: T0 }),
      aWanted({ key: 'long', to: T0 + 100_801 * MINUTE }),
      aWanted({ key: 'half', periodMs: 500 }),
      aWanted()
    ],
    aCall()
  )
  for (const key of ['odd', 'empty', 'long', 'half']) t.equal(codeOf(answers.get(key)), 'InvalidWindow', key)
  t.same(seriesOf(answers.get('requests')), [[T0, 5]], 'the others are answered')
  t.equal(aws.asked.length, 1)
})

t.test('FM-36: throttling, time-outs and other failures are data, not exceptions', async (t) => {
  t.match(await one(refuse('throttled', 'ThrottlingException')), {
    kind: 'unusable',
    code: 'ThrottlingException',
    detail: 'cloudwatch GetMetricData: ThrottlingException'
  })
  t.equal(codeOf(await one(refuse('timeout', 'Timeout'))), 'Timeout')
  t.equal(codeOf(await one(refuse('refused', 'ExpiredTokenException'))), 'ExpiredTokenException')
  t.equal(codeOf(await one(refuse('refused', 'AccessDeniedException'))), 'Forbidden')
  await t.rejects(
    one(() => {
      throw new TypeError('a bug')
    }),
    /a bug/
  )
})

t.test('each account is asked for itself, and one that fails does not blind the others', async (t) => {
  const roleArn = 'arn:aws:iam::222233334444:role/metrics'
  const { aws, observer } = observe(({ account }) => {
    if (account.roleArn === roleArn) throw new AwsFailure('no', { kind: 'throttled', code: 'Throttling' })
    return { MetricDataResults: [complete('q0', [[T0, 5]])] }
  })
  const answers = await observer.measure(
    [
      aWanted(),
      aWanted({ key: 'role', account: { region: 'ap-northeast-1', roleArn } }),
      aWanted({ key: 'external', account: { region: 'ap-northeast-1', roleArn, externalId: 'x' } }),
      aWanted({ key: 'region', account: { region: 'us-east-1' } })
    ],
    aCall()
  )
  t.equal(aws.asked.length, 4)
  t.equal(new Set(aws.asked.map(({ account }) => JSON.stringify(account))).size, 4)
  t.equal(codeOf(answers.get('role')), 'Throttling')
  t.same(seriesOf(answers.get('requests')), [[T0, 5]])
  t.same(seriesOf(answers.get('region')), [[T0, 5]])
})

/** Answers every query with one value, its own number, in every period of the call. */
const everyQuery: Answer = ({ input }) => ({
  MetricDataResults: (input.MetricDataQueries ?? []).map((query) =>
    complete(query.Id ?? '', [[input.StartTime?.getTime() ?? 0, Number(query.MetricStat?.Metric?.MetricName)]])
  )
})

t.test('at most 500 queries a call, and every one gets its own answer', async (t) => {
  const { aws, observer } = observe(everyQuery)
  const wanted = Array.from({ length: 1201 }, (_, i) => aWanted({ key: `k${i}`, query: aQuery({ metric: `${i}` }) }))
  const answers = await observer.measure(wanted, aCall())
  t.same(
    aws.asked.map(({ input }) => input.MetricDataQueries?.length).toSorted((a = 0, b = 0) => a - b),
    [201, 500, 500]
  )
  t.ok(wanted.every(({ key }, i) => seriesOf(answers.get(key))[0]?.[1] === i))
})

t.test('at most 100,800 datapoints a call', async (t) => {
  const { aws, observer } = observe(everyQuery)
  const wanted = [0, 1, 2].map((i) =>
    aWanted({ key: `k${i}`, query: aQuery({ metric: `${i}` }), to: T0 + 50_400 * MINUTE })
  )
  const answers = await observer.measure(wanted, aCall())
  t.same(
    aws.asked.map(({ input }) => input.MetricDataQueries?.length).toSorted((a = 0, b = 0) => a - b),
    [1, 2]
  )
  t.equal(answers.size, 3)
})

t.test('periods of different length are asked in calls of their own, windows of one length together', async (t) => {
  const { aws, observer } = observe(({ input }) => ({
    MetricDataResults: (input.MetricDataQueries ?? []).map(({ Id = '', MetricStat }) => {
      const step = (MetricStat?.Period ?? 60) * SECOND
      const starts: (readonly [number, number])[] = []
      for (let at = input.StartTime?.getTime() ?? 0; at < (input.EndTime?.getTime() ?? 0); at += step)
        starts.push([at, 1])
      return complete(Id, starts)
    })
  }))
  const answers = await observer.measure(
    [
      aWanted({ key: 'a', from: T0, to: T0 + MINUTE }),
      aWanted({ key: 'b', from: T0 + 4 * MINUTE, to: T0 + 5 * MINUTE }),
      aWanted({ key: 'c', periodMs: SECOND, from: T0, to: T0 + 2 * SECOND })
    ],
    aCall()
  )
  t.same(
    aws.asked.map(({ input }) => input.MetricDataQueries?.[0]?.MetricStat?.Period).toSorted((a = 0, b = 0) => a - b),
    [1, 60]
  )
  t.same(seriesOf(answers.get('a')), [[T0, 1]])
  t.same(seriesOf(answers.get('b')), [[T0 + 4 * MINUTE, 1]])
  t.equal(seriesOf(answers.get('c')).length, 2)
})
