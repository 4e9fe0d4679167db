/**
 * The record of truth: each write that was sent to the world, when it landed and how it was answered. For checkers and for
 * traces that people read.
 */
import type { Instant, Ms } from '../../../src/core/time.ts'
import { formatDuration } from '../../../src/core/duration.ts'
import type { Split } from './route.ts'

export interface WriteRecord {
  /** Number of the call; null for a foreign change. */
  readonly call: number | null
  /** Name of the client, or `foreign`. */
  readonly by: string
  readonly operation: string
  /** null: it names nothing that is known. */
  readonly route: string | null
  readonly arn: string
  /** What was asked for; null where it forwards nothing. */
  readonly split: Split | null
  readonly sentAt: Instant
  /** When it took effect at the API; null: not (yet). */
  landedAt: Instant | null
  answeredAt: Instant | null
  /** `pending`, `accepted`, or the name of the error that the caller got. */
  outcome: string
}

const clockOf = (ms: Ms): string => `+${formatDuration(Math.max(0, ms))}`

/** `+5m30s ModifyRule web 95:5 by sluice: accepted`. */
export function describeWrite(record: WriteRecord, startedAt: Instant): string {
  const { split } = record
  const asked = split ? `${split.old}:${split.attached ? split.new : '-'}` : '?'
  const landed =
    record.landedAt !== null && record.outcome !== 'accepted' ? `, landed ${clockOf(record.landedAt - startedAt)}` : ''
  const sent = clockOf(record.sentAt - startedAt)
  return `${sent} ${record.operation} ${record.route ?? record.arn} ${asked} by ${record.by}: ${record.outcome}${landed}`
}
