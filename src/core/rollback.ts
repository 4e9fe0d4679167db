/**
 * The way back. It looks at the old side first, never raises new anywhere, and is not over before every route is read back as
 * restored and no write of ours can land any more.
 */
import { bearableShare, deadLandings } from './capacity.ts'
import type { Cause } from './reason.ts'
import { compareShares, isZero, lowerShare, tenthsOfShare } from './share.ts'
import type { RouteState, Want } from './shift.ts'
import type { Ms } from './time.ts'
import { emit, enter, patch, readingOf, type Turn } from './turn.ts'
import { anyAboveRestore, matches, sameWant, UNPROVEN, ZERO } from './want.ts'
import { proofOf } from './drift.ts'
import { finish, halt } from './end.ts'
import { percentNow } from './standing.ts'

/** With `shape: capacity`, how often the next part moves (CONTRACT 4). */
export const CAPACITY_EVERY_MS: Ms = 30_000

/** Goes back, or says why it cannot yet. The one door to `rolling_back`. */
export function goBack(turn: Turn, cause: Cause): void {
  const { shift } = turn
  if (shift.firstWriteAt === null || shift.policy.mode === 'observe') return withoutWrites(turn, cause)
  if (cause.kind === 'breach' || cause.kind === 'no_healthy_new') {
    if (!isRemembered(turn, cause)) detected(turn, cause)
    if (!anyAboveRestore(shift) && !anyLiveAboveRestore(turn))
      return halt(turn, 'breach_at_start', 'new carried this traffic before the shift began', null)
  }
  const forced = cause.kind === 'person' && cause.force
  const dead = forced ? [] : deadLandings(turn)
  if (dead.length > 0) {
    return halt(turn, 'old_unhealthy', `old has no healthy target on ${dead.join(', ')}`, cause)
  }
  if (isOldUnfit(cause) && !isRemembered(turn, cause)) {
    return halt(turn, 'old_unfit', 'old fails no less than new: going back would not help users', cause)
  }
  startBack(turn, cause)
}

/** Only where the breach was counted in errors can old's own errors make it unfit (CONTRACT 4.1). */
export function isOldUnfit(cause: Cause): boolean {
  if (cause.kind !== 'breach' || !cause.counts || cause.oldValue === null) return false
  return cause.oldValue >= cause.value
}

/** Somebody else may have raised new above what is to be restored: users suffer all the same. */
function anyLiveAboveRestore(turn: Turn): boolean {
  return turn.shift.routes.some((route) => {
    const live = readingOf(turn, route.name)?.share
    return live !== undefined && compareShares(live, route.restore ?? ZERO) > 0
  })
}

function isRemembered(turn: Turn, cause: Cause): boolean {
  const { phase } = turn.shift
  return phase.kind === 'halted' && phase.cause === cause
}

/** With when it could first be seen: the end of the bad period, or the first empty read. */
function detected(turn: Turn, cause: Cause): void {
  const gate =
    cause.kind === 'breach'
      ? turn.shift.gates.find(({ gate, route }) => gate === cause.gate && route === cause.route)
      : null
  const route = cause.kind === 'no_healthy_new' ? turn.shift.routes.find(({ name }) => name === cause.route) : null
  emit(turn, 'breach.detected', { code: 'cause', cause, seenAt: gate?.at ?? route?.emptySince ?? null }, { page: true })
}

/** Before the first write nothing is judged, so that in mode act only a person comes here; of mode observe also a breach. */
function withoutWrites(turn: Turn, cause: Cause): void {
  if (cause.kind === 'person') return finish(turn, 'aborted', `${cause.verb}: ${cause.text}`, cause.actor)
  if (cause.kind === 'breach' || cause.kind === 'no_healthy_new') {
    detected(turn, cause)
    return halt(turn, 'breach_observed', 'this shift only watches; it moves nothing', null)
  }
  halt(turn, 'hold', 'this shift only watches; it moves nothing', null)
}

function startBack(turn: Turn, cause: Cause): void {
  const { shift, now } = turn
  const from = percentNow(turn)
  enter(turn, {
    kind: 'rolling_back',
    since: now,
    cause,
    deadlineAt: now + shift.policy.rollback.deadlineMs,
    nextAt: shift.policy.rollback.shape === 'capacity' ? now : null,
    confirmedAt: null,
    lowSince: null
  })
  aimBack(turn)
  const actor = cause.kind === 'person' ? cause.actor : 'daemon'
  emit(
    turn,
    'rollback.started',
    { code: 'rollback_started', cause, from, to: restorePercent(turn) },
    { actor, page: true }
  )
}

function restorePercent(turn: Turn): number {
  return Math.min(...turn.shift.routes.map((route) => tenthsOfShare(route.restore ?? ZERO)))
}

/** Sets what each route is to be on the way back, from what is live now. */
export function aimBack(turn: Turn): void {
  patch(turn, {
    routes: turn.shift.routes.map((route) => {
      const want = backWant(turn, route)
      if (sameWant(want, route.want)) return { ...route, suspect: null, drift: null }
      const reading = readingOf(turn, route.name)
      const proof = reading && matches(reading, want) ? proofOf(turn, route, reading) : null
      return { ...route, want, ...UNPROVEN, ...proof, suspect: null, drift: null, repairs: 0 }
    })
  })
}

function backWant(turn: Turn, route: RouteState): Want {
  const restore = route.restore ?? ZERO
  const { shape, stickiness } = turn.shift.policy.rollback
  const live = readingOf(turn, route.name)?.share ?? null
  const aim = shape === 'capacity' ? bearableShare(turn, route, restore) : restore
  const share = live === null ? aim : lowerShare(aim, live)
  const release = stickiness === 'release' && isSticky(turn, route) && isZero(restore) && isZero(share)
  if (release) return { share, attached: false, unstick: true }
  const { ttlSeconds } = route.want
  return { share, attached: null, unstick: false, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) }
}

function isSticky(turn: Turn, route: RouteState): boolean {
  const reading = readingOf(turn, route.name)
  return reading === null ? route.sticky : reading.stickySeconds !== null || route.want.unstick
}

/** Live went below what is wanted: kept, because a rollback never raises. With `shape: capacity` the next part moves when its time has come. */
export function keepGoingBack(turn: Turn): void {
  const { phase } = turn.shift
  if (phase.kind !== 'rolling_back' && phase.kind !== 'stuck') return
  const due = phase.nextAt !== null && turn.now >= phase.nextAt
  const below = turn.shift.routes.some((route) => {
    const live = readingOf(turn, route.name)?.share
    return live !== undefined && compareShares(live, route.want.share) < 0
  })
  if (due) patch(turn, { phase: { ...phase, nextAt: turn.now + CAPACITY_EVERY_MS } })
  if (due || below) aimBack(turn)
}

/** Every route stands at, or below, its restore share by what is wanted. */
export function aimsAtRestore(turn: Turn): boolean {
  return turn.shift.routes.every((route) => compareShares(route.want.share, route.restore ?? ZERO) <= 0)
}
