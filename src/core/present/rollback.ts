/**
 * What a rollback would do from here: whether, how soon users are back, who stays behind, and how to do it without Sluice.
 * Promises no number that a stuck client or a slow old side could break.
 */
import type { Observation } from '../observation.ts'
import { rfc3339 } from '../rfc3339.ts'
import { expectedShare, longestPending, movedAfter, timeToMove } from '../dns/model.ts'
import { fractionOf, isZero } from '../share.ts'
import { isEnded, isGoingBack, type RouteState, type Shift } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'
import type { RollbackView } from '../view.ts'
import { isUnreadable } from '../unreadable.ts'
import { isDns, ZERO } from '../want.ts'

/** From the decision to the read-back of its write. */
const READ_BACK_MS: Ms = 10_000

type Seen = Observation['routes'] | null

export function rollbackView(
  shift: Shift,
  seen: Seen,
  commands: Readonly<Record<string, readonly string[]>>,
  now: Instant
): RollbackView {
  const possible = isPossible(shift)
  const stuck = shift.routes.filter((route) => staysStuck(shift, route, seen))
  const unknown = shift.policy.rollback.shape === 'capacity'
  return {
    possible,
    inEffectWithinSeconds: possible && stuck.length === 0 && !unknown ? seconds(inEffectWithin(shift, now)) : null,
    mostWithinSeconds: possible && stuck.length === 0 && !unknown ? seconds(mostWithin(shift, now)) : null,
    residualPercent: stuck.length === 0 ? residualPercent(shift, now) : null,
    stuckUntil: possible ? stuckUntil(stuck, seen, now) : null,
    commands: shift.routes.flatMap(({ name }) => commands[name] ?? [])
  }
}

/**
 * As long as it has not ended: before its first write there is nothing to take back, and abort leaves everything as it is. A
 * shift that only observes never writes; an ended one is taken back by `restore`, which is another shift; one that cannot be read
 * only by hand.
 */
export function isPossible(shift: Shift): boolean {
  return !isEnded(shift.phase) && shift.policy.mode === 'act' && !isUnreadable(shift)
}

function inEffectWithin(shift: Shift, now: Instant): Ms {
  if (shift.firstWriteAt === null) return 0
  const moments = shift.routes.map((route) => route.inEffectAt)
  const known = moments.filter((moment) => moment !== null)
  if (isGoingBack(shift.phase) && known.length === moments.length) return Math.max(0, Math.max(...known) - now)
  return Math.max(
    ...shift.routes.map((route) =>
      isDns(shift, route.name) ? dnsWithin(shift, route) : READ_BACK_MS + shift.policy.alb.settleMs
    )
  )
}

/** When 90 % of the users on new are back: a load balancer moves all of them at once. */
const MOST = 0.9

function mostWithin(shift: Shift, now: Instant): Ms {
  const all = inEffectWithin(shift, now)
  if (shift.firstWriteAt === null || isGoingBack(shift.phase)) return all
  const ofRoute = (route: RouteState) => longestPending(route.tides) + timeToMove(MOST, holdOf(shift, route))
  const each = shift.routes.map((route) => (isDns(shift, route.name) ? ofRoute(route) : all))
  return Math.min(all, Math.max(...each))
}

/** As long as INSYNC may take, and then as many TTLs as the policy waits for a change of records. */
function dnsWithin(shift: Shift, route: RouteState): Ms {
  return longestPending(route.tides) + shift.policy.dns.staleFactor * holdOf(shift, route)
}

/** How long a resolver is believed to keep an answer: while a TTL is being lowered, the one that there was. */
export function holdOf({ policy, step }: Shift, route: RouteState): Ms {
  const before = route.ttlAtStart ?? 0
  const ttl = step < 0 ? Math.max(before, route.want.ttlSeconds ?? 0) : (route.want.ttlSeconds ?? before)
  return Math.max(ttl * 1000, policy.dns.floorMs)
}

/**
 * Percent of users still on new when a rollback counts as in effect: those whose resolvers have not asked again by then. Going
 * back already: what was last measured, else what is expected now.
 */
function residualPercent(shift: Shift, now: Instant): number {
  const shares = shift.routes
    .filter((route) => isDns(shift, route.name))
    .map((route) => residualShare(shift, route, now))
  return Math.round(Math.max(0, ...shares) * 1000) / 10
}

function residualShare(shift: Shift, route: RouteState, now: Instant): number {
  const floor = fractionOf(route.restore ?? ZERO)
  if (isGoingBack(shift.phase)) return (route.observed ?? expectedShare(route.tides, now) ?? floor) - floor
  const hold = holdOf(shift, route)
  const left = 1 - movedAfter(shift.policy.dns.staleFactor * hold, hold)
  return (fractionOf(route.want.share) - floor) * left
}

/**
 * Clients with a cookie stay on new whatever the weights are (FM-38), unless the rollback switches stickiness off, which it
 * does where the policy releases it and everything goes back to 0 %.
 */
function staysStuck({ policy, firstWriteAt }: Shift, route: RouteState, seen: Seen): boolean {
  const reading = seen?.[route.name]?.reading
  const sticky = reading?.kind === 'reading' ? reading.stickySeconds !== null : route.sticky
  const released = policy.rollback.stickiness === 'release' && isZero(route.restore ?? ZERO)
  return firstWriteAt !== null && sticky && !released
}

/** When the last cookie of now has run out; null where nobody stays, or the cookie's life is not known. */
function stuckUntil(stuck: readonly RouteState[], seen: Seen, now: Instant): string | null {
  const lives = stuck.map(({ name }) => {
    const reading = seen?.[name]?.reading
    return reading?.kind === 'reading' ? reading.stickySeconds : null
  })
  const known = lives.filter((life) => life !== null)
  return known.length > 0 && known.length === lives.length ? rfc3339(now + Math.max(...known) * 1000) : null
}

function seconds(ms: Ms): number {
  return Math.ceil(ms / 1000)
}
