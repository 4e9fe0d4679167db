/**
 * The source of alarms over CloudWatch's DescribeAlarms. Asks for every type by name, as without that only metric alarms are told,
 * and never for more names than a call may have. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
import { DescribeAlarmsCommand, type DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch'
import { AwsFailure, type Aws } from '../../aws/aws.ts'
import { isDenied } from '../../aws/classify.ts'
import type { Clock } from '../../clock.ts'
import type { Call } from '../../core/call.ts'
import type { Unusable } from '../../core/measurement.ts'
import type { AccountRef } from '../../core/migration.ts'
import type { AlarmSeen } from '../../core/observation.ts'
import type { AlarmsAnswer, AlarmSource, WantedAlarms } from '../alarms.ts'

/** Names in one call, and alarms on one page. */
const MAX_NAMES = 100
/** As many pages as there can be alarms, and some; more is an endless answer. */
const MAX_PAGES = 5
const TYPES = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'] as const

interface Batch {
  readonly account: AccountRef
  readonly names: readonly string[]
}

type Found = ReadonlyMap<string, AlarmSeen> | Unusable

/** Codes of Unusable: `Forbidden` where the call was denied, else the error's name, such as `Throttling` or `Timeout`. */
export function cloudwatchAlarms({ aws, clock }: { readonly aws: Aws; readonly clock: Clock }): AlarmSource {
  return {
    async states(wanted, call) {
      const batches = batchesOf(wanted)
      const found = await Promise.all(batches.map((batch) => describe(aws, batch, call)))
      const readAt = clock.now()
      return wanted.map((one): AlarmsAnswer | Unusable => {
        const own = batches.flatMap((batch, i) => (holds(batch, one) ? (found[i] ?? []) : []))
        const failed = own.find((answer) => isUnusable(answer))
        if (failed && isUnusable(failed)) return failed
        const alarms = one.names.flatMap((name) => own.flatMap((answer) => seenIn(answer, name)))
        return { kind: 'alarms', alarms, readAt }
      })
    }
  }
}

function isUnusable(answer: Found): answer is Unusable {
  return 'kind' in answer
}

function seenIn(answer: Found, name: string): readonly AlarmSeen[] {
  const seen = isUnusable(answer) ? undefined : answer.get(name)
  return seen === undefined ? [] : [seen]
}

function keyOf({ region, roleArn, externalId }: AccountRef): string {
  return JSON.stringify([region, roleArn ?? null, externalId ?? null])
}

function holds(batch: Batch, { account, names }: WantedAlarms): boolean {
  return keyOf(batch.account) === keyOf(account) && names.some((name) => batch.names.includes(name))
}

/** Each name once an account. */
function batchesOf(wanted: readonly WantedAlarms[]): readonly Batch[] {
  return [...Map.groupBy(wanted, ({ account }) => keyOf(account)).values()].flatMap((group) => {
    const account = group[0]?.account
    const names = [...new Set(group.flatMap((one) => one.names))]
    if (!account) return []
    return Array.from({ length: Math.ceil(names.length / MAX_NAMES) }, (_, i) => {
      return { account, names: names.slice(i * MAX_NAMES, (i + 1) * MAX_NAMES) }
    })
  })
}

async function describe(aws: Aws, { account, names }: Batch, call: Call): Promise<Found> {
  const found = new Map<string, AlarmSeen>()
  let token: string | undefined
  try {
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { output } = await aws.send(
        'cloudwatch',
        account,
        new DescribeAlarmsCommand({
          AlarmNames: [...names],
          AlarmTypes: [...TYPES],
          MaxRecords: MAX_NAMES,
          ...(token === undefined ? {} : { NextToken: token })
        }),
        call
      )
      for (const alarm of alarmsIn(output)) found.set(alarm.name, alarm)
      token = output.NextToken
      if (token === undefined || token === '') return found
    }
    return unusable('PartialData', 'more pages than were read')
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure
    return unusable(isDenied(failure) ? 'Forbidden' : failure.code, failure.message)
  }
}

/** A state that CloudWatch did not tell is none: the alarm counts as missing. */
function alarmsIn({ MetricAlarms, CompositeAlarms, LogAlarms }: DescribeAlarmsCommandOutput): readonly AlarmSeen[] {
  const all = [...(MetricAlarms ?? []), ...(CompositeAlarms ?? []), ...(LogAlarms ?? [])]
  return all.flatMap((alarm) => {
    const { AlarmName: name, StateValue: state } = alarm
    if (name === undefined || state === undefined) return []
    const evaluation = 'EvaluationState' in alarm ? (alarm.EvaluationState ?? null) : null
    return [{ name, state, evaluation }]
  })
}

function unusable(code: string, detail: string): Unusable {
  return { kind: 'unusable', code, detail }
}
