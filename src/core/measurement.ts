/**
 * What is asked of a metric source and what comes back: raw counts of closed periods. Missing is a state of its own, never 0
 * and never a pass; who may read a missing count as 0 is decided where the count has a meaning (core/gates).
 */
import type { AccountRef } from './migration.ts'
import type { Instant, Ms } from './time.ts'

export interface MetricQuery {
  readonly namespace: string
  readonly metric: string
  readonly stat: string
  readonly dimensions: Readonly<Record<string, string>>
  /** The account whose metric it is, where a role of another one reads it. */
  readonly accountId?: string
}

/** Unique within one call of the observer; the answer comes under the same key. */
export type WantedKey = string

/** Closed periods of one metric: `from` (inclusive) and `to` (exclusive) are multiples of `periodMs`. */
export interface Wanted {
  readonly key: WantedKey
  readonly account: AccountRef
  readonly query: MetricQuery
  readonly periodMs: Ms
  readonly from: Instant
  readonly to: Instant
}

/** Values by the start of their period. A period without a value is absent here: the source said completely that it has none. */
export interface Series {
  readonly kind: 'series'
  readonly values: ReadonlyMap<Instant, number>
  readonly readAt: Instant
  /** The source's clock minus ours, where its answer told. */
  readonly skewMs: Ms | null
}

/** Nothing that was read may be used: `PartialData`, `InternalError`, `Forbidden`, a timeout, throttling, … */
export interface Unusable {
  readonly kind: 'unusable'
  readonly code: string
  readonly detail: string
}
