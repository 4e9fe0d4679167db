/**
 * A value that changes at known instants, some of them perhaps still ahead. Remembers all of them, so that anybody can ask how it was.
 */
import type { Instant } from '../../../src/core/time.ts'

export interface Entry<T> {
  readonly at: Instant
  readonly value: T
}

export interface History<T> {
  readonly entries: readonly Entry<T>[]
  /** Takes effect at `at`, or with the newest entry where that is later: changes do not overtake each other. */
  write(at: Instant, value: T): Instant
  /** The value as of `at`; the first one before its time. */
  asOf(at: Instant): T
  newest(): T
  /** The next change after `at`, or Infinity. */
  nextAfter(at: Instant): Instant
}

export function createHistory<T>(at: Instant, first: T): History<T> {
  const beginning: Entry<T> = { at, value: first }
  const entries = [beginning]
  const last = (): Entry<T> => entries.at(-1) ?? beginning
  return {
    entries,
    write: (wanted, value) => {
      const from = Math.max(wanted, last().at)
      entries.push({ at: from, value })
      return from
    },
    asOf: (when) => (entries.findLast((entry) => entry.at <= when) ?? beginning).value,
    newest: () => last().value,
    nextAfter: (when) => (last().at <= when ? Infinity : (entries.find((entry) => entry.at > when)?.at ?? Infinity))
  }
}
