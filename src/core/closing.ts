/**
 * How a shift closes: draining after 100 %, the end of a way back, and the TTL that is put back at every end.
 */
import { finish, halt } from './end.ts'
import { countsRequests } from './gates/meters.ts'
import { ALL } from './percent.ts'
import { aimsAtRestore, keepGoingBack } from './rollback.ts'
import { tenthsOfShare } from './share.ts'
import { rollbackBeganAt, type Phase } from './shift.ts'
import { allAsWanted, allInEffect, percentNow } from './standing.ts'
import type { Instant } from './time.ts'
import { emit, enter, patch, readingOf, type Turn } from './turn.ts'
import { isAsWanted, isDns, isTidy, mayStillLand, UNPROVEN } from './want.ts'

type Back = Extract<Phase, { kind: 'rolling_back' }>
type Stuck = Extract<Phase, { kind: 'stuck' }>

/** Everything has moved: the plan ended at 100 %. */
export function isWhole(turn: Turn): boolean {
  return turn.shift.routes.every((route) => tenthsOfShare(route.want.share) === ALL)
}

/** The last step is done. */
export function complete(turn: Turn): void {
  if (!isWhole(turn)) return finish(turn, 'completed', `new has ${percentNow(turn) / 10} %`)
  enter(turn, {
    kind: 'draining',
    since: turn.now,
    deadlineAt: turn.now + turn.shift.policy.drain.deadlineMs,
    lowSince: null
  })
}

/** 100 % is in effect; old is watched until nothing arrives there any more (FM-22). */
export function draining(turn: Turn): void {
  const { phase, policy, routes } = turn.shift
  if (phase.kind !== 'draining') return
  if (!allAsWanted(turn)) return untidied(turn, phase.deadlineAt)
  if (canStillLand(turn)) return
  const residuals = routes.map((route) => (route.observed === null ? null : 1 - route.observed))
  const known = residuals.filter((residual) => residual !== null)
  const residual = known.length === 0 ? null : Math.max(...known)
  if (phase.lowSince !== null && residual !== null && measuredTo(turn) - phase.lowSince >= policy.drain.forMs) {
    if (tidyUp(turn)) return
    emit(turn, 'old.drained', { code: 'drained', residual })
    return finish(turn, 'completed', 'old is drained')
  }
  if (turn.now < phase.deadlineAt || tidyUp(turn)) return
  emit(turn, 'old.drained', { code: 'drain_deadline', residual }, { page: true })
  finish(turn, 'completed', 'old was still not seen to be drained at the deadline')
}

/** A write of ours is still on its way somewhere. */
export function canStillLand(turn: Turn): boolean {
  return turn.shift.routes.some((route) => mayStillLand(route, turn.now))
}

/** What stands in the way of the end is a TTL that cannot be put back: that, too, has an end (FM-32). */
function untidied(turn: Turn, deadlineAt: Instant): void {
  const late = turn.shift.routes.filter((route) => route.confirmedAt === null)
  if (late.length === 0 || turn.now < deadlineAt + turn.shift.policy.converge.deadlineMs) return
  halt(turn, 'deadline', `not read back as wanted: ${late.map((route) => route.name).join(', ')}`, null)
}

/** On the way back: what still moves, when it was verified, when it is over, and when it is late. */
export function goingBack(turn: Turn): void {
  keepGoingBack(turn)
  const { phase } = turn.shift
  if (phase.kind !== 'rolling_back' && phase.kind !== 'stuck') return
  const confirmed = allAsWanted(turn) && aimsAtRestore(turn)
  if (confirmed && phase.confirmedAt === null) verified(turn, phase)
  if (confirmed && isOver(turn) && !tidyBack(turn)) {
    const [outcome, actor] =
      phase.cause.kind === 'person' ? (['aborted', phase.cause.actor] as const) : (['rolled_back', 'daemon'] as const)
    return finish(turn, outcome, 'every route is read back as it was', actor)
  }
  if (!confirmed && phase.kind === 'rolling_back' && turn.now >= phase.deadlineAt) stuck(turn, phase)
}

function verified(turn: Turn, phase: Back | Stuck): void {
  patch(turn, { phase: { ...phase, confirmedAt: turn.now } })
  emit(turn, 'rollback.confirmed', {
    code: 'rollback_confirmed',
    cause: phase.cause.kind,
    afterMs: turn.now - rollbackBeganAt(phase),
    percent: percentNow(turn)
  })
}

/** Late: on-call is told, and it tries on. */
function stuck(turn: Turn, { since, cause, nextAt, confirmedAt, lowSince }: Back): void {
  const late = turn.shift.routes.filter((route) => !isAsWanted(route, readingOf(turn, route.name)))
  enter(turn, { kind: 'stuck', since: turn.now, begunAt: since, cause, nextAt, confirmedAt, lowSince })
  const routes = late.map((route) => route.name)
  emit(turn, 'shift.stuck', { code: 'stuck', routes, afterMs: turn.now - since }, { page: true })
}

/** In effect, what is behind DNS is gone or has had its time, and no write of ours can land any more. */
function isOver(turn: Turn): boolean {
  const { phase, policy, routes } = turn.shift
  if (phase.kind !== 'rolling_back' && phase.kind !== 'stuck') return false
  if (canStillLand(turn)) return false
  const tidied = routes.some((route) => route.ttlAtStart !== null && route.want.ttlSeconds === route.ttlAtStart)
  if (tidied) return true
  if (!allInEffect(turn)) return false
  const dns = routes.filter((route) => isDns(turn.shift, route.name))
  if (dns.length === 0 || phase.confirmedAt === null || !counts(turn)) return true
  const late = turn.now >= phase.confirmedAt + policy.drain.deadlineMs
  return late || (phase.lowSince !== null && measuredTo(turn) - phase.lowSince >= policy.drain.forMs)
}

/** Some gate counts requests: what still arrives can be known. */
function counts(turn: Turn): boolean {
  return turn.shift.gateSpecs.some(countsRequests)
}

function measuredTo(turn: Turn): number {
  const counting = turn.shift.meters.filter(({ gate }) => gate === null)
  return Math.min(...counting.map((meter) => meter.judgedTo ?? 0))
}

/** At every end a TTL that was lowered is put back. True while that is under way. */
export function tidyUp(turn: Turn): boolean {
  const untidy = turn.shift.routes.filter((route) => !isTidy(route))
  if (untidy.length === 0) return false
  patch(turn, {
    routes: turn.shift.routes.map((route) =>
      isTidy(route) || route.ttlAtStart === null
        ? route
        : { ...route, want: { ...route.want, ttlSeconds: route.ttlAtStart }, ...UNPROVEN }
    )
  })
  return true
}

/** The way back was verified: what is left to write has its own time, before anybody is called. */
function tidyBack(turn: Turn): boolean {
  if (!tidyUp(turn)) return false
  const { phase, policy } = turn.shift
  if (phase.kind === 'rolling_back')
    patch(turn, { phase: { ...phase, deadlineAt: Math.max(phase.deadlineAt, turn.now + policy.rollback.deadlineMs) } })
  return true
}
