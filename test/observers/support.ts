/**
 * What tests of observers and meters share: a call, wanted series, and the real CloudWatch adapter over faked answers.
 */
import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch'
import type { Answered, Aws, Service } from '../../src/aws/aws.ts'
import type { Call } from '../../src/core/call.ts'
import type { MetricQuery, Series, Unusable, Wanted } from '../../src/core/measurement.ts'
import type { AccountRef } from '../../src/core/migration.ts'
import type { Instant } from '../../src/core/time.ts'
import { MINUTE, T0 } from '../support/builders.ts'

export function aCall(deadlineAt: Instant = T0 + 3650 * 24 * 60 * MINUTE): Call {
  return { urgency: 'observe', deadlineAt, signal: new AbortController().signal }
}

export function aQuery(fields: Partial<MetricQuery> = {}): MetricQuery {
  return {
    namespace: 'AWS/ApplicationELB',
    metric: 'RequestCount',
    stat: 'Sum',
    dimensions: { TargetGroup: 'targetgroup/web-134/73e2d6bc24d8a067', LoadBalancer: 'app/shop/50dc6c495c0c9188' },
    ...fields
  }
}

/** Three whole minutes from T0 on, unless given. */
export function aWanted(fields: Partial<Wanted> = {}): Wanted {
  return {
    key: 'requests',
    account: { region: 'ap-northeast-1' },
    query: aQuery(),
    periodMs: MINUTE,
    from: T0,
    to: T0 + 3 * MINUTE,
    ...fields
  }
}

export function seriesOf(answer: Series | Unusable | undefined): readonly (readonly [Instant, number])[] {
  if (answer?.kind !== 'series') throw new Error(`no series: ${JSON.stringify(answer)}`)
  return [...answer.values].toSorted(([a], [b]) => a - b)
}

export function codeOf(answer: Series | Unusable | undefined): string {
  return answer?.kind === 'unusable' ? answer.code : `${answer?.kind}`
}

/** What GetMetricData was asked, and for which account. */
export interface Asked {
  readonly service: Service
  readonly account: AccountRef
  readonly input: GetMetricDataCommandInput
}

type Output = Omit<GetMetricDataCommandOutput, '$metadata'>

export interface FakeAws extends Aws {
  readonly asked: readonly Asked[]
}

/** AWS with GetMetricData alone, answered by `answer`; what it throws is thrown. */
export function fakeAws(answer: (asked: Asked, n: number) => Output, skewMs: number | null = null): FakeAws {
  const asked: Asked[] = []
  return {
    asked,
    async send<O extends object>(service: Service, account: AccountRef, command: { readonly input: object }) {
      const one = { service, account, input: command.input as GetMetricDataCommandInput }
      asked.push(one)
      const output = answer(one, asked.length - 1)
      return { output: { $metadata: {}, ...output } as unknown as O, attempts: 1, skewMs } satisfies Answered<O>
    },
    close() {}
  }
}

/** A complete result of one query: values by the start of their period. */
export function complete(id: string, values: readonly (readonly [Instant, number])[] = [], status = 'Complete') {
  return {
    Id: id,
    StatusCode: status as 'Complete',
    Timestamps: values.map(([at]) => new Date(at)),
    Values: values.map(([, value]) => value)
  }
}
