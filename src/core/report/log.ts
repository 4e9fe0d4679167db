/**
 * What a report tells from the decision log: who did what, steps that were left on insufficient evidence, the way back, and the
 * percent over time.
 */
import type { Command, Order } from '../command.ts'
import type { ShiftEvent } from '../event.ts'
import { explainReason } from '../explain.ts'
import { percentOf } from '../percent.ts'
import { rfc3339, rfc3339OrNull } from '../rfc3339.ts'
import type { Shift } from '../shift.ts'
import { isDns } from '../want.ts'
import type { ReportView } from '../view.ts'
import type { ActionView, ChartView, DecisionView, InsufficientView } from './view.ts'

/** So many decisions are told; of a longer log the first and the last. */
const DECISIONS = 400

/** Each order once, in the order in which they came. */
export function actionsOf(commands: Iterable<Command>): readonly ActionView[] {
  return [...commands].map(({ at, actor, order }) => ({
    at: rfc3339(at),
    actor,
    verb: order.verb,
    text: textOf(order)
  }))
}

function textOf(order: Order): string {
  switch (order.verb) {
    case 'abort':
      return order.force ? `${order.reason} (forced)`.trim() : order.reason
    case 'pause':
    case 'release':
      return order.reason
    case 'resume':
      return order.drift ?? ''
    case 'advance':
      return `step ${order.step}`
    case 'approve':
    case 'reject':
      return order.comment === '' ? `step ${order.step}` : `step ${order.step}: ${order.comment}`
  }
}

/** Steps that ended although a gate was still inconclusive: by the policy, or because a person said so. */
export function insufficientOf(events: readonly ShiftEvent[]): readonly InsufficientView[] {
  return events.flatMap(({ at, reason }): readonly InsufficientView[] => {
    if (reason.code !== 'step_done' || (reason.by !== 'insufficient' && reason.by !== 'advance')) return []
    const { step, percent, by, actor } = reason
    return [{ step, percent: percentOf(percent), at: rfc3339(at), by, actor }]
  })
}

/** Without the verdicts of single gates, repeats and refused orders: the story, not the noise. */
export function decisionsOf(events: readonly ShiftEvent[]): readonly DecisionView[] {
  const told = events.filter(({ type }) => !['gate.judged', 'shift.reminder', 'command.refused'].includes(type))
  const kept = told.length <= DECISIONS ? told : [...told.slice(0, DECISIONS / 2), ...told.slice(-DECISIONS / 2)]
  return kept.map(({ at, actor, reason }) => ({ at: rfc3339(at), actor, explain: explainReason(reason) }))
}

/** From the first decision to go back until the last read-back. */
export function rollbackOf(shift: Shift, events: readonly ShiftEvent[]): ReportView['rollback'] {
  const started = events.find(({ type }) => type === 'rollback.started')
  const confirmed = events.findLast(({ type }) => type === 'rollback.confirmed')
  const reason = started?.reason.code === 'rollback_started' ? started.reason : null
  const detected = events.findLast(({ type, at }) => type === 'breach.detected' && at <= (started?.at ?? -Infinity))
  const dns = shift.routes.some(({ name }) => isDns(shift, name))
  return {
    happened: started !== undefined,
    cause: reason?.cause.kind ?? null,
    why: reason === null ? null : explainReason(reason),
    detectedAt: rfc3339OrNull(detected?.at ?? null),
    startedAt: rfc3339OrNull(started?.at ?? null),
    confirmedAt: rfc3339OrNull(confirmed?.at ?? null),
    seconds: started && confirmed ? (confirmed.at - started.at) / 1000 : null,
    fromPercent: reason === null ? null : percentOf(reason.from),
    toPercent: reason === null ? null : percentOf(reason.to),
    possibleUntil: rfc3339OrNull(shift.endedAt),
    verifiedBy: confirmed === undefined ? [] : dns ? ['read_back', 'insync'] : ['read_back']
  }
}

/** What was asked for and what was read back, route by route. */
export function percentsOf(events: readonly ShiftEvent[]): ChartView['percent'] {
  return events.flatMap(({ at, reason }): ChartView['percent'] => {
    if (reason.code !== 'write' && reason.code !== 'read_back') return []
    const kind = reason.code === 'write' ? 'desired' : 'live'
    return [{ at: rfc3339(at), route: reason.route, kind, percent: percentOf(reason.percent) }]
  })
}
