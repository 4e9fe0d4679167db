/**
 * What the engine does, told to log and metrics. Pages are log lines of level error with the sentence that on-call needs; nothing
 * here is ever waited for.
 */
import type { ShiftEvent } from '../core/event.ts'
import { explainReason } from '../core/explain.ts'
import type { Observation } from '../core/observation.ts'
import { isEnded, type PhaseName, type Shift, type ShiftId } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Witness } from '../engine/witness.ts'
import type { Logger } from './log.ts'
import { isLate, meterOf } from './meterOf.ts'
import type { Metrics } from './metrics.ts'

/** Series of a shift stay so long after its end (CONTRACT 5.4). */
const SERIES_STAY_MS: Ms = 10 * 60_000

interface Watched {
  readonly phase: PhaseName
  readonly seen: Observation | null
}

/** The shifts that are shown: after each look and each decision as they are then, and for a while after their end. */
function makeShown({ metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock }) {
  const shown = new Map<ShiftId, Watched>()
  let leads = true
  const count = () => {
    const counts: Partial<Record<PhaseName, number>> = {}
    for (const { phase } of shown.values()) counts[phase] = (counts[phase] ?? 0) + 1
    metrics.shiftsByPhase(counts)
  }
  const forgetLater = async (id: ShiftId, then: () => void) => {
    await clock.sleep(SERIES_STAY_MS)
    metrics.shiftGone(id)
    shown.delete(id)
    count()
    then()
  }
  return {
    seenOf: (id: ShiftId) => shown.get(id)?.seen ?? null,
    lead: (is: boolean) => {
      leads = is
      if (is) return
      for (const id of shown.keys()) metrics.shiftGone(id)
      shown.clear()
      count()
    },
    show: (shift: Shift, seen: Observation | null, at: Instant, forgotten: () => void) => {
      // A save that was on its way when another took over: the other one shows this shift now.
      if (!leads) return
      const before = shown.get(shift.id)
      shown.set(shift.id, { phase: shift.phase.kind, seen })
      metrics.shift(meterOf(shift, seen, at))
      if (before?.phase === shift.phase.kind) return
      count()
      if (isEnded(shift.phase)) void forgetLater(shift.id, forgotten)
    }
  }
}

export interface TellingWitness extends Witness {
  /** Of several replicas only the leader shows shifts: what a former one still showed would never change again. */
  readonly lead: (is: boolean) => void
}

export function makeWitness(deps: {
  readonly log: Logger
  readonly metrics: Metrics
  readonly clock: Clock
}): TellingWitness {
  const { log, metrics, clock } = deps
  const shown = makeShown(deps)
  const unread = makeUnread(log)

  return {
    lead: (is) => {
      metrics.leader(is ? 1 : 0)
      shown.lead(is)
      if (!is) metrics.orphaned(0)
    },
    decided: (_before, { shift, events }) => {
      const seen = shown.seenOf(shift.id)
      for (const event of events) {
        metrics.decided(event.reason.code)
        tell(log, shift, event)
        measure(metrics, event)
        if (event.reason.code === 'rollback_confirmed' && isLate(shift, seen, event.at)) metrics.rollbackLate()
      }
      shown.show(shift, seen, clock.now(), () => unread.forget(shift.id))
    },
    observed: (shift, seen, at) => {
      metrics.decidedAt(at)
      const readable = Object.values(seen.routes).some((route) => route.reading.kind === 'reading')
      if (readable) metrics.observed(at)
      shown.show(shift, seen, at, () => unread.forget(shift.id))
      unread.tell(shift, seen)
    },
    wrote: (id, { route, n, outcome }) => {
      const fields = { shiftId: id, route, n, outcome: outcome.kind }
      if (outcome.kind === 'accepted') return log.info(fields, 'write accepted')
      const more = outcome.kind === 'conflict' ? {} : { code: outcome.code, detail: outcome.detail }
      log.warn({ ...fields, ...more }, 'write not accepted')
    },
    failed: (what, id, err) => {
      metrics.failed(what)
      log.error({ kind: what, ...(id === null ? {} : { shiftId: id }), err }, 'something failed; trying again')
    },
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

/** A route that cannot be read is said once, and once more when it can be read again. */
function makeUnread(log: Logger) {
  const unread = new Map<ShiftId, Set<string>>()
  return {
    tell: (shift: Shift, seen: Observation) => {
      const known = unread.get(shift.id) ?? new Set()
      unread.set(shift.id, known)
      for (const [route, { reading }] of Object.entries(seen.routes)) {
        const fields = { shiftId: shift.id, route }
        if (reading.kind === 'unreadable' && !known.has(route)) {
          known.add(route)
          log.warn({ ...fields, code: reading.code, detail: reading.detail }, 'route cannot be read')
        }
        if (reading.kind === 'reading' && known.delete(route)) log.info(fields, 'route can be read again')
      }
    },
    forget: (id: ShiftId) => unread.delete(id)
  }
}
