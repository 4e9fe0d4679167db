/**
 * The report of a shift: the five measures by which a migration is judged, from its events and from what its decisions saw.
 * Pure, and counts only what was measured.
 */
import type { Command } from './command.ts'
import type { ShiftEvent } from './event.ts'
import type { Observation } from './observation.ts'
import { outcomeOf } from './present.ts'
import { explainShift } from './explain.ts'
import { explainGate, specOf } from './explain/gates.ts'
import { measurementsOf, type Measurements } from './report/evidence.ts'
import { impactOf } from './report/impact.ts'
import { actionsOf, decisionsOf, insufficientOf, percentsOf, rollbackOf } from './report/log.ts'
import { phaseTimes, spansOf, stretchTimes } from './report/times.ts'
import type { ReportDetails } from './report/view.ts'
import { rfc3339, rfc3339OrNull } from './rfc3339.ts'
import type { Shift } from './shift.ts'
import type { Instant } from './time.ts'
import type { ReportView } from './view.ts'

/** What a report needs of a saved decision. */
export interface SeenDeed {
  readonly seen: Pick<Observation, 'meters' | 'commands'>
}

/**
 * @param deeds the decisions in their order; without them nothing is known of requests and commands
 * @param now until when an open shift is counted
 */
export function report(
  shift: Shift,
  events: readonly ShiftEvent[],
  deeds: Iterable<SeenDeed> = [],
  now: Instant = shift.updatedAt
): ReportView {
  const impact = impactOf(shift)
  const measurements = measurementsOf(shift)
  const commands = new Map<string, Command>()
  for (const { seen } of deeds) {
    impact.add(seen.meters)
    measurements.add(seen.meters)
    for (const command of seen.commands) commands.set(command.id, command)
  }
  const end = shift.endedAt ?? Math.max(now, shift.createdAt)
  return {
    ...detailsOf(shift, events, measurements, end),
    actions: actionsOf(commands.values()),
    id: shift.id,
    migration: shift.migration,
    outcome: outcomeOf(shift),
    serviceImpact: impact.result(),
    work: workOf(shift, events, commands),
    rollback: rollbackOf(shift, events),
    frequency: {
      steps: shift.steps.length,
      stepsDone: new Set(events.flatMap(({ reason }) => (reason.code === 'step_done' ? [reason.step] : []))).size,
      versions: shift.versions
    },
    time: {
      startedAt: rfc3339(shift.createdAt),
      endedAt: rfc3339OrNull(shift.endedAt),
      seconds: (end - shift.createdAt) / 1000,
      phases: phaseTimes(shift, events, end)
    }
  }
}

function detailsOf(
  shift: Shift,
  events: readonly ShiftEvent[],
  measurements: Measurements,
  end: Instant
): Omit<ReportDetails, 'actions'> {
  return {
    policy: shift.policy.name,
    reason: shift.reason,
    startedBy: shift.startedBy,
    explain: explainShift(shift, end),
    stretches: stretchTimes(shift, events, end),
    evidence: measurements.evidence(spansOf(shift, events, end)),
    insufficient: insufficientOf(events),
    gates: shift.gates.map((state) => ({
      gate: state.gate,
      route: state.route,
      verdict: state.verdict,
      explain: explainGate(state, specOf(shift, state))
    })),
    findings: shift.findings,
    decisions: decisionsOf(events),
    chart: { percent: percentsOf(events), points: measurements.points() }
  }
}

/** What people had to do: each command once, and everybody who did something, the starter first. */
function workOf(
  shift: Shift,
  events: readonly ShiftEvent[],
  commands: ReadonlyMap<string, Command>
): ReportView['work'] {
  const actors = [
    shift.startedBy,
    ...[...commands.values()].map(({ actor }) => actor),
    ...events.map(({ actor }) => actor)
  ]
  return {
    commands: commands.size,
    approvals: events.filter(({ type }) => type === 'approval.granted').length,
    people: [...new Set(actors)].filter((actor) => actor !== 'daemon'),
    writes: events.filter(({ type }) => type === 'weight.requested').length
  }
}
