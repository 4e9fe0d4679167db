/**
 * A side that is counted by metrics of its owner's choice (`measure`, CONTRACT 3): what is asked of CloudWatch for it, and what its
 * answer means. Behind a network load balancer, or where an error is no status code (gRPC).
 */
import type { MetricQuery } from '../measurement.ts'
import type { AccountRef, MeasureSpec, RouteSpec, Side } from '../migration.ts'
import type { SideCounts } from '../observation.ts'
import type { Tally } from '../shift.ts'
import { readIn } from './account.ts'
import type { Blind } from './counts.ts'
import { substitutedIn, varsOf, wordsIn } from './vars.ts'

export type MeasuredId = `${Side}.${'requests' | 'errors'}#${number}`

interface Asked {
  readonly id: MeasuredId
  readonly account: AccountRef
  readonly query: MetricQuery
}

export function measureQueries(route: RouteSpec, side: Side, measure: MeasureSpec): readonly Asked[] {
  const account = readIn(measure.account, route[side].account)
  const vars = varsOf(route, side)
  return (['requests', 'errors'] as const).flatMap((of) =>
    measure[of].map(({ namespace, metric, stat, dimensions }, i): Asked => ({
      id: `${side}.${of}#${i}`,
      account,
      query: { namespace, metric, stat, dimensions: substitutedIn(dimensions, vars) }
    }))
  )
}

/** Words of a side's measure that are none of its vars. */
export function strangeWords(measure: MeasureSpec, vars: Readonly<Record<string, string>>): readonly string[] {
  const words = [...measure.requests, ...measure.errors].flatMap(({ dimensions }) => wordsIn(dimensions))
  return [...new Set(words)].filter((word) => !Object.hasOwn(vars, word))
}

/**
 * Missing errors are 0 only where requests were reported, never more errors than requests (CONTRACT 4.1). Errors without any
 * request are two metrics that do not belong together.
 */
export function measuredTally(requests: number | null, { errors }: NonNullable<SideCounts['measured']>): Tally | Blind {
  const [n, e] = [requests ?? 0, errors ?? 0]
  if (n < 0 || e < 0) return { blind: 'negative_count' }
  if (n === 0 && e > 0) return { blind: 'errors_alone' }
  return { requests: n, errors: Math.min(n, e) }
}
