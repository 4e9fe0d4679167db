/**
 * When a live state is what was wanted, and what may be wanted next.
 */
import type { Reading } from './observation.ts'
import { compareShares, isZero, sameShare, type Share } from './share.ts'
import type { RouteState, Shift, Want } from './shift.ts'
import type { Instant, Ms } from './time.ts'

/** A write whose outcome is unknown may still land for so long (CORE-NOTES 4). */
export const LATE_MS: Ms = 90_000

/** All routes at 0 %: 999 is the largest weight, but any pair with new at 0 is the same share. */
export const ZERO: Share = { old: 999, new: 0 }

export function matches(reading: Reading, want: Want): boolean {
  return (
    sameShare(reading.share, want.share) &&
    (want.attached === null || reading.attached === want.attached) &&
    (!want.unstick || reading.stickySeconds === null)
  )
}

export function sameWant(a: Want, b: Want): boolean {
  return sameShare(a.share, b.share) && a.attached === b.attached && a.unstick === b.unstick
}

/** An open ask for something else than what is wanted now: it may still land. */
export function mayStillLand(route: RouteState, now: Instant): boolean {
  return route.asks.some((ask) => now - ask.sentAt < LATE_MS && !sameShare(ask.want.share, route.want.share))
}

export function isAboveRestore(route: RouteState): boolean {
  const floor = route.restore ?? ZERO
  const highest = [route.want.share, route.from, ...route.asks.map((ask) => ask.want.share)]
  return highest.some((share) => compareShares(share, floor) > 0)
}

/** Something of new's traffic is this shift's doing. */
export function anyAboveRestore(shift: Shift): boolean {
  return shift.routes.some(isAboveRestore)
}

export function isForward(kind: Shift['phase']['kind']): boolean {
  return kind === 'converging' || kind === 'baking' || kind === 'awaiting_approval'
}

/** The want of a step for one route. */
export function stepWant(shift: Shift, step: number, route: string): Want {
  const share = step < 0 ? ZERO : shift.steps[step]?.shares[route]
  if (!share) throw new Error(`bug: shift ${shift.id} has no step ${step} for route ${route}`)
  return { share, attached: true, unstick: false }
}

/** Every route is as wanted and explained in this very observation. */
export function isAsWanted(route: RouteState, reading: Reading | null): boolean {
  return (
    reading !== null &&
    route.confirmedAt !== null &&
    route.suspect === null &&
    route.drift === null &&
    matches(reading, route.want)
  )
}

export function isReleased(want: Want): boolean {
  return want.attached === false && isZero(want.share)
}
