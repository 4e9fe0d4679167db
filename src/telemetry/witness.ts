/**
 * What the engine does, told to log and metrics. Pages are log lines of level error with the sentence that on-call needs; nothing
 * here is ever waited for.
 */
import type { ShiftEvent } from '../core/event.ts'
import { explainReason } from '../core/explain.ts'
import type { Observation } from '../core/observation.ts'
import { percentOf } from '../core/percent.ts'
import { tenthsOfShare } from '../core/share.ts'
import { isEnded, type PhaseName, type Shift, type ShiftId } from '../core/shift.ts'
import type { Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Witness } from '../engine/witness.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** Series of a shift stay so long after its end (CONTRACT 5.4). */
const SERIES_STAY_MS: Ms = 10 * 60_000

export function makeWitness(deps: { readonly log: Logger; readonly metrics: Metrics; readonly clock: Clock }): Witness {
  const { log, metrics, clock } = deps
  const phases = new Map<ShiftId, PhaseName>()
  const unread = new Set<string>()

  const count = (shift: Shift) => {
    phases.set(shift.id, shift.phase.kind)
    const counts: Partial<Record<PhaseName, number>> = {}
    for (const phase of phases.values()) counts[phase] = (counts[phase] ?? 0) + 1
    metrics.shiftsByPhase(counts)
    if (isEnded(shift.phase)) void forgetLater(shift.id)
  }
  const forgetLater = async (id: ShiftId) => {
    await clock.sleep(SERIES_STAY_MS)
    metrics.shiftGone(id)
    phases.delete(id)
  }

  return {
    decided: (before, { shift, events }) => {
      for (const event of events) {
        metrics.decided(event.reason.code)
        tell(log, shift, event)
        measure(metrics, event)
      }
      if (shift.phase.kind !== before.phase.kind || !phases.has(shift.id)) count(shift)
    },
    observed: (shift, seen, at) => {
      metrics.decidedAt(at)
      const readable = Object.values(seen.routes).some((route) => route.reading.kind === 'reading')
      if (readable) metrics.observed(at)
      metrics.shift(meterOf(shift, seen))
      tellUnread(log, unread, shift, seen)
    },
    wrote: (id, { route, n, outcome }) => {
      const fields = { shiftId: id, route, n, outcome: outcome.kind }
      if (outcome.kind === 'accepted') return log.info(fields, 'write accepted')
      const more = outcome.kind === 'conflict' ? {} : { code: outcome.code, detail: outcome.detail }
      log.warn({ ...fields, ...more }, 'write not accepted')
    },
    failed: (what, id, err) =>
      log.error({ kind: what, ...(id === null ? {} : { shiftId: id }), err }, 'something failed; trying again'),
    broke: (id, laws) =>
      log.error({ shiftId: id, errors: laws }, 'a law of the core is broken: this is a bug; the shift is halted'),
    orphans: (names) => {
      metrics.orphaned(names.length)
      if (names.length === 0) return
      log.error({ routes: names }, 'routes between 0 and 100 % that no shift watches')
    }
  }
}

/** One line per event; decision, step, phase and weight beside the sentence. */
function tell(log: Logger, shift: Shift, event: ShiftEvent): void {
  const fields = {
    shiftId: shift.id,
    migration: shift.migration,
    seq: event.seq,
    event: event.type,
    phase: event.phase,
    step: shift.step,
    actor: event.actor,
    reason: event.reason.code,
    detail: explainReason(event.reason)
  }
  if (event.page) log.error(fields, 'on-call should look')
  else log.info(fields, 'decided')
}

function measure(metrics: Metrics, event: ShiftEvent): void {
  const { reason } = event
  if (reason.code === 'judged') metrics.verdict(reason.gate, reason.verdict)
  if (reason.code === 'rollback_confirmed') metrics.rollback(reason.cause, reason.afterMs / 1000)
  if (reason.code === 'cause' && reason.seenAt !== null) metrics.breachDetected((event.at - reason.seenAt) / 1000)
}

function meterOf(shift: Shift, seen: Observation) {
  return {
    id: shift.id,
    migration: shift.migration,
    phase: shift.phase.kind,
    routes: shift.routes.map((route) => {
      const reading = seen.routes[route.name]?.reading
      return {
        name: route.name,
        desired: shift.phase.kind === 'preflight' ? null : percentOf(tenthsOfShare(route.want.share)),
        live: reading?.kind === 'reading' ? percentOf(tenthsOfShare(reading.share)) : null,
        observed: route.observed === null ? null : route.observed * 100
      }
    }),
    gates: shift.gates.map(({ gate, route, value }) => ({ name: gate, route, value }))
  }
}

/** A route that cannot be read is said once, and once more when it can be read again. */
function tellUnread(log: Logger, unread: Set<string>, shift: Shift, seen: Observation): void {
  for (const [route, { reading }] of Object.entries(seen.routes)) {
    const key = `${shift.id} ${route}`
    const fields = { shiftId: shift.id, route }
    if (reading.kind === 'unreadable' && !unread.has(key)) {
      unread.add(key)
      log.warn({ ...fields, code: reading.code, detail: reading.detail }, 'route cannot be read')
    }
    if (reading.kind === 'reading' && unread.delete(key)) log.info(fields, 'route can be read again')
  }
}
