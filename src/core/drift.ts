/**
 * A person's choice over a foreign state: keep it (adopt) or take it back (overwrite). Each answers null, or why it is impossible.
 */
import { compareShares, isZero, tenthsOfShare, type Share } from './share.ts'
import type { Reading } from './observation.ts'
import type { RouteState } from './shift.ts'
import { patch, readingOf, type Turn } from './turn.ts'
import { isDns, matches, UNPROVEN } from './want.ts'

/**
 * The live shares become what is wanted, the step the greatest at or below the lowest of them (FM-49); it bakes there, and the
 * next step obeys maxJump from there.
 */
export function adopt(turn: Turn): string | null {
  const live = new Map<string, Reading>()
  for (const route of turn.shift.routes) {
    const reading = readingOf(turn, route.name)
    if (!reading) return `route ${route.name} cannot be read now`
    live.set(route.name, reading)
  }
  const shares = [...live.values()].map((reading) => reading.share)
  const lowest = shares.reduce((a, b) => (compareShares(a, b) <= 0 ? a : b))
  const adopted: Record<string, Share> = { ...turn.shift.adopted }
  const routes = turn.shift.routes.map((route) => {
    const reading = live.get(route.name)
    if (!reading) return route
    adopted[route.name] = reading.share
    const { ttlSeconds } = route.want
    return {
      ...route,
      ...CLEAN,
      want: {
        share: reading.share,
        attached: isZero(reading.share) ? true : null,
        unstick: false,
        ...(ttlSeconds === undefined ? {} : { ttlSeconds })
      },
      from: reading.share,
      fromAttached: reading.attached,
      shape: reading.shape,
      ttlAtStart: ttlSeconds === undefined ? (reading.ttlSeconds ?? null) : route.ttlAtStart,
      origin: reading.raw ?? route.origin,
      ...proofOf(turn, route, reading)
    }
  })
  const step = stepAtOrBelow(turn, tenthsOfShare(lowest))
  patch(turn, { routes, adopted, step, advance: false, approved: false, back: null, backs: 0 })
  return null
}

/** The foreign share is taken as what the next write starts from. Another facet than weights is never written over. */
export function overwrite(turn: Turn): string | null {
  const foreign = turn.shift.routes.filter((route) => route.drift !== null)
  for (const route of foreign) {
    if (route.drift?.kind !== 'share') {
      return `route ${route.name}: more than weights was changed; put it back by hand, or choose "adopt"`
    }
    if (!readingOf(turn, route.name)) return `route ${route.name} cannot be read now`
  }
  patch(turn, {
    routes: turn.shift.routes.map((route) => {
      const reading = route.drift === null ? null : readingOf(turn, route.name)
      if (!reading) return route
      return { ...route, from: reading.share, fromAttached: reading.attached, ...CLEAN }
    })
  })
  return null
}

/**
 * What Route 53 lists is intent, whoever wrote it: records that stand as this shift wrote them wait for its own change, and others
 * are written once more as they stand, for a change whose INSYNC covers the one that cannot be asked about.
 */
export function proofOf(turn: Turn, route: RouteState, reading: Reading): Pick<RouteState, 'changeId' | 'sentAt'> {
  const { changeId, sentAt } = route
  if (route.drift === null && matches(reading, route.want)) return { changeId, sentAt }
  return { changeId: null, sentAt: isDns(turn.shift, route.name) ? turn.now : null }
}

const CLEAN = { ...UNPROVEN, suspect: null, drift: null, repairs: 0, problem: null } as const

/** Greatest step at or below a percent; -1 before the first. */
export function stepAtOrBelow(turn: Turn, percent: number): number {
  return turn.shift.steps.findLastIndex((step) => step.percent <= percent)
}
