/**
 * The Prometheus series of one shift: all of them are set from one view of it, and those that the view does not hold are taken
 * away. What is not known is never shown as 0, because 0 % is a statement.
 */
import { Gauge, type Registry } from 'prom-client'
import { PHASES, VERDICTS, type PhaseName, type Verdict } from '../core/shift.ts'
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
  readonly gates: readonly {
    readonly name: string
    readonly route: string
    readonly value: number | null
    readonly verdict: Verdict
  }[]
  /** When it was last looked at and decided; null once it has ended. */
  readonly lookedAt: Instant | null
  /** Routes and gates that cannot be read now; null where nothing is looked at any more. */
  readonly blind: number | null
  /** A rollback that is not in effect yet, with the seconds in which it was promised (null: no promise). */
  readonly rollback: { readonly startedAt: Instant; readonly promisedSeconds: number | null } | null
}

function gaugesOf(register: Registry) {
  const registers = [register]
  const ofShift = ['shift', 'migration'] as const
  const one = (name: string, help: string) =>
    new Gauge({ name: `sluice_shift_${name}`, help, labelNames: ofShift, registers })
  return {
    percent: new Gauge({
      name: 'sluice_shift_percent',
      help: 'Percent of traffic on new: desired by the shift, live at the provider, observed in requests',
      labelNames: [...ofShift, 'route', 'kind'] as const,
      registers
    }),
    phase: new Gauge({
      name: 'sluice_shift_phase',
      help: '1 for the phase that the shift is in, 0 for all others',
      labelNames: [...ofShift, 'phase'] as const,
      registers
    }),
    gateValue: new Gauge({
      name: 'sluice_shift_gate_value',
      help: 'What a gate last measured',
      labelNames: [...ofShift, 'route', 'gate'] as const,
      registers
    }),
    gates: new Gauge({
      name: 'sluice_shift_gates',
      help: 'Gates of the shift by their newest verdict, each counted once for each route',
      labelNames: [...ofShift, 'verdict'] as const,
      registers
    }),
    blind: one('blind', 'Routes and gates of the shift that cannot be read now'),
    lookedAt: one('last_decision_timestamp_seconds', 'When this open shift was last looked at and decided'),
    rollbackStarted: one(
      'rollback_started_timestamp_seconds',
      'When the rollback began, as long as it is not in effect'
    ),
    rollbackPromised: one(
      'rollback_promised_seconds',
      'Seconds in which the rollback that goes on was promised to be in effect'
    )
  }
}

type Gauges = ReturnType<typeof gaugesOf>

function setShift(gauges: Gauges, meter: ShiftMeter): void {
  const { id: shift, migration, lookedAt, blind, rollback } = meter
  const own = { shift, migration }
  for (const phase of PHASES) gauges.phase.set({ ...own, phase }, phase === meter.phase ? 1 : 0)
  for (const { name: route, desired, live, observed } of meter.routes) {
    for (const [kind, value] of Object.entries({ desired, live, observed })) {
      if (value !== null) gauges.percent.set({ ...own, route, kind }, value)
    }
  }
  for (const { name: gate, route, value } of meter.gates) {
    if (value !== null) gauges.gateValue.set({ ...own, route, gate }, value)
  }
  for (const verdict of VERDICTS) {
    gauges.gates.set({ ...own, verdict }, meter.gates.filter((gate) => gate.verdict === verdict).length)
  }
  if (lookedAt !== null) gauges.lookedAt.set(own, lookedAt / 1000)
  if (blind !== null) gauges.blind.set(own, blind)
  if (rollback !== null) gauges.rollbackStarted.set(own, rollback.startedAt / 1000)
  if (rollback !== null && rollback.promisedSeconds !== null) gauges.rollbackPromised.set(own, rollback.promisedSeconds)
}

function removeShift(gauges: Gauges, { id: shift, migration, routes, gates }: ShiftMeter): void {
  const own = { shift, migration }
  for (const phase of PHASES) gauges.phase.remove({ ...own, phase })
  for (const verdict of VERDICTS) gauges.gates.remove({ ...own, verdict })
  for (const { name: route } of routes) {
    for (const kind of ['desired', 'live', 'observed']) gauges.percent.remove({ ...own, route, kind })
  }
  for (const { name: gate, route } of gates) gauges.gateValue.remove({ ...own, route, gate })
  for (const gauge of [gauges.blind, gauges.lookedAt, gauges.rollbackStarted, gauges.rollbackPromised]) {
    gauge.remove(own)
  }
}

export interface ShiftSeries {
  /** The series of a shift as it is now. */
  readonly show: (meter: ShiftMeter) => void
  /** Takes all series of a shift away; nothing happens where there are none. */
  readonly gone: (id: string) => void
}

export function shiftSeries(register: Registry): ShiftSeries {
  const gauges = gaugesOf(register)
  const shown = new Map<string, ShiftMeter>()
  const gone = (id: string) => {
    const before = shown.get(id)
    if (before) removeShift(gauges, before)
    shown.delete(id)
  }
  return {
    show: (meter) => {
      // One synchronous turn: nobody can render between taking away and setting.
      gone(meter.id)
      setShift(gauges, meter)
      shown.set(meter.id, meter)
    },
    gone
  }
}
