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

/** Of those that a change will move, the share that has moved `ms` after the server that they ask has it, 0 to 1. */
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

/** The integral of movedAfter from 0 to `ms`, in ms. */
function movedUntil(ms: Ms, holdMs: Ms, model: ResolverModel): number {
  if (ms <= 0) return 0
  const clinging = 1 - model.honest - model.extending
  const hold = Math.max(holdMs, 1)
  const even = ms <= hold ? ms ** 2 / (2 * hold) : ms - hold / 2
  const fading = (mean: Ms) => ms + mean * Math.expm1(-ms / mean)
  return model.honest * even + model.extending * fading(model.extendedBy * hold) + clinging * fading(model.clingingMs)
}

/** Changes generally reach all of Route 53's name servers within 60 s (AWS API reference, ChangeResourceRecordSets). */
export const USUAL_PENDING_MS: Ms = 60_000

/**
 * Share of users expected on new at `at`: every change still on its way is added up. Null where none was ever made. Name servers
 * learn a change one after another, from its submission until it is INSYNC; while it is PENDING, as long as the ones before it took.
 */
export function expectedShare(tides: readonly Tide[], at: Instant, model: ResolverModel = RESOLVERS): number | null {
  const first = tides[0]
  if (!first) return null
  const pendingMs = meanPending(tides)
  return tides.reduce((share, tide) => share + (tide.to - tide.from) * followed(tide, at, pendingMs, model), first.from)
}

/** Of those that this change moves, the share that has moved at `at`: the mean over the name servers that they may have asked. */
function followed({ since, at: inSyncAt, holdMs }: Tide, at: Instant, pendingMs: Ms, model: ResolverModel): number {
  // Still PENDING: at this moment not every server has it.
  const last = inSyncAt ?? Math.max((since ?? at) + pendingMs, at)
  const first = Math.min(since ?? last, last)
  if (last - first < 1) return movedAfter(at - last, holdMs, model)
  return (movedUntil(at - first, holdMs, model) - movedUntil(at - last, holdMs, model)) / (last - first)
}

function pendingTimes(tides: readonly Tide[]): readonly Ms[] {
  return tides.flatMap(({ since, at }) => (since === undefined || at === null ? [] : [at - since]))
}

function meanPending(tides: readonly Tide[]): Ms {
  const times = pendingTimes(tides)
  return times.length === 0 ? USUAL_PENDING_MS : times.reduce((sum, ms) => sum + ms, 0) / times.length
}

/** For how long a change may be PENDING, for promises: the usual time, or the longest that this route has seen. */
export function longestPending(tides: readonly Tide[]): Ms {
  return Math.max(USUAL_PENDING_MS, ...pendingTimes(tides))
}
