/**
 * What a screen is drawn from: the newest that is known of a shift, and when it was learned. Everything that came from others is
 * cleaned before it is laid out.
 */
import type { EventView, ShiftView } from '../../core/view.ts'
import { clean } from '../out.ts'
import type { History } from './history.ts'
import type { Instant, Ms } from '../../core/time.ts'

/** A daemon that answers does so every two seconds; whatever is older than this is not what is now. */
export const STALE_MS: Ms = 8_000

export interface SeenShift {
  readonly shift: ShiftView
  /** When it was answered, by our clock. */
  readonly seenAt: Instant
  /** The daemon's clock minus ours. */
  readonly skewMs: Ms
  /** Why the last look failed; null where none did since. */
  readonly lost: string | null
  /** Oldest first. */
  readonly events: readonly EventView[]
  readonly history: History
}

export function isStale({ shift, seenAt }: SeenShift, now: Instant): boolean {
  return shift.outcome === null && now - seenAt > STALE_MS
}

/** The daemon's time: what is shown counts down by it, and stands still where nothing is known any more. */
export function timeOf(seen: SeenShift, now: Instant): Instant {
  return (isStale(seen, now) ? seen.seenAt : now) + seen.skewMs
}

/** Any JSON with every text in it cleaned of control characters. */
export function cleaned<T>(value: T): T {
  if (typeof value === 'string') return clean(value) as T
  if (Array.isArray(value)) return value.map((entry: unknown) => cleaned(entry)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, cleaned<unknown>(entry)])) as T
}
