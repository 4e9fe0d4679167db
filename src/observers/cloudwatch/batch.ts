/**
 * Cuts what is wanted into calls of GetMetricData that AWS accepts: one account and one period length a call, at most 500
 * queries and 100,800 datapoints, the window aligned to the period. Pure. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
import type { GetMetricDataCommandInput, MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import type { AccountRef } from '../../core/migration.ts'
import type { Wanted } from '../../core/measurement.ts'
import type { Instant, Ms } from '../../core/time.ts'

const MAX_QUERIES = 500
const MAX_DATAPOINTS = 100_800

/** One call, before its pages. Query `q<n>` is `wanted[n]`. */
export interface Batch {
  readonly account: AccountRef
  readonly periodMs: Ms
  readonly from: Instant
  readonly to: Instant
  readonly wanted: readonly Wanted[]
}

/** Why AWS could never answer this one; null where it can. */
export function impossible({ periodMs, from, to }: Wanted): string | null {
  if (!(periodMs > 0) || periodMs % 1000 !== 0) return `a period of ${periodMs} ms is not a whole number of seconds`
  if (from % periodMs !== 0 || to % periodMs !== 0)
    return `the window ${from} to ${to} is not aligned to ${periodMs} ms`
  if (to <= from) return `the window ${from} to ${to} is empty`
  if ((to - from) / periodMs > MAX_DATAPOINTS) return `the window has more than ${MAX_DATAPOINTS} periods`
  return null
}

/** Every wanted one is in exactly one batch; a batch's window covers those of all its members. */
export function batches(wanted: readonly Wanted[]): readonly Batch[] {
  const groups = Map.groupBy(wanted, ({ account, periodMs }) =>
    JSON.stringify([account.region, account.roleArn ?? null, account.externalId ?? null, periodMs])
  )
  return [...groups.values()].flatMap((group) => {
    const made: Batch[] = []
    for (const one of [...group].sort((a, b) => a.from - b.from || a.to - b.to)) {
      const grown = grow(made.at(-1), one)
      if (grown) made[made.length - 1] = grown
      else made.push({ account: one.account, periodMs: one.periodMs, from: one.from, to: one.to, wanted: [one] })
    }
    return made
  })
}

/** What AWS is asked; `NextToken` is added by who pages. */
export function inputOf({ periodMs, from, to, wanted }: Batch): GetMetricDataCommandInput {
  return {
    StartTime: new Date(from),
    EndTime: new Date(to),
    ScanBy: 'TimestampAscending',
    MaxDatapoints: MAX_DATAPOINTS,
    MetricDataQueries: wanted.map(({ query }, n): MetricDataQuery => ({
      Id: idOf(n),
      Label: `${query.metric} ${Object.values(query.dimensions).join(' ')}`.slice(0, 255),
      ReturnData: true,
      ...(query.accountId === undefined ? {} : { AccountId: query.accountId }),
      MetricStat: {
        Metric: {
          Namespace: query.namespace,
          MetricName: query.metric,
          Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value }))
        },
        Period: periodMs / 1000,
        Stat: query.stat
      }
    }))
  }
}

export function idOf(n: number): string {
  return `q${n}`
}

function grow(batch: Batch | undefined, one: Wanted): Batch | null {
  if (!batch) return null
  const from = Math.min(batch.from, one.from)
  const to = Math.max(batch.to, one.to)
  const queries = batch.wanted.length + 1
  if (queries > MAX_QUERIES || (queries * (to - from)) / batch.periodMs > MAX_DATAPOINTS) return null
  return { ...batch, from, to, wanted: [...batch.wanted, one] }
}
