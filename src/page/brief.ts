/**
 * Ended shifts that the stream of states does not tell of, because there are newer ones: asked of the list, and made as brief as
 * those that it tells of. Pure.
 */
import { ENDS } from '../core/shift.ts'
import type { ShiftView, SummaryView } from '../core/view.ts'
import { URGENCY } from './words.ts'

const PAGE = 50

/** Where the list answers its next page of ended shifts, newest first. @param cursor of the former page; null: the first one */
export function endedPath(cursor: string | null): string {
  const path = `/v1/shifts?phase=${ENDS.join(',')}&limit=${PAGE}`
  return cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`
}

/** An ended shift as a line of the list. Of an ended one nothing comes next, and its sentence says where it stands. */
export function briefOf(view: ShiftView): SummaryView {
  const { id, migration, policy, reason, startedBy, phase, outcome, percent, targetPercent, attention } = view
  const { createdAt, updatedAt, endedAt, explain } = view
  const said = view.gates.filter(({ at }) => at !== null)
  const observed = view.routes.flatMap(({ observedPercent }) => (observedPercent === null ? [] : [observedPercent]))
  return {
    id,
    migration,
    policy,
    reason,
    startedBy,
    routes: view.routes.length,
    phase,
    outcome,
    percent,
    targetPercent,
    observedPercent: observed.length === 0 ? null : Math.min(...observed),
    step: view.step && { index: view.step.index, of: view.step.of },
    since: endedAt ?? updatedAt,
    until: null,
    verdict: URGENCY.find((verdict) => said.some((gate) => gate.verdict === verdict)) ?? null,
    standing: explain,
    health: explain,
    next: null,
    attention,
    rollbackPossible: view.rollback.possible,
    createdAt,
    updatedAt,
    endedAt
  }
}
