/**
 * The observer over CloudWatch's GetMetricData. Only a query that AWS calls complete, with whole points on period boundaries,
 * becomes a series; everything else is unusable, with AWS's own word for it. Never does arithmetic, never fills a gap.
 */
import { AwsFailure, type Aws } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Call } from '../../core/call.ts'
import type { Series, Unusable, Wanted, WantedKey } from '../../core/measurement.ts'
import type { Instant } from '../../core/time.ts'
import type { Observer } from '../observer.ts'
import { batches, idOf, impossible, type Batch } from './batch.ts'
import { allPages, type Pages, type Result } from './pages.ts'

/**
 * Codes of Unusable: AWS's `PartialData`, `InternalError`, `Forbidden` (also where the whole call was denied), an error name
 * such as `ThrottlingException` or `Timeout`, and ours: `NoAnswer`, `InvalidData`, `InvalidWindow`.
 */
export function cloudwatchObserver({ aws, clock }: { readonly aws: Aws; readonly clock: Clock }): Observer {
  return {
    async measure(wanted, call) {
      const answers = new Map<WantedKey, Series | Unusable>()
      const possible = wanted.filter((one) => {
        const why = impossible(one)
        if (why !== null) answers.set(one.key, unusable('InvalidWindow', why))
        return why === null
      })
      const parts = await Promise.all(batches(possible).map((batch) => measureBatch({ aws, clock }, batch, call)))
      for (const [key, answer] of parts.flat()) answers.set(key, answer)
      return answers
    }
  }
}

type Answer = readonly [WantedKey, Series | Unusable]

async function measureBatch(
  { aws, clock }: { readonly aws: Aws; readonly clock: Clock },
  batch: Batch,
  call: Call
): Promise<readonly Answer[]> {
  try {
    const pages = await allPages(aws, batch, call)
    const readAt = clock.now()
    return batch.wanted.map((one, n) => [one.key, answerOf(one, pages.results.get(idOf(n)), pages, readAt)])
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure
    const answer = unusable(isDenied(failure) ? 'Forbidden' : failure.code, failure.message)
    return batch.wanted.map(({ key }) => [key, answer])
  }
}

function answerOf(
  wanted: Wanted,
  result: Result | undefined,
  { messages, skewMs, cut }: Pages,
  readAt: Instant
): Series | Unusable {
  const told = [...(result?.messages ?? []), ...messages]
  const no = (code: string, why: string) => unusable(code, [why, ...told].join('; '))
  if (!result) return no('NoAnswer', `${wanted.query.metric} was not answered`)
  if (result.status !== 'Complete') return no(result.status || 'NoAnswer', `${wanted.query.metric} is not complete`)
  if (cut) return no('PartialData', 'more pages than were read')
  if (result.broken !== null) return no('InvalidData', result.broken)
  const odd = [...result.points.keys()].find((at) => at % wanted.periodMs !== 0)
  if (odd !== undefined) return no('InvalidData', `the point at ${odd} is on no boundary of ${wanted.periodMs} ms`)
  // The call may have asked for more than this one wants, and emulators take EndTime as inclusive.
  const values = new Map([...result.points].filter(([at]) => at >= wanted.from && at < wanted.to))
  return { kind: 'series', values, readAt, skewMs }
}

/** AWS names it differently by protocol; expired or unknown credentials are not meant, those may be mended by themselves. */
function isDenied({ kind, code }: AwsFailure): boolean {
  return kind === 'refused' && /^(AccessDenied|Unauthorized|NotAuthorized|Forbidden)/.test(code)
}

function unusable(code: string, detail: string): Unusable {
  return { kind: 'unusable', code, detail }
}
