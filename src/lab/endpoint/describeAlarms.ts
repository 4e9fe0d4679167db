// CloudWatch's DescribeAlarms. Without AlarmTypes it tells metric alarms only, and a name that does not exist is simply not in
// the answer: both are AWS's traps, kept.

import type { Alarm, Alarms } from '../alarms.ts'
import { accountId } from '../arn.ts'
import type { JsonInput } from './json.ts'
import { number, text, texts } from './json.ts'
import { pageOf } from './paging.ts'
import { invalid } from './service.ts'

export function describeAlarms(alarms: Alarms, input: JsonInput): unknown {
  const names = texts(input, 'AlarmNames')
  const types = texts(input, 'AlarmTypes') ?? ['MetricAlarm']
  const state = text(input, 'StateValue')
  const prefix = text(input, 'AlarmNamePrefix') ?? ''
  const size = number(input, 'MaxRecords') ?? 50
  if (names !== undefined && names.length > 100)
    throw invalid(`At most 100 alarm names are allowed, not ${names.length}`)
  if (!Number.isInteger(size) || size < 1 || size > 100)
    throw invalid(`MaxRecords must be between 1 and 100, not ${size}`)
  const found = alarms
    .list()
    .filter((one) => types.includes(one.type))
    .filter((one) => names === undefined || names.length === 0 || names.includes(one.name))
    .filter((one) => one.name.startsWith(prefix) && (state === undefined || one.state === state))
  const page = pageOf(found, text(input, 'NextToken'), size)
  return {
    MetricAlarms: page.items
      .filter((one) => one.type === 'MetricAlarm')
      .map((one) => ({ ...common(one), ...metricOnly })),
    CompositeAlarms: page.items
      .filter((one) => one.type === 'CompositeAlarm')
      .map((one) => ({ ...common(one), AlarmRule: 'ALARM("child")' })),
    ...(page.next === undefined ? {} : { NextToken: page.next })
  }
}

const metricOnly = {
  MetricName: 'Lab',
  Namespace: 'Lab',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0
}

function common(one: Alarm) {
  return {
    AlarmName: one.name,
    AlarmArn: `arn:aws:cloudwatch:lab:${accountId}:alarm:${one.name}`,
    ActionsEnabled: true,
    StateValue: one.state,
    StateReason: one.reason,
    StateUpdatedTimestamp: one.updatedAt / 1000,
    StateTransitionedTimestamp: one.transitionedAt / 1000,
    EvaluationState: one.evaluation
  }
}
