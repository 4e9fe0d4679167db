/**
 * The gates that do not wait for periods of a meter: alarms and probes. What was read of them is folded into their states; a probe
 * is judged before new has traffic too, as that is when it costs nobody anything.
 */
import { ignoredAtStart, judgeAlarms } from './gates/alarm.ts'
import { judgeProbes, type ProbeContext } from './gates/probe.ts'
import { actionOf, hasTraffic, held, READS_ASKED, setGate, specOfGate } from './judge.ts'
import { stepSince } from './period.ts'
import type { Preflight } from './observation.ts'
import type { AlarmGate, ProbeGate } from './policy.ts'
import type { GateState, Shift } from './shift.ts'
import { patch, type Turn } from './turn.ts'

/** Chance that all probes of a shift together convict a healthy new (GATING 3.9). */
export const PROBE_ALPHA = 0.005

export function judgeSignals(turn: Turn): void {
  for (const state of turn.shift.gates) {
    const spec = specOfGate(turn, state)
    if (spec.type === 'alarm') judgeAlarmGate(turn, spec, state)
    if (spec.type === 'probe') judgeProbeGate(turn, spec, state)
  }
}

/** Once, at the end of preflight: which alarms fired before the shift did anything. */
export function ignoreFiring(turn: Turn, preflight: Preflight | null): void {
  const gates = turn.shift.gates.map((state): GateState => {
    const spec = specOfGate(turn, state)
    if (spec.type !== 'alarm') return state
    const reading = preflight?.alarms?.find(({ gate, route }) => gate === state.gate && route === state.route)
    const ignored = ignoredAtStart(spec, reading)
    return ignored === undefined ? state : { ...state, ignored }
  })
  patch(turn, { gates })
}

/** Probe gates whose newest two results are not good: no user is sent to new before. */
export function unprovenProbes(turn: Turn): readonly string[] {
  return turn.shift.gates.flatMap((state) => {
    const spec = specOfGate(turn, state)
    if (spec.type !== 'probe' || actionOf(turn, spec) === 'warn') return []
    return state.verdict === 'pass' && state.passed >= READS_ASKED ? [] : [`${state.gate} on ${state.route}`]
  })
}

function judgeAlarmGate(turn: Turn, spec: AlarmGate, state: GateState): void {
  const route = turn.shift.routes.find(({ name }) => name === state.route)
  const reading = turn.seen.alarms?.find((one) => one.gate === state.gate && one.route === state.route)
  if (!route || !reading || turn.shift.phase.kind === 'preflight' || !hasTraffic(turn, route)) return
  const since = stepSince(turn)
  settle(turn, state, judgeAlarms(spec, state, reading, turn.now, since !== null && reading.readAt >= since))
}

function judgeProbeGate(turn: Turn, spec: ProbeGate, state: GateState): void {
  const route = turn.shift.routes.find(({ name }) => name === state.route)
  if (!route) return
  const reading = turn.seen.probes?.find(({ gate }) => gate === state.gate) ?? null
  settle(turn, state, judgeProbes(spec, state, reading, contextOf(turn, spec, hasTraffic(turn, route))))
}

function contextOf(turn: Turn, spec: ProbeGate, traffic: boolean): ProbeContext {
  const probing = turn.shift.gateSpecs.filter(({ type }) => type === 'probe').length
  return {
    now: turn.now,
    traffic,
    since: stepSince(turn),
    planned: Math.max(1, Math.ceil(lengthOf(turn.shift) / spec.everyMs)),
    // Routes are not counted: the same results are shown to all of them.
    alpha: PROBE_ALPHA / Math.max(1, probing)
  }
}

/** How long the shift is meant to last, without waits for people. */
function lengthOf({ policy, steps }: Shift): number {
  if (policy.mode === 'observe') return policy.deadlineMs
  return steps.reduce((sum, { bakeMs }) => sum + bakeMs + policy.alb.settleMs, 0)
}

/** A tick that learns nothing is not saved, so the mere time of a read is not kept. */
function settle(turn: Turn, was: GateState, judged: GateState): void {
  const spec = specOfGate(turn, was)
  const now = held(turn, spec, { ...judged, passed: Math.min(judged.passed, READS_ASKED) })
  const { at: _was, ...before } = was
  const { at: _now, ...after } = now
  if (JSON.stringify(before) !== JSON.stringify(after)) setGate(turn, was, now)
}
