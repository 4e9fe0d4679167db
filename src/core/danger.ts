/**
 * Danger before progress: what hurts users, what cannot be seen, what somebody else changed, and what took too long.
 */
import type { Cause } from './reason.ts'
import { actionOf, hasTraffic, specOfGate } from './judge.ts'
import { isGoingBack, type GateState, type RouteState, type Shift } from './shift.ts'
import { deadLandings, foldOldCapacity } from './capacity.ts'
import { stepBack } from './back.ts'
import { comparisonsOf, SHARED_PERIODS } from './gates/comparison.ts'
import { leastRequests } from './gates/meters.ts'
import { finish, halt } from './end.ts'
import { driftsOf, explainDrift } from './explain/drift.ts'
import { unreadableRoutes } from './fold.ts'
import { goBack, isOldUnfit } from './rollback.ts'
import { shareArrived } from './arrival.ts'
import { fractionOf } from './share.ts'
import type { Instant, Ms } from './time.ts'
import { emit, healthOf, patch, patchRoute, type Turn } from './turn.ts'
import { isDns, isForward } from './want.ts'

/** Two reads this far apart that show new without a healthy target are enough (CONTRACT 4.1, built in). */
export const EMPTY_MS: Ms = 5_000

/** The observed share should have arrived by then; after this long it is late (CONTRACT, onShare). */
export const SHARE_LATE_MS: Ms = 15 * 60_000

/** Told again so often while a person is needed. */
const REMIND_MS: Ms = 3_600_000

export function danger(turn: Turn): void {
  foldEmptyNew(turn)
  if (isGoingBack(turn.shift.phase)) return remind(turn)
  if (turn.shift.phase.kind === 'preflight') return
  foldOldCapacity(turn)
  if (retryRemembered(turn)) return
  const cause = breachCause(turn)
  if (cause) return goBack(turn, cause)
  if (drifted(turn) || sharedByRise(turn) || stepBack(turn)) return
  foldBlind(turn)
  foldHold(turn)
  overdue(turn)
  remind(turn)
}

/** New under weight without any healthy target: those 503s have no target group dimension and are invisible to counts (FM-43). */
function foldEmptyNew(turn: Turn): void {
  for (const route of turn.shift.routes) {
    const health = healthOf(turn, route.name)
    if (!health) continue
    const empty = health.new.healthy === 0 && hasTraffic(turn, route)
    if (empty && route.emptySince === null) patchRoute(turn, route.name, { emptySince: health.readAt })
    if (!empty && route.emptySince !== null) patchRoute(turn, route.name, { emptySince: null })
  }
}

/** Halted with a remembered cause: goes back by itself once old is fit. True where the shift waits for that. */
function retryRemembered(turn: Turn): boolean {
  const { phase } = turn.shift
  if (phase.kind !== 'halted' || phase.cause === null) return false
  // Old fails as often as new did, but something else is wrong with new too: that is judged by health alone (CONTRACT 4.1).
  const other = phase.why === 'old_unfit' ? breachCause(turn) : null
  if (other && !isOldUnfit(other)) {
    goBack(turn, other)
    return true
  }
  const unseen = phase.why === 'old_unhealthy' ? 'dead' : 'alive'
  if (deadLandings(turn, unseen).length === 0 && isFitAgain(turn, phase.cause)) goBack(turn, phase.cause)
  else remind(turn)
  return true
}

/** Old is fit where, by the newest verdict's own counts, it fails less than new, or is too quiet to say. */
function isFitAgain(turn: Turn, cause: Cause): boolean {
  const { phase } = turn.shift
  if (phase.kind !== 'halted' || phase.why !== 'old_unfit' || cause.kind !== 'breach') return true
  const state = turn.shift.gates.find((gate) => gate.gate === cause.gate && gate.route === cause.route)
  if (!state || state.at === null || state.at <= phase.since) return false
  const { value, oldValue } = ratesOf(turn, state)
  return oldValue === null || value === null || oldValue < value
}

/** Of several breaches one that may go back at once, wherever its gate is listed: more danger never means a later way back. */
function breachCause(turn: Turn): Cause | null {
  const { phase, policy } = turn.shift
  if (phase.kind === 'halted' && (phase.why === 'breach_at_start' || phase.why === 'breach_observed')) return null
  if (policy.mode === 'act' && turn.shift.firstWriteAt === null) return null
  const empty = emptyNew(turn)
  if (empty) return empty
  const causes = turn.shift.gates
    .filter((gate) => gate.verdict === 'breach' && actionOf(turn, specOfGate(turn, gate)) === 'rollback')
    .map((gate) => breachOf(turn, gate))
  return causes.find((cause) => !isOldUnfit(cause)) ?? causes[0] ?? null
}

function emptyNew(turn: Turn): Cause | null {
  const empty = turn.shift.routes.find((route) => {
    const health = healthOf(turn, route.name)
    return health !== null && route.emptySince !== null && health.readAt - route.emptySince >= EMPTY_MS
  })
  if (!empty) return null
  return { kind: 'no_healthy_new', route: empty.name, targets: healthOf(turn, empty.name)?.new.total ?? 0 }
}

function breachOf(turn: Turn, state: GateState): Cause {
  const spec = specOfGate(turn, state)
  const { value, oldValue, oldSamples } = ratesOf(turn, state)
  return {
    kind: 'breach',
    gate: state.gate,
    route: state.route,
    counts: leastRequests(spec) !== null,
    value: value ?? state.value ?? 0,
    limit: state.limit,
    samples: state.samples,
    oldValue,
    oldSamples,
    ...wordsOf(state)
  }
}

function wordsOf({ words, compared }: GateState): { words?: string } {
  const told = words ?? compared?.words
  return told === undefined ? {} : { words: told }
}

/** Error shares of both sides in the last verdict's periods; old's is null with fewer than minRequests. */
function ratesOf(turn: Turn, state: GateState) {
  const spec = specOfGate(turn, state)
  const least = leastRequests(spec) ?? Infinity
  const oldSamples = state.last?.old.requests ?? 0
  const rate = (side: { requests: number; errors: number } | undefined, min: number) =>
    side && side.requests >= min ? side.errors / side.requests : null
  return { value: rate(state.last?.new, 1), oldValue: rate(state.last?.old, least), oldSamples }
}

/** Others' changes are seen and not fought (FM-12, FM-37). True where the shift left its phase. */
function drifted(turn: Turn): boolean {
  const { phase, policy, routes } = turn.shift
  const found = routes.filter((route) => route.drift !== null)
  if (found.length === 0 || !(isForward(phase.kind) || phase.kind === 'draining')) return false
  const names = found.map((route) => route.name)
  if (found.some((route) => route.drift?.kind === 'gone'))
    halt(turn, 'gone', `${names.join(', ')}: not there any more`, null)
  else if (policy.onDrift === 'rollback') goBack(turn, { kind: 'policy', why: 'drift', routes: names })
  else halt(turn, 'drift', driftsOf(turn.shift).map(explainDrift).join('; '), null)
  return true
}

/** Blindness is a state of its own, with its own deadline and action (FM-36). One good look at everything resets it. */
function foldBlind(turn: Turn): void {
  const { phase, policy, blindSince } = turn.shift
  if (!(isForward(phase.kind) || phase.kind === 'draining')) return
  const gates = turn.shift.gates.filter(
    (gate) => gate.verdict === 'blind' && actionOf(turn, specOfGate(turn, gate)) !== 'warn'
  )
  const what = [
    ...unreadableRoutes(turn).map((route) => `route ${route}`),
    ...gates.map((gate) => `gate ${gate.gate} on ${gate.route}`)
  ]
  if (what.length === 0) {
    if (blindSince === null) return
    patch(turn, { blindSince: null })
    return emit(turn, 'blind.ended', { code: 'sees_again', afterMs: turn.now - blindSince })
  }
  if (blindSince === null) {
    patch(turn, { blindSince: turn.now })
    return emit(turn, 'blind.started', { code: 'blind', what })
  }
  const forMs = turn.now - blindSince
  if (policy.onBlind.rollbackMs !== null && forMs >= policy.onBlind.rollbackMs && policy.mode === 'act') {
    return goBack(turn, { kind: 'policy', why: 'blind', routes: what })
  }
  if (forMs >= policy.onBlind.holdMs) halt(turn, 'blind', what.join(', '), null)
}

/** A gate's verdict `hold`, or a share that does not arrive, freezes the step; it lifts by itself, or ends after onHold.after. */
function foldHold(turn: Turn): void {
  const { phase, policy, holdSince } = turn.shift
  if (!(isForward(phase.kind) || phase.kind === 'draining')) return
  const late = lateShareSince(turn)
  if (late !== null)
    tellLateShare(
      turn,
      turn.shift.routes.find((route) => shareArrived(turn, route) === 'late'),
      late
    )
  if (phase.kind === 'baking') tellLateShare(turn, silentRoute(turn), phase.since)
  const gate = turn.shift.gates.find(
    (state) => state.verdict === 'hold' && actionOf(turn, specOfGate(turn, state)) !== 'warn'
  )
  const holding = gate !== undefined || (late !== null && policy.onShare === 'hold')
  if (!holding) return holdSince === null ? undefined : patch(turn, { holdSince: null })
  if (holdSince === null) return patch(turn, { holdSince: turn.now })
  if (turn.now - holdSince < policy.onHold.afterMs) return
  if (policy.onHold.action === 'rollback' && policy.mode === 'act')
    return goBack(turn, { kind: 'policy', why: 'hold', routes: gate ? [gate.route] : [] })
  if (gate) halt(turn, 'hold', `gate ${gate.gate} on ${gate.route} holds: ${gate.note ?? 'no reason given'}`, null)
  else halt(turn, 'share', 'the share of requests that was asked for does not arrive', null)
}

/** Both sides suffer since right after an increase, for long: new may be hurting what they share (GATING 3.5). */
function sharedByRise(turn: Turn): boolean {
  const { phase, policy } = turn.shift
  if (!(isForward(phase.kind) || phase.kind === 'draining') || policy.mode === 'observe') return false
  const state = turn.shift.gates.find((gate) =>
    comparisonsOf(gate).some(({ sharedByRise: rose, sharedSince, evidence: { rule } }) => {
      return rose && sharedSince !== null && turn.now >= sharedSince + SHARED_PERIODS * rule.periodMs + rule.delayMs
    })
  )
  if (!state || actionOf(turn, specOfGate(turn, state)) !== 'rollback') return false
  goBack(turn, { kind: 'policy', why: 'shared', routes: [state.route] })
  return true
}

/** Told when no request at all reached new although so many were due, so long after the weight took effect (GATING 3.8). */
const SILENT_MS: Ms = 3 * 60_000
const SILENT_REQUESTS = 10

/** Not asked of records: the few resolvers that were sent to new may well ask for nothing for a while. */
function silentRoute(turn: Turn): RouteState | undefined {
  return turn.shift.routes.find((route) => {
    const { old, new: fresh } = route.counted
    const periods = turn.shift.meters.filter((meter) => meter.route === route.name && meter.gate === null)
    const seenTo = Math.max(0, ...periods.map(({ judgedTo }) => judgedTo ?? 0))
    const since = Math.max(turn.shift.phase.since, route.inEffectAt ?? Infinity)
    const due = fractionOf(route.want.share) * (old + fresh)
    return fresh === 0 && due >= SILENT_REQUESTS && seenTo - since >= SILENT_MS && !isDns(turn.shift, route.name)
  })
}

function tellLateShare(turn: Turn, late: RouteState | undefined, since: Instant): void {
  if (turn.shift.shareTold || !late) return
  patch(turn, { shareTold: true })
  const { old, new: fresh } = late.counted
  const observed = old + fresh === 0 ? 0 : fresh / (old + fresh)
  const asked = fractionOf(late.want.share)
  emit(
    turn,
    'share.late',
    { code: 'share_late', route: late.name, observed, asked, afterMs: turn.now - since },
    { page: true }
  )
}

/** Since when the asked share is late, or null. */
export function lateShareSince(turn: Turn): Instant | null {
  const { shareSince } = turn.shift
  return shareSince !== null && turn.now - shareSince >= SHARE_LATE_MS ? shareSince : null
}

/** The shift's own deadline; it stands still while it waits for people. */
function overdue(turn: Turn): void {
  const { phase, policy, deadlineAt } = turn.shift
  if (deadlineAt === null || turn.now < deadlineAt || !(phase.kind === 'converging' || phase.kind === 'baking')) return
  if (policy.mode === 'observe') return finish(turn, 'released', 'the time to watch is over')
  halt(turn, 'deadline', 'the shift took longer than its policy allows', null)
}

/** Held, or on a way back that does not arrive. */
function needsPerson({ phase, routes }: Shift): boolean {
  if (phase.kind === 'stuck') return routes.some((route) => route.confirmedAt === null)
  return phase.kind === 'halted' || phase.kind === 'paused'
}

function remind(turn: Turn): void {
  const { phase, pagedAt } = turn.shift
  if (!needsPerson(turn.shift)) return
  const last = Math.max(pagedAt ?? phase.since, phase.since)
  if (turn.now - last < REMIND_MS) return
  const forMs = turn.now - phase.since
  emit(turn, 'shift.reminder', { code: 'reminder', phase: phase.kind, forMs }, { page: true })
}
