/**
 * What was measured, folded into meters, gates and the observed share. Gates are judged in every phase in which new has
 * traffic; only periods that lie wholly inside the baking step count for its progress.
 */
import type { GateContext } from './gates/context.ts'
import { contextOf, stepSince } from './period.ts'
import { blinded, emptied } from './gates/errorRate.ts'
import { pushGuard } from './gates/guard.ts'
import { judgeTargetHealth } from './gates/targetHealth.ts'
import { judgeMeasured } from './gates/measured.ts'
import { isMeasured, meterOf, type MeasuredGate } from './gates/meters.ts'
import { tally } from './gates/counts.ts'
import type { ErrorRateGate, GateSpec } from './policy.ts'
import type { MeterReading, PeriodCounts } from './observation.ts'
import { expectedShare } from './dns/model.ts'
import { plusPeriod } from './dns/lumps.ts'
import { fractionOf, isZero } from './share.ts'
import { bookPools, poolsAnew, toPool } from './pooling.ts'
import { comparisonsOf, judgeComparison, recounted, withComparisons } from './gates/comparison.ts'
import type { Compared, GateState, MeterState, RouteState, Shift } from './shift.ts'
import { emit, isGone, patch, patchRoute, type Turn } from './turn.ts'
import { isDns, ZERO } from './want.ts'

/** Consecutive passing periods or reads, wholly inside a step, without which no step completes (CONTRACT 4). */
export const READS_ASKED = 2

/** What a gate's breach leads to in this shift. */
export function actionOf(turn: Turn, gate: GateSpec): 'rollback' | 'hold' | 'warn' {
  return gate.action ?? turn.shift.policy.onBreach
}

export function specOfGate(turn: Turn, state: GateState): GateSpec {
  const spec = turn.shift.gateSpecs.find((gate) => gate.name === state.gate)
  if (!spec) throw new Error(`bug: shift ${turn.shift.id} has no gate ${state.gate}`)
  return spec
}

/** At each step: pools emptied, passes forgotten. */
export function emptyGates(turn: Turn): void {
  poolsAnew(turn)
  patch(turn, {
    gates: turn.shift.gates.map((state) => anew(emptied(state))),
    routes: turn.shift.routes.map((route) => ({ ...route, counted: { old: 0, new: 0 } })),
    shareSince: null,
    shareTold: false
  })
}

/** The evidence goes on through the steps; only what belongs to one step begins anew. */
function anew(state: GateState): GateState {
  const clear = { periods: 0, is: false }
  const next = withComparisons(state, (compared) => ({ ...compared, first: true, back: null, clear }))
  return {
    ...next,
    ...(next.percentile ? { percentile: { ...next.percentile, begun: true } } : {}),
    ...(next.words === undefined ? {} : { words: '' })
  }
}

export function judge(turn: Turn): void {
  if (turn.shift.meters.every((meter) => meter.judgedTo === null)) return
  for (const reading of turn.seen.meters) foldMeter(turn, reading)
  for (const convicted of bookPools(turn)) convict(turn, convicted)
  for (const state of turn.shift.gates) judgeHealthGate(turn, state)
}

/** All routes together are worse than old: the worst of them carries the verdict. */
function convict(turn: Turn, { gate, route, words }: { gate: string; route: string; words: string }): void {
  const state = turn.shift.gates.find((candidate) => candidate.gate === gate && candidate.route === route)
  if (!state?.compared || state.verdict === 'breach') return
  const breach: GateState = {
    ...state,
    verdict: 'breach',
    note: 'pooled',
    passed: 0,
    compared: { ...state.compared, words }
  }
  setGate(turn, state, held(turn, specOfGate(turn, state), breach))
}

function foldMeter(turn: Turn, reading: MeterReading): void {
  const find = () => turn.shift.meters.find((meter) => meter.key === reading.meter)
  const meter = find()
  if (!meter || meter.judgedTo === null) return
  if (meter.blind !== reading.unusable) patchMeter(turn, meter.key, { blind: reading.unusable })
  if (reading.unusable !== null) return blindGates(turn, meter, reading.unusable)
  for (const period of reading.revised ?? []) if (period.start < meter.judgedTo) recount(turn, meter, period)
  for (const period of reading.periods) {
    const current = find()
    if (!current || current.judgedTo === null || period.start < current.judgedTo) continue
    patchMeter(turn, meter.key, { ...pushGuard(current, period), judgedTo: period.start + meter.periodMs })
    foldShare(turn, meter, period)
    const before = convictedGates(turn, meter)
    judgePeriod(turn, meter.key, period)
    // Several periods may come at once, after blindness or a restart: a better one after it does not acquit.
    if (convictedGates(turn, meter) > before) return
  }
}

function patchMeter(turn: Turn, key: string, change: Partial<MeterState>): void {
  patch(turn, { meters: turn.shift.meters.map((meter) => (meter.key === key ? { ...meter, ...change } : meter)) })
}

function gatesOfMeter(turn: Turn, meter: MeterState): readonly { state: GateState; spec: MeasuredGate }[] {
  return turn.shift.gates.flatMap((state) => {
    const spec = specOfGate(turn, state)
    return isMeasured(spec) && meterOf(spec, state.route) === meter.key ? [{ state, spec }] : []
  })
}

/** How many gates of this meter say that new must go. */
function convictedGates(turn: Turn, meter: MeterState): number {
  return gatesOfMeter(turn, meter).filter(
    ({ state, spec }) => state.verdict === 'breach' && actionOf(turn, spec) === 'rollback'
  ).length
}

function blindGates(turn: Turn, meter: MeterState, code: string): void {
  for (const { state } of gatesOfMeter(turn, meter)) {
    if (state.verdict === 'breach') continue
    setGate(turn, state, blinded(state, code))
  }
}

function judgePeriod(turn: Turn, key: string, period: PeriodCounts): void {
  const meter = turn.shift.meters.find((candidate) => candidate.key === key)
  if (!meter) return
  for (const { state, spec } of gatesOfMeter(turn, meter)) {
    const context = contextOf(turn, spec, meter, period.start)
    const judged =
      spec.type === 'errorRate' && state.compared
        ? compare(turn, spec, state, state.compared, period, context)
        : judgeMeasured(spec, state, period, context)
    setGate(turn, state, held(turn, spec, judged))
  }
}

/** A judged period whose counts have risen: the evidence is worked out anew from there, the verdict with it. */
function recount(turn: Turn, meter: MeterState, period: PeriodCounts): void {
  for (const { state, spec } of gatesOfMeter(turn, meter)) {
    if (comparisonsOf(state).length === 0) continue
    const context = { ...contextOf(turn, spec, meter, period.start), inStep: false, warm: true, guard: false }
    const again =
      spec.type === 'errorRate' && state.compared
        ? compare(turn, spec, state, state.compared, period, context, false)
        : judgeMeasured(spec, state, period, context)
    setGate(turn, state, held(turn, spec, recounted(again, state)))
  }
}

function compare(
  turn: Turn,
  spec: ErrorRateGate,
  state: GateState,
  compared: Compared,
  period: PeriodCounts,
  { w, inStep, warm, inBack, roseAt, onAmber, guard }: GateContext,
  pools = true
): GateState {
  const [fresh, older] = [tally(period.new, period.lb), tally(period.old, period.lb)]
  if ('blind' in fresh) return { ...blinded(state, fresh.blind), at: period.start + spec.periodMs, passed: 0 }
  if ('blind' in older) return { ...blinded(state, older.blind), at: period.start + spec.periodMs, passed: 0 }
  const counts = { n1: fresh.requests, e1: fresh.errors, n0: older.requests, e0: older.errors }
  if (pools) toPool(turn, state, period.start, counts)
  const { minRequests, periodMs, delayMs } = spec
  const given = { w, inStep, cold: !warm, inBack, roseAt, minRequests, periodMs, delayMs, onAmber, guard }
  return judgeComparison(state, compared, period, { new: fresh, old: older }, { ...given, limit: spec.max })
}

/** `action: hold` (or onBreach: hold) freezes instead of going back; it lifts by itself. */
export function held(turn: Turn, spec: GateSpec, state: GateState): GateState {
  if (state.verdict !== 'breach' || actionOf(turn, spec) !== 'hold') return state
  return { ...state, verdict: 'hold', note: 'breach_held' }
}

function judgeHealthGate(turn: Turn, state: GateState): void {
  const spec = specOfGate(turn, state)
  const route = turn.shift.routes.find((candidate) => candidate.name === state.route)
  const seen = turn.seen.routes[state.route]
  if (spec.type !== 'targetHealth' || !route || !seen || !hasTraffic(turn, route)) return
  const since = stepSince(turn)
  const at = seen.health.kind === 'health' ? seen.health.readAt : turn.now
  const judged = judgeTargetHealth(spec, state, seen.health, turn.now, since !== null && at >= since)
  const next = held(turn, spec, { ...judged, passed: Math.min(judged.passed, READS_ASKED) })
  if (!sameButTime(next, state)) setGate(turn, state, next)
}

/** A tick that learns nothing is not saved, so the mere time of a look is not kept. */
function sameButTime(a: GateState, b: GateState): boolean {
  return (
    a.verdict === b.verdict &&
    a.value === b.value &&
    a.samples === b.samples &&
    a.passed === b.passed &&
    a.lowSince === b.lowSince &&
    a.note === b.note
  )
}

/** New has, or may have, traffic: by what is live, or where that is unreadable by what was written. */
export function hasTraffic(turn: Turn, route: RouteState): boolean {
  const reading = turn.seen.routes[route.name]?.reading
  if (reading?.kind === 'reading') return !isZero(reading.share)
  if (isGone(turn, route)) return false
  return !isZero(route.want.share) || !isZero(route.from)
}

export function setGate(turn: Turn, was: GateState, now: GateState): void {
  patch(turn, {
    gates: turn.shift.gates.map((state) => (state.gate === was.gate && state.route === was.route ? now : state))
  })
  if (now.verdict === was.verdict) return
  const { gate, route, value, limit, samples, note } = now
  const words = now.words === undefined || now.words === '' || now.verdict === 'blind' ? {} : { words: now.words }
  emit(turn, 'gate.judged', {
    ...words,
    code: 'judged',
    gate,
    route,
    verdict: now.verdict,
    was: was.verdict,
    value,
    limit,
    samples,
    note
  })
  const warns = now.verdict === 'breach' && actionOf(turn, specOfGate(turn, now)) === 'warn'
  if (warns) emit(turn, 'gate.warned', { code: 'warned', gate, route, value, limit, samples, ...words }, { page: true })
}

/** The share of requests that new really got; summed over the step for judging it, the newest period for showing it. */
function foldShare(turn: Turn, meter: MeterState, period: PeriodCounts): void {
  const route = turn.shift.routes.find((candidate) => candidate.name === meter.route)
  const main = turn.shift.meters.find((candidate) => candidate.route === meter.route && candidate.gate === null)
  if (!route || main?.key !== meter.key) return
  const [older, newer] = [tally(period.old, period.lb), tally(period.new, period.lb)]
  const counts = { old: period.old.requests ?? 0, new: period.new.requests ?? 0 }
  if ('blind' in older || 'blind' in newer || counts.old + counts.new === 0) return
  const since = stepSince(turn)
  const inStep = since !== null && period.start >= since
  const observed = counts.new / (counts.old + counts.new)
  const expected = expectedShare(route.tides, period.start + meter.periodMs / 2)
  patchRoute(turn, route.name, {
    observed,
    lumps: inStep && expected !== null ? plusPeriod(route.lumps, observed, expected) : route.lumps,
    counted: inStep ? { old: route.counted.old + counts.old, new: route.counted.new + counts.new } : route.counted
  })
  foldDrain(turn, period)
}

/** What still arrives where it should not stays low since the start of this period, or does not. */
function foldDrain(turn: Turn, period: PeriodCounts): void {
  const { phase, policy } = turn.shift
  if (phase.kind !== 'draining' && phase.kind !== 'rolling_back' && phase.kind !== 'stuck') return
  if (period.start < phase.since) return
  const low = turn.shift.routes.every((route) => {
    const residual = residualOf(turn.shift, route)
    return residual !== null && residual <= policy.drain.residual
  })
  const lowSince = low ? (phase.lowSince ?? period.start) : null
  if (lowSince !== phase.lowSince) patch(turn, { phase: { ...phase, lowSince } })
}

/** Share of requests that still arrives at the side that is being left, 0 to 1; null before it was measured. */
export function residualOf(shift: Shift, route: RouteState): number | null {
  if (shift.phase.kind === 'draining') return route.observed === null ? null : 1 - route.observed
  if (!isDns(shift, route.name)) return 0
  return route.observed === null ? null : Math.max(0, route.observed - fractionOf(route.restore ?? ZERO))
}
