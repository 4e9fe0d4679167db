/**
 * What was read, folded into the routes: confirmed, a late write of our own, suspect, or drift (CORE-NOTES 4). Live can differ
 * from what is wanted for four reasons that look alike; here they are told apart, and nothing is written.
 */
import type { Answer, Reading, Unreadable } from './observation.ts'
import { inSync, withTide } from './dns/tides.ts'
import { fractionOf, isZero, sameShare, tenthsOfShare } from './share.ts'
import type { RouteState, Shift, Suspect } from './shift.ts'
import { isGoingBack } from './shift.ts'
import type { Ms } from './time.ts'
import { emit, patchRoute, readingOf, type Turn } from './turn.ts'
import { isDns, isForeignTtl, LATE_MS, matches, sameWant } from './want.ts'

/** A foreign value that is still the same after so long, in at least two reads, is drift; a lagging read vanishes before. */
export const DRIFT_MS: Ms = 12_000

/** How often a late write of our own is written over after a confirmation. */
export const MAX_REPAIRS = 2

/** Why a route's live state is not as wanted, as far as writing is concerned. */
export type Standing =
  | 'as_wanted'
  /** Accepted, and on its way to every name server. */
  | 'spreading'
  /** Looks as wanted, but our write's change id was lost: the same write again proves it. */
  | 'unproven'
  | 'not_written'
  | 'late'
  | 'unexplained'

/** Outcomes of writes. A definite answer closes its ask: that write can never land late. */
export function foldAnswers(turn: Turn): void {
  for (const { route: name, n, outcome } of turn.seen.answers) {
    const route = turn.shift.routes.find((candidate) => candidate.name === name)
    if (!route?.asks.some((ask) => ask.n === n)) continue
    const asks = outcome.kind === 'unknown' ? route.asks : route.asks.filter((ask) => ask.n !== n)
    const ask = route.asks.find((candidate) => candidate.n === n)
    const changeId = outcome.kind === 'accepted' ? (outcome.changeId ?? null) : null
    const proves = changeId !== null && ask !== undefined && sameWant(ask.want, route.want)
    patchRoute(turn, name, { asks, problem: problemOf(outcome), ...(proves ? { changeId } : {}) })
  }
}

function problemOf(outcome: Answer['outcome']): string | null {
  switch (outcome.kind) {
    case 'accepted':
      return null
    case 'conflict':
      return 'live was not what was expected right before the write'
    case 'refused':
    case 'unknown':
    case 'withheld':
      return `${outcome.code}: ${outcome.detail}`
  }
}

export function foldRoutes(turn: Turn): void {
  const { firstWriteAt, policy } = turn.shift
  // Before the first write nothing is wanted yet: preflight itself reads what is live.
  if (firstWriteAt === null && policy.mode === 'act') return
  for (const route of turn.shift.routes) {
    const seen = turn.seen.routes[route.name]?.reading
    const asks = route.asks.filter((ask) => turn.now - ask.sentAt < LATE_MS)
    if (asks.length < route.asks.length) patchRoute(turn, route.name, { asks })
    if (!seen) continue
    const current = { ...route, asks }
    if (turn.shift.policy.mode === 'observe') follow(turn, current, seen)
    else if (seen.kind === 'unreadable') foldUnreadable(turn, current, seen)
    else if (isGoingBack(turn.shift.phase)) foldGoingBack(turn, current, seen)
    else foldReading(turn, current, seen)
  }
}

/** Does this live state need a write, and whose doing is it? */
export function standingOf(shift: Shift, route: RouteState, reading: Reading, now: number): Standing {
  if (isReshaped(route, reading)) return 'unexplained'
  if (matches(reading, route.want)) return provenAs(shift, route, reading, now)
  if (route.confirmedAt === null && sameShare(reading.share, route.from) && reading.attached === route.fromAttached) {
    return 'not_written'
  }
  const late = route.asks.some((ask) => now - ask.sentAt < LATE_MS && sameShare(reading.share, ask.want.share))
  if (late && route.repairs < MAX_REPAIRS) return 'late'
  return 'unexplained'
}

function isReshaped(route: RouteState, reading: Reading): boolean {
  return reading.shape !== route.shape || isForeignTtl(reading, route)
}

/** A change that the provider does not know so long after it was sent, it has forgotten: a lag is over by then. */
const FORGOTTEN_MS: Ms = 60_000

/** What Route 53 lists is intent; only INSYNC of the change that wrote it is a fact. A change it forgot is sent once more. */
export function provenAs(
  shift: Shift,
  route: RouteState,
  { inSync }: Reading,
  now: number
): 'as_wanted' | 'spreading' | 'unproven' {
  if (!isDns(shift, route.name) || route.confirmedAt !== null) return 'as_wanted'
  if (route.changeId === null) return route.sentAt === null ? 'as_wanted' : 'unproven'
  // In the very decision that began to wait for it, nobody had asked yet.
  const asked = shift.phase.since < now
  const forgotten = asked && inSync === undefined && now - (route.sentAt ?? now) >= FORGOTTEN_MS
  return inSync === true ? 'as_wanted' : forgotten ? 'unproven' : 'spreading'
}

function foldReading(turn: Turn, route: RouteState, reading: Reading): void {
  const standing = standingOf(turn.shift, route, reading, turn.now)
  switch (standing) {
    case 'as_wanted':
      return confirm(turn, route, reading)
    case 'spreading':
    case 'unproven':
      return patchRoute(turn, route.name, { suspect: null, drift: null, tides: tidesOf(turn, route, reading) })
    case 'not_written':
    case 'late':
      return patchRoute(turn, route.name, { suspect: null, ...(standing === 'late' ? { inEffectAt: null } : {}) })
    case 'unexplained': {
      const kind = isReshaped(route, reading) ? 'shape' : 'share'
      return suspect(
        turn,
        route,
        kind,
        reading,
        `${kind} ${reading.share.old}:${reading.share.new} ${reading.attached} ${reading.ttlSeconds} ${reading.shape}`
      )
    }
  }
}

function confirm(turn: Turn, route: RouteState, reading: Reading): void {
  const first = route.confirmedAt === null
  const tides = first ? inSync(tidesOf(turn, route, reading), turn.now) : route.tides
  const served = first
    ? [...route.served.slice(-11), { since: turn.now, w: fractionOf(route.want.share) }]
    : route.served
  patchRoute(turn, route.name, {
    tides,
    served,
    from: route.want.share,
    fromAttached: reading.attached,
    confirmedAt: route.confirmedAt ?? turn.now,
    inEffectAt: route.inEffectAt ?? turn.now + settleMs(turn, route, reading),
    suspect: null,
    drift: null,
    problem: null
  })
  if (!first) return
  const { share } = route.want
  emit(turn, 'weight.confirmed', { code: 'read_back', route: route.name, percent: tenthsOfShare(share), share })
}

/** max(TTL before, TTL after, 60 s). Before the first step the TTL that was there at the start is the one to outwait. */
function holdMs(turn: Turn, route: RouteState, reading: Reading): Ms {
  const before = turn.shift.step < 0 ? (route.ttlAtStart ?? 0) : 0
  return Math.max((reading.ttlSeconds ?? 0) * 1000, before * 1000, turn.shift.policy.dns.floorMs)
}

/** What the zone holds is on its way to users from when it was sent, though nothing is in effect before INSYNC. */
function tidesOf(turn: Turn, route: RouteState, reading: Reading): RouteState['tides'] {
  if (!isDns(turn.shift, route.name)) return route.tides
  const [from, to] = [fractionOf(route.from), fractionOf(route.want.share)]
  return withTide(route.tides, { from, to, since: route.sentAt, holdMs: holdMs(turn, route, reading) })
}

/**
 * From the read-back to "in effect". Attaching new at weight 0 moves nobody. Records: staleFactor TTLs from INSYNC; a TTL that was
 * lowered needs one of the old ones.
 */
function settleMs(turn: Turn, route: RouteState, reading: Reading): Ms {
  const { phase, policy } = turn.shift
  if (isDns(turn.shift, route.name)) {
    if (turn.shift.step < 0 && !isGoingBack(phase)) return (route.ttlAtStart ?? 0) * 1000
    return policy.dns.staleFactor * holdMs(turn, route, reading)
  }
  return phase.kind === 'converging' && isZero(route.want.share) && isZero(route.from) ? 0 : policy.alb.settleMs
}

/** While going back there is no drift: what is above is written again, what is below restore is kept (a rollback never raises). */
function foldGoingBack(turn: Turn, route: RouteState, reading: Reading): void {
  const as = matches(reading, route.want) ? provenAs(turn.shift, route, reading, turn.now) : 'not_written'
  if (as === 'as_wanted') confirm(turn, route, reading)
  else if (as === 'spreading' || as === 'unproven')
    patchRoute(turn, route.name, { suspect: null, tides: tidesOf(turn, route, reading) })
  else patchRoute(turn, route.name, { suspect: null, inEffectAt: null })
}

function foldUnreadable(turn: Turn, route: RouteState, seen: Unreadable): void {
  if (seen.gone && !isGoingBack(turn.shift.phase)) suspect(turn, route, 'gone', null, 'gone')
}

function suspect(turn: Turn, route: RouteState, kind: Suspect['kind'], reading: Reading | null, mark: string): void {
  const former = route.suspect?.mark === mark ? route.suspect : null
  const now: Suspect = {
    kind,
    share: reading?.share ?? null,
    mark,
    since: former?.since ?? turn.now,
    reads: (former?.reads ?? 0) + 1
  }
  const stays = turn.now - now.since >= DRIFT_MS && now.reads >= 2
  if (former && !stays && former.reads >= 2) return
  patchRoute(turn, route.name, { suspect: now })
  if (!stays || route.drift?.mark === mark) return
  patchRoute(turn, route.name, { drift: now, suspect: now })
  emit(
    turn,
    'drift.detected',
    {
      code: 'drift',
      route: route.name,
      kind,
      found: now.share,
      expected: route.want.share,
      confirmedAt: route.confirmedAt
    },
    { page: true }
  )
}

/** mode: observe. What is live is what is wanted: others move the traffic. */
function follow(turn: Turn, route: RouteState, seen: Reading | Unreadable): void {
  if (seen.kind === 'unreadable' || turn.shift.phase.kind === 'preflight') return
  if (route.confirmedAt !== null && sameShare(seen.share, route.want.share)) return
  patchRoute(turn, route.name, {
    want: { share: seen.share, attached: null, unstick: false },
    from: seen.share,
    fromAttached: seen.attached,
    confirmedAt: turn.now,
    inEffectAt: turn.now,
    counted: { old: 0, new: 0 }
  })
}

/** Routes whose live state cannot be read in this observation. */
export function unreadableRoutes(turn: Turn): readonly string[] {
  return turn.shift.routes.filter((route) => readingOf(turn, route.name) === null).map((route) => route.name)
}
