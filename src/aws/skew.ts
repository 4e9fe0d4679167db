/**
 * How far a server's clock is from ours, kept beside each answer. Never guesses: without a `date` header there is no skew.
 */
import type { Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'

export interface SkewKeeper {
  seen(output: object, date: string): void
  /** The server's clock minus ours; null where its answer did not tell. */
  of(output: object): Ms | null
}

/** A `date` header names the second in which it was written: on average half a second earlier than it was. */
const HALF_SECOND_MS: Ms = 500

export function skewKeeper(clock: Clock): SkewKeeper {
  const skews = new WeakMap<object, Ms>()
  return {
    seen(output, date) {
      const at = Date.parse(date)
      if (!Number.isNaN(at)) skews.set(output, at + HALF_SECOND_MS - clock.now())
    },
    of: (output) => skews.get(output) ?? null
  }
}
