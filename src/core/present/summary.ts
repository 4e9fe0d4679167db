/**
 * A shift as one line of a list. What it says changes only with the shift: times are instants, never "so long still".
 */
import { explainHealth } from '../explain/gates.ts'
import { explainNext, explainStanding } from '../explain/standing.ts'
import { percentOf } from '../percent.ts'
import { attentionOf, outcomeOf, untilOf } from '../present.ts'
import { rfc3339, rfc3339OrNull } from '../rfc3339.ts'
import { isGoingBack, type Shift, type Verdict } from '../shift.ts'
import { percentWanted } from '../standing.ts'
import type { SummaryView } from '../view.ts'
import { isPossible } from './rollback.ts'

/** Worst first. */
const URGENCY: readonly Verdict[] = ['breach', 'hold', 'blind', 'inconclusive', 'pass']

export function summarise(shift: Shift): SummaryView {
  const { phase } = shift
  return {
    id: shift.id,
    migration: shift.migration,
    policy: shift.policy.name,
    reason: shift.reason,
    startedBy: shift.startedBy,
    routes: shift.routes.length,
    phase: phase.kind,
    outcome: outcomeOf(shift),
    percent: percentOf(percentWanted(shift)),
    targetPercent: percentOf(shift.target),
    observedPercent: slowestObserved(shift),
    step: shift.step < 0 ? null : { index: shift.step, of: shift.steps.length },
    since: rfc3339(phase.since),
    until: rfc3339OrNull(untilOf(shift)),
    verdict: worstOf(shift),
    standing: explainStanding(shift),
    health: explainHealth(shift),
    next: explainNext(shift),
    attention: attentionOf(shift),
    rollbackPossible: isPossible(shift),
    createdAt: rfc3339(shift.createdAt),
    updatedAt: rfc3339(shift.updatedAt),
    endedAt: rfc3339OrNull(shift.endedAt)
  }
}

/** Of the route that is furthest behind: forward the lowest, on the way back the highest. */
function slowestObserved({ phase, routes }: Shift): number | null {
  const known = routes.flatMap(({ observed }) => (observed === null ? [] : [observed]))
  if (known.length === 0) return null
  const slowest = isGoingBack(phase) ? Math.max(...known) : Math.min(...known)
  return percentOf(Math.round(slowest * 1000))
}

function worstOf({ gates }: Shift): Verdict | null {
  const said = new Set(gates.filter(({ at }) => at !== null).map(({ verdict }) => verdict))
  return URGENCY.find((verdict) => said.has(verdict)) ?? null
}
