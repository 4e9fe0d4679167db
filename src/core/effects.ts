/**
 * What is written: for each route that is not as wanted, and where writing is allowed now, one write. Level-triggered: a write
 * that was lost is simply found missing again.
 */
import { neededNew, tooFewNew } from './capacity.ts'
import { provenAs, standingOf } from './fold.ts'
import type { Reading } from './observation.ts'
import type { WriteWhy } from './reason.ts'
import { compareShares, isZero, sameShare, tenthsOfShare } from './share.ts'
import { isGoingBack, type RouteState } from './shift.ts'
import type { Ms } from './time.ts'
import { emit, patch, patchRoute, readingOf, type Turn } from './turn.ts'
import { isForward, matches } from './want.ts'

/** Writes of the same want are this far apart, so that a lagging read is not taken for a lost write. */
const AGAIN_FORWARD_MS: Ms = 5_000
const AGAIN_BACK_MS: Ms = 2_000

/** A forward write reads what it stands on first; more of them at once would wait for each other until it is too late for all. */
const FORWARD_AT_ONCE = 8

/** A stuck rollback tries on with waits that grow to this: for days, where its rule is deleted, and nobody reads such a log. */
const AGAIN_STUCK_MS: Ms = 30_000

/** Of the time that it has been stuck, a wait is never longer: what comes back after a minute is written within 6 s. */
const STUCK_PART = 0.1

export function spacingOf({ shift: { phase }, now }: Turn): Ms {
  if (!isGoingBack(phase)) return AGAIN_FORWARD_MS
  if (phase.kind !== 'stuck') return AGAIN_BACK_MS
  return Math.min(AGAIN_STUCK_MS, Math.max(AGAIN_BACK_MS, (now - phase.since) * STUCK_PART))
}

export function decideWrites(turn: Turn): void {
  const { phase, policy } = turn.shift
  if (policy.mode === 'observe' || turn.shift.firstWriteAt === null) return
  if (isGoingBack(phase)) turn.shift.routes.forEach((route) => writeBack(turn, route))
  else if (isForward(phase.kind) || phase.kind === 'draining') writeForward(turn)
}

function isDue(turn: Turn, route: RouteState): boolean {
  return route.sentAt === null || turn.now - route.sentAt >= spacingOf(turn)
}

/** Needs only eyes for what is above: overwrites whatever stands, and goes out even when nothing can be read. */
function writeBack(turn: Turn, route: RouteState): void {
  const reading = readingOf(turn, route.name)
  if (reading && matches(reading, route.want) && provenAs(turn.shift, route, reading, turn.now) !== 'unproven') return
  if (!reading && route.confirmedAt !== null) return
  const flying = turn.seen.inFlight.find((ask) => ask.route === route.name)
  const same = flying !== undefined && compareShares(flying.want.share, route.want.share) === 0
  if (same || !isDue(turn, route)) return
  send(turn, route, 'any', 0)
}

/** All routes move together: while one cannot take its share, none is raised. */
function writeForward(turn: Turn): void {
  const wanting = turn.shift.routes.flatMap((route) => {
    const reading = readingOf(turn, route.name)
    if (!reading || route.drift !== null) return []
    const standing = standingOf(turn.shift, route, reading, turn.now)
    const needed = standing === 'not_written' || standing === 'late' || standing === 'unproven'
    return needed ? [{ route, reading, standing }] : []
  })
  const raising = wanting.filter(({ route, reading }) => compareShares(route.want.share, reading.share) > 0)
  const short = raising.length === 0 ? [] : tooFewNew(turn, (route) => route.want.share)
  const oldShort = turn.shift.routes.some((route) => route.oldShortSince !== null)
  const mayRaise = short.length === 0 && !oldShort && turn.seen.stop === null
  let room = FORWARD_AT_ONCE - turn.seen.inFlight.length
  for (const { route, reading, standing } of wanting) {
    const flying = turn.seen.inFlight.some((ask) => ask.route === route.name)
    const raises = compareShares(route.want.share, reading.share) > 0
    if (flying || !isDue(turn, route) || (raises && !mayRaise) || room <= 0) continue
    room -= 1
    if (standing === 'late') patchRoute(turn, route.name, { repairs: route.repairs + 1 })
    send(turn, route, reading, raises ? neededNew(turn.shift, route, route.want.share) : 0)
  }
}

function send(turn: Turn, route: RouteState, expect: Reading | 'any', minHealthyNew: number): void {
  const n = turn.shift.asked + 1
  const { want } = route
  const again = route.sentAt !== null
  patch(turn, { asked: n })
  const asks = [
    ...(turn.shift.routes.find(({ name }) => name === route.name)?.asks ?? []),
    { n, want, sentAt: turn.now }
  ]
  // What an earlier write's change has reached says nothing of this one.
  patchRoute(turn, route.name, { asks, sentAt: turn.now, changeId: null })
  turn.effects.push({
    kind: 'setWeights',
    route: route.name,
    n,
    want,
    expect: expect === 'any' ? 'any' : { share: expect.share, attached: expect.attached },
    urgency: expect === 'any' ? 'rollback' : 'forward',
    swap: turn.shift.policy.dns.write === 'swap',
    minHealthyNew
  })
  emit(turn, 'weight.requested', {
    code: 'write',
    route: route.name,
    percent: tenthsOfShare(want.share),
    share: want.share,
    from: expect === 'any' ? route.from : expect.share,
    n,
    why: whyOf(turn, route, again),
    ...(want.ttlSeconds === undefined ? {} : { ttlSeconds: want.ttlSeconds })
  })
}

function whyOf(turn: Turn, route: RouteState, again: boolean): WriteWhy {
  if (isGoingBack(turn.shift.phase)) return route.want.unstick ? 'release' : 'rollback'
  if (route.repairs > 0 && route.confirmedAt !== null) return 'late'
  if (again) return 'retry'
  if (sameShare(route.want.share, route.from) && route.want.ttlSeconds !== undefined) return 'ttl'
  return isZero(route.want.share) ? 'attach' : 'step'
}
