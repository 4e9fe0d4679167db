/**
 * When a live state is what was wanted, and what may be wanted next.
 */
import type { RouteSpec } from './migration.ts'
import type { Reading } from './observation.ts'
import { compareShares, isZero, sameShare, type Share } from './share.ts'
import type { RouteState, Shift, Want } from './shift.ts'
import type { Instant, Ms } from './time.ts'

/** A write whose outcome is unknown may still land for so long (CORE-NOTES 4). */
export const LATE_MS: Ms = 90_000

/** All routes at 0 %: 999 is the largest weight, but any pair with new at 0 is the same share. */
export const ZERO: Share = { old: 999, new: 0 }

/** No weight for new in what a kind of provider can write. */
export function zeroOf(type: RouteSpec['type']): Share {
  return type === 'alb' ? ZERO : { old: 255, new: 0 }
}

export function matches(reading: Reading, want: Want): boolean {
  return (
    !reading.uneven &&
    sameShare(reading.share, want.share) &&
    (want.ttlSeconds === undefined || (reading.ttlSeconds ?? null) === want.ttlSeconds) &&
    (want.attached === null || reading.attached === want.attached) &&
    (!want.unstick || reading.stickySeconds === null)
  )
}

/** Not the TTL that preflight read, and this shift wants none of its own: somebody changed how long a rollback takes. */
export function isForeignTtl({ ttlSeconds }: Reading, { want, ttlAtStart }: RouteState): boolean {
  return want.ttlSeconds === undefined && ttlSeconds !== undefined && ttlSeconds !== ttlAtStart
}

export function sameWant(a: Want, b: Want): boolean {
  return (
    sameShare(a.share, b.share) && a.attached === b.attached && a.unstick === b.unstick && a.ttlSeconds === b.ttlSeconds
  )
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

/** The want of a step for one route. Before the first step each keeps its share; new is attached at 0 where it has none. */
export function stepWant(shift: Shift, step: number, name: string): Want {
  const route = shift.routes.find((candidate) => candidate.name === name)
  const ground = route && !isDns(shift, name) && isZero(route.from) ? ZERO : route?.from
  const share = step < 0 ? ground : shift.steps[step]?.shares[name]
  if (!route || !share) throw new Error(`bug: shift ${shift.id} has no step ${step} for route ${name}`)
  const ttl = loweredTtl(shift, route)
  return { share, attached: true, unstick: false, ...(ttl === null ? {} : { ttlSeconds: ttl }) }
}

/** Index of the step that follows. After the ground, which is none of the plan, the first that gives some route more than it has. */
export function nextStep({ step, steps, routes }: Shift): number {
  if (step >= 0) return step + 1
  const above = steps.findIndex(({ shares }) =>
    routes.some(({ name, want }) => compareShares(shares[name] ?? ZERO, want.share) > 0)
  )
  return Math.max(0, above)
}

export function isDns(shift: Shift, name: string): boolean {
  return shift.routeSpecs.find((spec) => spec.name === name)?.type === 'route53'
}

/** The TTL in seconds that this shift lowers a route's records to; null where it leaves them alone. */
export function loweredTtl({ policy }: Shift, { ttlAtStart }: RouteState): number | null {
  const { lowerTtlMs } = policy.dns
  if (lowerTtlMs === null || ttlAtStart === null || ttlAtStart * 1000 <= lowerTtlMs) return null
  return Math.round(lowerTtlMs / 1000)
}

/** The records have their own TTL again, or never had another. */
export function isTidy({ want, ttlAtStart }: RouteState): boolean {
  return want.ttlSeconds === undefined || want.ttlSeconds === ttlAtStart
}

/** Nothing is known of a new want yet. */
export const UNPROVEN = { confirmedAt: null, inEffectAt: null, changeId: null, sentAt: null } as const

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
