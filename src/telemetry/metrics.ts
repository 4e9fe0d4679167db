/**
 * Every Prometheus series of the daemon, in one place, behind methods named for what happened. A series that is not known
 * (null) is taken away; it is never shown as 0, because 0 % is a statement.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Cause } from '../core/reason.ts'
import { PHASES, type PhaseName } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import { shiftSeries, type ShiftMeter } from './shiftSeries.ts'

export type { ShiftMeter } from './shiftSeries.ts'

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
  /** A rollback was in effect later than it had been promised. */
  rollbackLate(): void
  /** From the end of the first bad period to the decision. */
  breachDetected(seconds: number): void
  orphaned(routes: number): void
  /** What became of one attempt to deliver a notification. */
  notified(target: string, outcome: string): void
  /** Something was observed successfully. */
  observed(at: Instant): void
  /** A decision was attempted. */
  decidedAt(at: Instant): void
  leader(is: 0 | 1): void
  /** Asked at every scrape: how many shifts this process watches. */
  watching(count: () => number): void
  /** Something went wrong that no shift can do anything about. */
  failed(kind: string): void
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
const SECONDS_OF_A_DETECTION = [5, 10, 30, 60, 90, 120, 180, 240, 300, 600, 1200, 1800]

/** Every cause from the start at 0: a counter that appears with its first 1 shows no increase to Prometheus. */
const CAUSES: Readonly<Record<Cause['kind'], 0>> = { breach: 0, no_healthy_new: 0, person: 0, policy: 0 }

/** Gauges of the runtime whose names end like counters, which Prometheus advises against; the same by type stay. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

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
    rollbacksLate: new Counter({
      name: 'sluice_rollbacks_late_total',
      help: 'Rollbacks that were in effect later than promised',
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
    leader: gauge('leader', '1 where this process leads'),
    shifts: new Gauge({ name: 'sluice_shifts', help: 'Shifts by phase', labelNames: ['phase'] as const, registers }),
    failures: new Counter({
      name: 'sluice_failures_total',
      help: 'Failures of the daemon itself, such as a store that does not answer; each is tried again',
      labelNames: ['kind'] as const,
      registers
    }),
    notifications: new Counter({
      name: 'sluice_notifications_total',
      help: 'Attempts to deliver a notification, by target and what became of it',
      labelNames: ['target', 'outcome'] as const,
      registers
    })
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
    ...decisionSeries(register),
    ...daemonSeries(register),
    ...awsSeries(register)
  }
}

/** Counted when it is asked for: a loop that never turned is watched all the same. */
function openShifts(register: Registry): (count: () => number) => void {
  let count = () => 0
  const gauge: Gauge = new Gauge({
    name: 'sluice_open_shifts',
    help: 'Open shifts that are this process’s to watch, also those that it cannot read',
    registers: [register],
    collect: () => gauge.set(count())
  })
  return (counts) => {
    count = counts
  }
}

/** All series, in a registry of their own. */
export function makeMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  const series = declareSeries(registry)
  const shifts = shiftSeries(registry)
  const watching = openShifts(registry)
  const failure = bounded()
  const gate = bounded()
  const cause = bounded()
  const reason = bounded()
  const operation = bounded()
  const target = bounded()
  const byPhase = (counts: Readonly<Partial<Record<PhaseName, number>>>) => {
    for (const phase of PHASES) series.shifts.set({ phase }, counts[phase] ?? 0)
  }
  byPhase({})
  for (const kind of Object.keys(CAUSES)) series.rollbacks.inc({ cause: cause(kind) }, 0)
  series.failures.inc({ kind: failure('turn') }, 0)
  return {
    decided: (code) => series.decisions.inc({ reason: reason(code) }),
    verdict: (name, verdict) => series.verdicts.inc({ gate: gate(name), verdict }),
    awsCall: (call) => {
      const { service, outcome, seconds, throttled } = call
      const name = operation(call.operation)
      series.awsCalls.inc({ service, operation: name, outcome })
      series.awsCallSeconds.observe({ service, operation: name }, seconds)
      // From the first call on at 0, so that the first throttled call is an increase.
      series.awsThrottles.inc({ service }, throttled ? 1 : 0)
    },
    shift: shifts.show,
    shiftGone: shifts.gone,
    rollback: (why, seconds) => {
      series.rollbacks.inc({ cause: cause(why) })
      series.rollbackSeconds.observe(seconds)
    },
    rollbackLate: () => series.rollbacksLate.inc(),
    breachDetected: (seconds) => series.breachSeconds.observe(seconds),
    orphaned: (routes) => series.orphaned.set(routes),
    notified: (name, outcome) => series.notifications.inc({ target: target(name), outcome }),
    observed: (at) => series.lastObservation.set(at / 1000),
    decidedAt: (at) => series.lastDecision.set(at / 1000),
    leader: (is) => series.leader.set(is),
    shiftsByPhase: byPhase,
    watching,
    failed: (kind) => series.failures.inc({ kind: failure(kind) }),
    render: () => registry.metrics(),
    contentType: registry.contentType
  }
}
