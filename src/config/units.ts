/**
 * From the strings of a checked document to the numbers of the core. The schema has let only legal ones through, so anything
 * else here is a bug and not a user's mistake.
 */
import { parseDuration } from '../core/duration.ts'
import { tenthsOf, type Tenths } from '../core/percent.ts'
import type { Ms } from '../core/time.ts'

/** `5m` in milliseconds. */
export function msOf(duration: string): Ms {
  return known(parseDuration(duration), duration)
}

/** `12.5` percent in tenths. */
export function tenths(percent: number): Tenths {
  return known(tenthsOf(percent), percent)
}

/** `0.5%` as a fraction, 0.005: the decimal that is meant, without the noise of a binary division. */
export function fractionOf(share: string): number {
  const percent = share.endsWith('%') ? Number(share.slice(0, -1)) : NaN
  return known(Number.isFinite(percent) ? Number((percent / 100).toPrecision(15)) : null, share)
}

function known<T>(value: T | null, from: unknown): T {
  if (value === null) throw new Error(`the schema let ${JSON.stringify(from)} through`)
  return value
}
