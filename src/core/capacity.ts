/**
 * Is there enough on the side that is to take traffic? Asked before every increase of new, and of old before a rollback.
 */
import { ALL, type Tenths } from './percent.ts'
import { compareShares, fractionOf, tenthsOfShare, type Share } from './share.ts'
import type { RouteState, Shift } from './shift.ts'
import { isDns } from './want.ts'
import { emit, healthOf, isGone, patchRoute, readingOf, type Turn } from './turn.ts'

/** Healthy targets that new must have before it gets `share` of a route (CONTRACT 4, capacity.new). */
export function neededNew(shift: Shift, route: RouteState, share: Share): number {
  const { capacity, preflight } = shift.policy
  const part = Math.ceil(fractionOf(share) * route.oldHealthyAtStart * capacity.new - 1e-9)
  return Math.max(preflight.minHealthyTargets, part)
}

/** Names of the routes whose new side cannot take `share` now; unreadable health is not enough. */
export function tooFewNew(turn: Turn, shareOf: (route: RouteState) => Share): readonly string[] {
  return turn.shift.routes
    .filter((route) => {
      const healthy = healthOf(turn, route.name)?.new.healthy ?? 0
      return healthy < neededNew(turn.shift, route, shareOf(route))
    })
    .map((route) => route.name)
}

/** Old has shrunk: a rollback would land on too little. Told once, and forward steps are held until it is back. */
export function foldOldCapacity(turn: Turn): void {
  const { policy } = turn.shift
  for (const route of turn.shift.routes) {
    const health = healthOf(turn, route.name)
    if (!health || route.restore === null) continue
    const healthy = health.old.healthy
    const short = healthy < policy.capacity.old * route.oldHealthyAtStart
    if (short && route.oldShortSince === null) {
      patchRoute(turn, route.name, { oldShortSince: turn.now })
      const atStart = route.oldHealthyAtStart
      emit(turn, 'capacity.short', { code: 'capacity_short', route: route.name, healthy, atStart }, { page: true })
    }
    if (!short && route.oldShortSince !== null) {
      patchRoute(turn, route.name, { oldShortSince: null })
      emit(turn, 'capacity.restored', { code: 'capacity_back', route: route.name, healthy })
    }
  }
}

/**
 * Routes whose old side would get traffic back and has no healthy target. Unreadable health holds no rollback back; but one that
 * waits for old to come back waits until that is seen (`unseen: 'dead'`).
 */
export function deadLandings(turn: Turn, unseen: 'alive' | 'dead' = 'alive'): readonly string[] {
  return turn.shift.routes
    .filter((route) => {
      const health = healthOf(turn, route.name)
      if (isGone(turn, route) || (health === null ? unseen === 'alive' : health.old.healthy > 0)) return false
      const live = readingOf(turn, route.name)?.share ?? route.want.share
      return compareShares(live, route.restore ?? live) > 0
    })
    .map((route) => route.name)
}

/** Records cannot be written at every share: the lowest of the plan's that still keeps so much on new. */
function lowestStepKeeping(shift: Shift, route: RouteState, keep: Tenths, restore: Share): Share {
  if (keep <= tenthsOfShare(restore)) return restore
  const enough = shift.steps.find((step) => step.percent >= keep)?.shares[route.name]
  return enough ?? route.want.share
}

/** With `shape: capacity`: the share of new that leaves old no more than what its healthy targets can take. */
export function bearableShare(turn: Turn, route: RouteState, restore: Share): Share {
  const health = healthOf(turn, route.name)
  const failing = health !== null && health.new.healthy === 0
  if (!health || failing || route.oldHealthyAtStart === 0) return restore
  const part = Math.min(1, health.old.healthy / route.oldHealthyAtStart)
  const keep: Tenths = Math.ceil((1 - part) * ALL)
  if (isDns(turn.shift, route.name)) return lowestStepKeeping(turn.shift, route, keep, restore)
  const share: Share = keep >= ALL ? { old: 1, new: 998 } : { old: Math.min(ALL - keep, 999), new: keep }
  return compareShares(share, restore) > 0 ? share : restore
}
