/**
 * The report of a shift: the five measures by which a migration is judged, from its events and from what its decisions saw.
 * Pure, and counts only what was measured.
 */
import type { ShiftEvent } from './event.ts'
import type { Observation } from './observation.ts'
import { outcomeOf } from './present.ts'
import { impactOf } from './report/impact.ts'
import { phaseTimes } from './report/times.ts'
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
  const commands = new Map<string, string>()
  for (const { seen } of deeds) {
    impact.add(seen.meters)
    for (const { id, actor } of seen.commands) commands.set(id, actor)
  }
  const end = shift.endedAt ?? Math.max(now, shift.createdAt)
  return {
    id: shift.id,
    migration: shift.migration,
    outcome: outcomeOf(shift),
    serviceImpact: impact.result(),
    work: workOf(shift, events, commands),
    rollback: rollbackOf(events),
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

/** What people had to do: each command once, and everybody who did something, the starter first. */
function workOf(
  shift: Shift,
  events: readonly ShiftEvent[],
  commands: ReadonlyMap<string, string>
): ReportView['work'] {
  const actors = [shift.startedBy, ...commands.values(), ...events.map(({ actor }) => actor)]
  return {
    commands: commands.size,
    approvals: events.filter(({ type }) => type === 'approval.granted').length,
    people: [...new Set(actors)].filter((actor) => actor !== 'daemon'),
    writes: events.filter(({ type }) => type === 'weight.requested').length
  }
}

/** From the first decision to go back until the last read-back; the cause is the kind of it. */
function rollbackOf(events: readonly ShiftEvent[]): ReportView['rollback'] {
  const started = events.find(({ type }) => type === 'rollback.started')
  const confirmed = events.findLast(({ type }) => type === 'rollback.confirmed')
  return {
    happened: started !== undefined,
    cause: started?.reason.code === 'rollback_started' ? started.reason.cause.kind : null,
    startedAt: rfc3339OrNull(started?.at ?? null),
    confirmedAt: rfc3339OrNull(confirmed?.at ?? null),
    seconds: started && confirmed ? (confirmed.at - started.at) / 1000 : null
  }
}
