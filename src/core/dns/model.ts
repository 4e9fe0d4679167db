/**
 * What resolvers do after a change of weights: a model, and the one place of its constants. It says what to expect; what is is
 * measured. Source of the shape and of the figures: docs/dns.md (fitted to published measurements of resolvers and of a large
 * service's clients).
 */
import type { Tide } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'

export interface ResolverModel {
  /** Share of users whose resolver keeps to the TTL: they move evenly within one hold time. */
  readonly honest: number
  /** Share behind resolvers that extend TTLs, and how many hold times they take on average. */
  readonly extending: number
  readonly extendedBy: number
  /** The rest hold on to an answer for so long on average. */
  readonly clingingMs: Ms
}

/** 90 % within one TTL, 8 % over about five, 2 % for hours. */
export const RESOLVERS: ResolverModel = { honest: 0.9, extending: 0.08, extendedBy: 5, clingingMs: 7_200_000 }

/** Of those that a change will move, the share that has moved `ms` after INSYNC, 0 to 1. */
export function movedAfter(ms: Ms, holdMs: Ms, model: ResolverModel = RESOLVERS): number {
  if (ms <= 0) return 0
  const clinging = 1 - model.honest - model.extending
  const hold = Math.max(holdMs, 1)
  return (
    model.honest * Math.min(1, ms / hold) +
    model.extending * (1 - Math.exp(-ms / (model.extendedBy * hold))) +
    clinging * (1 - Math.exp(-ms / model.clingingMs))
  )
}

/** How long until `share` (0 to 1) of those that a change moves have moved. */
export function timeToMove(share: number, holdMs: Ms, model: ResolverModel = RESOLVERS): Ms {
  let [low, high] = [0, 1]
  while (movedAfter(high, holdMs, model) < share && high < 1e9) high *= 2
  for (let i = 0; i < 40; i += 1) {
    const middle = (low + high) / 2
    if (movedAfter(middle, holdMs, model) < share) low = middle
    else high = middle
  }
  return Math.round(high)
}

/** Share of users expected on new at `at`: every change still on its way is added up. Null where none was ever made. */
export function expectedShare(tides: readonly Tide[], at: Instant, model: ResolverModel = RESOLVERS): number | null {
  const first = tides[0]
  if (!first) return null
  return tides.reduce(
    (share, tide) => share + (tide.to - tide.from) * movedAfter(at - tide.at, tide.holdMs, model),
    first.from
  )
}

/** A list that would grow for ever: of changes long ago only the newest matter, as the others have been followed. */
export function pruned(tides: readonly Tide[], most = 24): readonly Tide[] {
  return tides.slice(-most)
}
