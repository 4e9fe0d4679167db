/**
 * A route's changes of share, as they are taken and become INSYNC: what the model of resolvers works on. Each begins where the one
 * before it led, so that they add up; nothing is noted of a change that was never seen live.
 */
import type { Tide } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'

type Tides = readonly Tide[]

/** A list that would grow for ever: of changes long ago only the newest matter, as the others have been followed. */
const MOST = 24

interface Taken {
  /** What was served before the first of them, 0 to 1. */
  readonly from: number
  readonly to: number
  /** When it was sent; null where nobody knows. */
  readonly since: Instant | null
  readonly holdMs: Ms
}

/** The zone holds `to`, perhaps PENDING still. Nothing new where the newest change leads there already. */
export function withTide(tides: Tides, { from, to, since, holdMs }: Taken): Tides {
  const start = tides.at(-1)?.to ?? from
  if (start === to) return tides
  const tide: Tide = { at: null, from: start, to, holdMs, ...(since === null ? {} : { since }) }
  return [...tides, tide].slice(-MOST)
}

/** The newest is INSYNC, and with it whatever was sent before: that took as long, as far as anybody knows. */
export function inSync(tides: Tides, now: Instant): Tides {
  const newest = tides.at(-1)
  if (newest === undefined || newest.at !== null) return tides
  const took = now - (newest.since ?? now)
  return tides.map((tide) => (tide.at === null ? { ...tide, at: Math.min(now, (tide.since ?? now) + took) } : tide))
}
