import t from 'tap'
import type { DescribeAlarmsCommandInput, DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch'
import { AwsFailure, makeAws, type Answered, type Aws, type FailureKind } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import type { AccountRef } from '../../src/core/migration.ts'
import { startLab } from '../../src/lab/lab.ts'
import { cloudwatchAlarms } from '../../src/observers/index.ts'
import { T0 } from '../support/builders.ts'
import { aCall } from './support.ts'
import { setClock } from '../support/setClock.ts'

const account = { region: 'ap-northeast-1' }

interface Asked {
  readonly account: AccountRef
  readonly input: DescribeAlarmsCommandInput
}

/** AWS with DescribeAlarms alone. */
function alarmsOver(answer: (asked: Asked, n: number) => Omit<DescribeAlarmsCommandOutput, '$metadata'>) {
  const asked: Asked[] = []
  const aws: Aws = {
    async send<O extends object>(_service: string, account: AccountRef, command: { readonly input: object }) {
      const one = { account, input: command.input }
      asked.push(one)
      const output = answer(one, asked.length - 1)
      return { output: { $metadata: {}, ...output } as unknown as O, attempts: 1, skewMs: null } satisfies Answered<O>
    },
    close() {}
  }
  return { asked, source: cloudwatchAlarms({ aws, clock: setClock(T0) }) }
}

const refuse = (kind: FailureKind, code: string) => () => {
  throw new AwsFailure(`cloudwatch DescribeAlarms: ${code}`, { kind, code })
}

t.test('every type of alarm is asked for by name, as without that only metric alarms are told', async (t) => {
  const { asked, source } = alarmsOver(() => ({
    MetricAlarms: [{ AlarmName: 'm', StateValue: 'OK' }],
    CompositeAlarms: [{ AlarmName: 'c', StateValue: 'ALARM' }],
    LogAlarms: [{ AlarmName: 'l', StateValue: 'INSUFFICIENT_DATA', EvaluationState: 'PARTIAL_DATA' }]
  }))
  const [answer] = await source.states([{ account, names: ['m', 'c', 'l', 'gone'] }], aCall())
  t.strictSame(asked, [
    {
      account,
      input: {
        AlarmNames: ['m', 'c', 'l', 'gone'],
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'],
        MaxRecords: 100
      }
    }
  ])
  t.strictSame(answer, {
    kind: 'alarms',
    readAt: T0,
    alarms: [
      { name: 'm', state: 'OK', evaluation: null },
      { name: 'c', state: 'ALARM', evaluation: null },
      { name: 'l', state: 'INSUFFICIENT_DATA', evaluation: 'PARTIAL_DATA' }
    ]
  })
})

t.test('at most a hundred names a call, each name once an account, every page', async (t) => {
  const names = Array.from({ length: 150 }, (_, i) => `a${i}`)
  const { asked, source } = alarmsOver(({ input }) => {
    const all = (input.AlarmNames ?? []).map((AlarmName) => ({ AlarmName, StateValue: 'OK' as const }))
    return input.NextToken === undefined && all.length > 60
      ? { MetricAlarms: all.slice(0, 60), NextToken: 'more' }
      : { MetricAlarms: input.NextToken === undefined ? all : all.slice(60) }
  })
  const other = { region: 'eu-west-1', roleArn: 'arn:aws:iam::1:role/r' }
  const answers = await source.states(
    [
      { account, names },
      { account: { ...account }, names: ['a3', 'a149'] },
      { account: other, names: ['a3'] }
    ],
    aCall()
  )
  t.same(
    asked
      .map(({ account, input }) => `${account.region} ${input.AlarmNames?.length} ${input.NextToken ?? ''}`)
      .toSorted(),
    ['ap-northeast-1 100 ', 'ap-northeast-1 100 more', 'ap-northeast-1 50 ', 'eu-west-1 1 ']
  )
  t.same(
    answers.map((answer) => (answer.kind === 'alarms' ? answer.alarms.length : answer.code)),
    [150, 2, 1]
  )
  t.strictSame(await source.states([], aCall()), [])
})

t.test('FM-36: what could not be read is unusable, not missing; and what could be is not lost', async (t) => {
  const { source } = alarmsOver(({ account: { region } }) =>
    region === 'eu-west-1'
      ? refuse('throttled', 'Throttling')()
      : { MetricAlarms: [{ AlarmName: 'a', StateValue: 'OK' }] }
  )
  const answers = await source.states(
    [
      { account, names: ['a'] },
      { account: { region: 'eu-west-1' }, names: ['a'] }
    ],
    aCall()
  )
  t.match(answers, [{ kind: 'alarms' }, { kind: 'unusable', code: 'Throttling' }])
  const denied = alarmsOver(refuse('refused', 'AccessDenied')).source
  t.match(await denied.states([{ account, names: ['a'] }], aCall()), [{ kind: 'unusable', code: 'Forbidden' }])
  const endless = alarmsOver(() => ({ MetricAlarms: [], NextToken: 'again' })).source
  t.match(await endless.states([{ account, names: ['a'] }], aCall()), [{ kind: 'unusable', code: 'PartialData' }])
})

t.test('an alarm without a state is none', async (t) => {
  const { source } = alarmsOver(() => ({ MetricAlarms: [{ AlarmName: 'a' }, { StateValue: 'OK' }] }))
  t.match(await source.states([{ account, names: ['a'] }], aCall()), [{ kind: 'alarms', alarms: [] }])
})

t.test('over the wire: metric and composite alarms of the lab, and one that does not exist', async (t) => {
  const lab = await startLab({ propagationMs: 0 })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region })
  t.teardown(async () => {
    aws.close()
    await lab.close()
  })
  lab.alarms.set('fine', { state: 'OK' })
  lab.alarms.set('burning', { state: 'ALARM', type: 'CompositeAlarm' })
  lab.alarms.set('half', { state: 'OK', evaluation: 'PARTIAL_DATA' })
  const source = cloudwatchAlarms({ aws, clock })
  const names = ['fine', 'burning', 'half', 'gone']
  const [answer] = await source.states([{ account: { region: lab.region }, names }], aCall())
  t.match(answer, {
    kind: 'alarms',
    alarms: [
      { name: 'fine', state: 'OK', evaluation: null },
      { name: 'burning', state: 'ALARM', evaluation: null },
      { name: 'half', state: 'OK', evaluation: 'PARTIAL_DATA' }
    ]
  })
  t.equal(answer?.kind === 'alarms' && answer.alarms.length, 3)
})
