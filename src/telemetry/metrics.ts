/**
 * Every Prometheus series of the daemon, in one place, behind methods named for what happened. A series that is not known
 * (null) is taken away; it is never shown as 0, because 0 % is a statement.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { PHASES, type PhaseName } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'

/** What the metrics need of a shift. Percents are percents. */
export interface ShiftMeter {
  readonly id: string
  readonly migration: string
  readonly phase: PhaseName
  readonly routes: readonly {
    readonly name: string
    readonly desired: number | null
    readonly live: number | null
    readonly observed: number | null
  }[]
  readonly gates: readonly { readonly name: string; readonly route: string; readonly value: number | null }[]
}

export interface AwsCallMeter {
  readonly service: string
  readonly operation: string
  readonly outcome: string
  readonly seconds: number
  readonly throttled: boolean
}

export interface Metrics {
  /** A decision that changed the state, by the code of its reason. */
  decided(reason: string): void
  verdict(gate: string, verdict: string): void
  awsCall(call: AwsCallMeter): void
  /** The series of a shift as it is now. */
  shift(meter: ShiftMeter): void
  /** Takes the series of a shift away: the engine calls it 10 minutes after its end. */
  shiftGone(id: string): void
  /** A rollback was confirmed, so long after it began. */
  rollback(cause: string, seconds: number): void
  /** From the end of the first bad period to the decision. */
  breachDetected(seconds: number): void
  orphaned(routes: number): void
  /** Something was observed successfully. */
  observed(at: Instant): void
  /** A decision was attempted. */
  decidedAt(at: Instant): void
  leader(is: 0 | 1): void
  /** How many shifts are in each phase; a phase that is not named has none. */
  shiftsByPhase(counts: Readonly<Partial<Record<PhaseName, number>>>): void
  /** The text format of Prometheus. */
  render(): Promise<string>
  readonly contentType: string
}

/** Different values of one label, beyond which all further ones are counted as `other`. */
const VALUES_MAX = 500
const VALUE_LENGTH_MAX = 128

/** Bounds what a caller's names (gates of inline policies) can do to the number of series. */
function bounded(): (value: string) => string {
  const seen = new Set<string>()
  return (value) => {
    const short = value.slice(0, VALUE_LENGTH_MAX)
    if (seen.has(short)) return short
    if (seen.size >= VALUES_MAX) return 'other'
    seen.add(short)
    return short
  }
}

const SECONDS_OF_A_CALL = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const SECONDS_OF_A_ROLLBACK = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800]
const SECONDS_OF_A_DETECTION = [5, 10, 30, 60, 90, 120, 180, 240, 300, 600]

function shiftGauges(register: Registry) {
  const registers = [register]
  return {
    shiftPercent: new Gauge({
      name: 'sluice_shift_percent',
      help: 'Percent of traffic on new: desired by the shift, live at the provider, observed in requests',
      labelNames: ['shift', 'migration', 'route', 'kind'] as const,
      registers
    }),
    shiftPhase: new Gauge({
      name: 'sluice_shift_phase',
      help: '1 for the phase that the shift is in, 0 for all others',
      labelNames: ['shift', 'migration', 'phase'] as const,
      registers
    }),
    gateValue: new Gauge({
      name: 'sluice_shift_gate_value',
      help: 'What a gate last measured',
      labelNames: ['shift', 'migration', 'route', 'gate'] as const,
      registers
    }),
    shifts: new Gauge({
      name: 'sluice_shifts',
      help: 'Shifts by phase',
      labelNames: ['phase'] as const,
      registers
    })
  }
}

function decisionSeries(register: Registry) {
  const registers = [register]
  return {
    verdicts: new Counter({
      name: 'sluice_shift_verdicts_total',
      help: 'Verdicts of gates',
      labelNames: ['gate', 'verdict'] as const,
      registers
    }),
    decisions: new Counter({
      name: 'sluice_shift_decisions_total',
      help: 'Decisions that changed a shift, by reason',
      labelNames: ['reason'] as const,
      registers
    }),
    rollbacks: new Counter({
      name: 'sluice_rollbacks_total',
      help: 'Confirmed rollbacks by cause',
      labelNames: ['cause'] as const,
      registers
    }),
    rollbackSeconds: new Histogram({
      name: 'sluice_rollback_seconds',
      help: 'From the decision to roll back to its confirmation at the provider',
      buckets: SECONDS_OF_A_ROLLBACK,
      registers
    }),
    breachSeconds: new Histogram({
      name: 'sluice_breach_detection_seconds',
      help: 'From the end of the first bad period to the detection of the breach',
      buckets: SECONDS_OF_A_DETECTION,
      registers
    })
  }
}

function daemonSeries(register: Registry) {
  const registers = [register]
  const gauge = (name: string, help: string) => new Gauge({ name: `sluice_${name}`, help, registers })
  return {
    orphaned: gauge('orphaned_routes', 'Routes strictly between 0 and 100 without an open shift'),
    lastDecision: gauge('last_decision_timestamp_seconds', 'When a decision was last attempted'),
    lastObservation: gauge('last_observation_timestamp_seconds', 'When the world was last observed successfully'),
    leader: gauge('leader', '1 where this process leads')
  }
}

function awsSeries(register: Registry) {
  const registers = [register]
  return {
    awsCalls: new Counter({
      name: 'sluice_aws_calls_total',
      help: 'Calls of AWS',
      labelNames: ['service', 'operation', 'outcome'] as const,
      registers
    }),
    awsCallSeconds: new Histogram({
      name: 'sluice_aws_call_seconds',
      help: 'Duration of calls of AWS',
      labelNames: ['service', 'operation'] as const,
      buckets: SECONDS_OF_A_CALL,
      registers
    }),
    awsThrottles: new Counter({
      name: 'sluice_aws_throttles_total',
      help: 'Calls that AWS throttled',
      labelNames: ['service'] as const,
      registers
    })
  }
}

/** Names, labels and help. A name that was released is never given another meaning. */
function declareSeries(register: Registry) {
  return {
    ...shiftGauges(register),
    ...decisionSeries(register),
    ...daemonSeries(register),
    ...awsSeries(register)
  }
}

/** Series of shifts: sets those of the view and removes those that were there before and are not any more. */
function shiftSeries(series: ReturnType<typeof declareSeries>) {
  const shown = new Map<string, ShiftMeter>()
  const remove = ({ id: shift, migration, routes, gates }: ShiftMeter) => {
    for (const phase of PHASES) series.shiftPhase.remove({ shift, migration, phase })
    for (const { name: route } of routes) {
      for (const kind of ['desired', 'live', 'observed']) series.shiftPercent.remove({ shift, migration, route, kind })
    }
    for (const { name: gate, route } of gates) series.gateValue.remove({ shift, migration, route, gate })
  }
  const set = ({ id: shift, migration, phase: now, routes, gates }: ShiftMeter) => {
    for (const phase of PHASES) series.shiftPhase.set({ shift, migration, phase }, phase === now ? 1 : 0)
    for (const { name: route, desired, live, observed } of routes) {
      for (const [kind, value] of Object.entries({ desired, live, observed })) {
        if (value !== null) series.shiftPercent.set({ shift, migration, route, kind }, value)
      }
    }
    for (const { name: gate, route, value } of gates) {
      if (value !== null) series.gateValue.set({ shift, migration, route, gate }, value)
    }
  }
  const gone = (id: string) => {
    const before = shown.get(id)
    if (before) remove(before)
    shown.delete(id)
  }
  return {
    show: (meter: ShiftMeter) => {
      // One synchronous turn: nobody can render between taking away and setting.
      gone(meter.id)
      set(meter)
      shown.set(meter.id, meter)
    },
    gone
  }
}

/** All series, in a registry of their own. */
export function makeMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const series = declareSeries(registry)
  const shifts = shiftSeries(series)
  const gate = bounded()
  const cause = bounded()
  const reason = bounded()
  const operation = bounded()
  const byPhase = (counts: Readonly<Partial<Record<PhaseName, number>>>) => {
    for (const phase of PHASES) series.shifts.set({ phase }, counts[phase] ?? 0)
  }
  byPhase({})
  return {
    decided: (code) => series.decisions.inc({ reason: reason(code) }),
    verdict: (name, verdict) => series.verdicts.inc({ gate: gate(name), verdict }),
    awsCall: (call) => {
      const { service, outcome, seconds, throttled } = call
      const name = operation(call.operation)
      series.awsCalls.inc({ service, operation: name, outcome })
      series.awsCallSeconds.observe({ service, operation: name }, seconds)
      if (throttled) series.awsThrottles.inc({ service })
    },
    shift: shifts.show,
    shiftGone: shifts.gone,
    rollback: (why, seconds) => {
      series.rollbacks.inc({ cause: cause(why) })
      series.rollbackSeconds.observe(seconds)
    },
    breachDetected: (seconds) => series.breachSeconds.observe(seconds),
    orphaned: (routes) => series.orphaned.set(routes),
    observed: (at) => series.lastObservation.set(at / 1000),
    decidedAt: (at) => series.lastDecision.set(at / 1000),
    leader: (is) => series.leader.set(is),
    shiftsByPhase: byPhase,
    render: () => registry.metrics(),
    contentType: registry.contentType
  }
}
