/**
 * What was measured, folded into meters, gates and the observed share. Gates are judged in every phase in which new has
 * traffic; only periods that lie wholly inside the baking step count for its progress.
 */
import type { GateContext } from './gates/context.ts'
import { comparedCounts, comparisonOf } from './gates/comparing.ts'
import { contextOf, stepSince } from './period.ts'
import { blinded, emptied } from './gates/errorRate.ts'
import { pushGuard } from './gates/guard.ts'
import { judgeTargetHealth } from './gates/targetHealth.ts'
import { judgeMeasured } from './gates/measured.ts'
import { isMeasured, meterOf, type MeasuredGate } from './gates/meters.ts'
import { tally } from './gates/counts.ts'
import type { GateSpec } from './policy.ts'
import type { MeterReading, PeriodCounts, SidesHealth, Unreadable } from './observation.ts'
import { expectedShare } from './dns/model.ts'
import { plusPeriod } from './dns/lumps.ts'
import { fractionOf, isZero } from './share.ts'
import { bookPools, reviseInPools, toPools, type Convicted } from './pooling.ts'
import { comparisonsOf, isFirst, recounted, UNDOUBTED, withComparisons } from './gates/comparison.ts'
import { isGoingBack, type GateState, type MeterState, type RouteState, type Shift } from './shift.ts'
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
  patch(turn, {
    gates: turn.shift.gates.map((state) => anew(emptied(state))),
    routes: turn.shift.routes.map((route) => ({ ...route, counted: { old: 0, new: 0 } })),
    shareSince: null,
    shareTold: false
  })
}

/** The evidence goes on through the steps; only what belongs to one step begins anew. */
function anew(state: GateState): GateState {
  const next = withComparisons(state, (compared) => ({ ...compared, back: null, clear: UNDOUBTED }))
  return { ...next, ...(next.words === undefined ? {} : { words: '' }) }
}

/** A new step is a likely moment for a regression to begin (GATING 3.3). The same step baked again is none. */
export function beginStep(turn: Turn): void {
  patch(turn, {
    gates: turn.shift.gates.map((state) => {
      const next = withComparisons(state, (compared) => ({ ...compared, first: true }))
      return next.percentile ? { ...next, percentile: { ...next.percentile, begun: true } } : next
    })
  })
}

export function judge(turn: Turn): void {
  if (turn.shift.meters.every((meter) => meter.judgedTo === null)) return
  for (const reading of turn.seen.meters) foldMeter(turn, reading)
  for (const convicted of bookPools(turn)) convict(turn, convicted)
  for (const state of turn.shift.gates) judgeHealthGate(turn, state)
}

/** All routes together are worse than old: the worst of them carries the verdict. */
function convict(turn: Turn, { gate, route, words }: Convicted): void {
  const state = turn.shift.gates.find((candidate) => candidate.gate === gate && candidate.route === route)
  if (!state || state.verdict === 'breach') return
  const told = state.compared ? { compared: { ...state.compared, words } } : { words }
  const breach: GateState = { ...state, ...told, verdict: 'breach', note: 'pooled', passed: 0 }
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
    poolPeriod(turn, spec, state, period, context)
    setGate(turn, state, held(turn, spec, judgeMeasured(spec, state, period, context)))
  }
}

function poolPeriod(
  turn: Turn,
  spec: MeasuredGate,
  state: GateState,
  period: PeriodCounts,
  context: GateContext
): void {
  const counted = comparedCounts(spec, period).flatMap((one) => {
    const compared = comparisonOf(state, one.of)
    return compared ? [{ ...one, first: isFirst(compared, context) }] : []
  })
  toPools(turn, state, period.start, counted)
}

/** A judged period whose counts have risen: the evidence is worked out anew from there, the verdict with it. */
function recount(turn: Turn, meter: MeterState, period: PeriodCounts): void {
  for (const { state, spec } of gatesOfMeter(turn, meter)) {
    if (comparisonsOf(state).length === 0) continue
    const context = { ...contextOf(turn, spec, meter, period.start), inStep: false, warm: true, guard: false }
    reviseInPools(turn, state, period.start, comparedCounts(spec, period))
    setGate(turn, state, held(turn, spec, recounted(judgeMeasured(spec, state, period, context), state)))
  }
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
  const health = spec.account ? ownHealth(turn, state) : seen.health
  if (health === null) return
  const since = stepSince(turn)
  const at = health.kind === 'health' ? health.readAt : turn.now
  const judged = judgeTargetHealth(spec, state, health, turn.now, since !== null && at >= since)
  const next = held(turn, spec, { ...judged, passed: Math.min(judged.passed, READS_ASKED) })
  if (!sameButTime(next, state)) setGate(turn, state, next)
}

/** What was read for this gate, in its own account; null while going back, when nobody reads it. */
function ownHealth(turn: Turn, { gate, route }: GateState): SidesHealth | Unreadable | null {
  const found = turn.seen.health?.find((one) => one.gate === gate && one.route === route)
  if (!found && isGoingBack(turn.shift.phase)) return null
  return found?.health ?? { kind: 'unreadable', code: 'no_answer', detail: 'it was not read', gone: false }
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
  // A comparison's value is the newest period's, its samples are the step's: only its words belong together.
  const told = now.verdict === 'blind' ? '' : (now.words ?? now.compared?.words ?? '')
  const words = told === '' ? {} : { words: told }
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
    lumps:
      inStep && expected !== null
        ? plusPeriod(route.lumps, {
            observed,
            expected,
            before: route.counted,
            nth: Math.floor((period.start - since) / meter.periodMs)
          })
        : route.lumps,
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
