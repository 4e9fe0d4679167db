/**
 * All pages of one GetMetricData, read into points by query. HTTP 200 may hold an unusable answer: what each query ended with
 * is kept beside its points, and nothing here decides that it may be used.
 */
import { GetMetricDataCommand, type MessageData, type MetricDataResult } from '@aws-sdk/client-cloudwatch'
import type { Aws } from '../../aws/aws.ts'
import type { Call } from '../../core/call.ts'
import type { Instant, Ms } from '../../core/time.ts'
import { inputOf, type Batch } from './batch.ts'

/** What one query brought over all pages. */
export interface Result {
  readonly points: ReadonlyMap<Instant, number>
  /** Of the last page that named it: `Complete`, `PartialData`, `InternalError`, `Forbidden`; '' where AWS gave none. */
  readonly status: string
  readonly messages: readonly string[]
  /** The answer contradicts itself, in words; null where it does not. */
  readonly broken: string | null
}

export interface Pages {
  readonly results: ReadonlyMap<string, Result>
  /** About the operation as a whole. */
  readonly messages: readonly string[]
  readonly skewMs: Ms | null
  /** There would have been more pages. */
  readonly cut: boolean
}

/** A call for 100,800 datapoints or less needs few pages; more than this is an endless answer. */
const MAX_PAGES = 50

/** Throws what `aws.send` throws. */
export async function allPages(aws: Aws, batch: Batch, call: Call): Promise<Pages> {
  const results = new Map<string, Result>()
  const messages: string[] = []
  let skewMs: Ms | null = null
  let token: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const input = token === undefined ? inputOf(batch) : { ...inputOf(batch), NextToken: token }
    const answer = await aws.send('cloudwatch', batch.account, new GetMetricDataCommand(input), call)
    skewMs = answer.skewMs ?? skewMs
    messages.push(...textsOf(answer.output.Messages))
    for (const result of answer.output.MetricDataResults ?? []) {
      const id = result.Id ?? ''
      results.set(id, merge(results.get(id), result))
    }
    token = answer.output.NextToken
    if (token === undefined || token === '') return { results, messages, skewMs, cut: false }
  }
  return { results, messages, skewMs, cut: true }
}

function merge(before: Result | undefined, page: MetricDataResult): Result {
  const points = new Map(before?.points)
  const times = page.Timestamps ?? []
  const values = page.Values ?? []
  let broken = before?.broken ?? null
  if (times.length !== values.length) broken ??= `${times.length} timestamps for ${values.length} values`
  for (const [i, time] of times.entries()) {
    const at = time.getTime()
    const value = values[i] ?? NaN
    if (!Number.isFinite(value)) broken ??= `the value at ${at} is no finite number`
    if (points.has(at) && points.get(at) !== value) broken ??= `two values at ${at}`
    points.set(at, value)
  }
  const status = isFinal(before?.status) ? (before?.status ?? '') : (page.StatusCode ?? '')
  return { points, status, messages: [...(before?.messages ?? []), ...textsOf(page.Messages)], broken }
}

/** A failure on one page is not mended by another page. */
function isFinal(status: string | undefined): boolean {
  return status === 'InternalError' || status === 'Forbidden'
}

function textsOf(messages: readonly MessageData[] | undefined): readonly string[] {
  return (messages ?? []).map(({ Code, Value }) => `${Code ?? ''}: ${Value ?? ''}`)
}
