/**
 * What users follow: resolvers that ask the name servers anew when what they hold has run out. Most keep to the TTL, some extend it,
 * some hold on for hours (AWS-FACTS B4, B5). Unlike Sluice's own model this one keeps answers, not averages.
 */
import type { Instant, Ms } from '../../../src/core/time.ts'
import type { Random } from './random.ts'

export interface Resolvers {
  /** Share of users who are sent to new at `at`, which may not go back. `share`: what the name servers answer then. */
  follow(at: Instant, share: number, ttlMs: Ms): number
}

export interface ResolverOptions {
  /** `exact`: each resolver splits its users as the name servers say. `random`: it takes one answer per TTL, and many resolvers are as lumpy as their number. */
  readonly counts: 'exact' | 'random'
  readonly many: number
  readonly random: Random
}

interface Resolver {
  share: number
  until: Instant
  /** How long it holds an answer, in multiples of the TTL; or a time of its own. */
  readonly holds: (ttlMs: Ms) => Ms
}

const FLOOR_MS: Ms = 60_000
const HOUR: Ms = 3_600_000

export function createResolvers(start: Instant, share: number, ttlMs: Ms, options: ResolverOptions): Resolvers {
  const { counts, many, random } = options
  const answer = (now: number): number => (counts === 'exact' ? now : random() < now ? 1 : 0)
  const exponential = (mean: Ms): Ms => Math.max(1000, Math.round(-Math.log(1 - random()) * mean))
  const holdsOf = (i: number): Resolver['holds'] => {
    const place = (i + 0.5) / many
    if (place < 0.9) return (ttl) => Math.max(ttl, FLOOR_MS)
    if (place < 0.98) return (ttl) => exponential(5 * Math.max(ttl, FLOOR_MS))
    return () => exponential(2 * HOUR)
  }
  const all = Array.from({ length: many }, (_, i): Resolver => {
    const holds = holdsOf(i)
    // Their asking times are spread evenly, as if they had been asking for ever.
    return { holds, share: answer(share), until: start + Math.round(((i * 0.618_034) % 1) * holds(ttlMs)) }
  })
  return {
    follow: (at, now, ttl) => {
      let sum = 0
      for (const one of all) {
        if (one.until <= at) {
          one.share = answer(now)
          one.until = at + one.holds(ttl)
        }
        sum += one.share
      }
      return sum / many
    }
  }
}
