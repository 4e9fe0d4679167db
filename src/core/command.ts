/**
 * What people can order, and in which phases it is legal. Asked twice: when the order is accepted, and again when it is
 * carried out, because the shift may have moved on in between.
 */
import type { PhaseName, Shift } from './shift.ts'
import { ENDS, isDrifted, isEnded, PHASES } from './shift.ts'
import type { Instant } from './time.ts'

export type CommandId = string

export type Order =
  | { readonly verb: 'abort'; readonly reason: string; readonly force: boolean }
  | { readonly verb: 'pause'; readonly reason: string }
  | { readonly verb: 'resume'; readonly drift: 'adopt' | 'overwrite' | null }
  | { readonly verb: 'advance'; readonly step: number }
  | { readonly verb: 'approve'; readonly step: number; readonly comment: string }
  | { readonly verb: 'reject'; readonly step: number; readonly comment: string }
  | { readonly verb: 'release'; readonly reason: string }
export type Verb = Order['verb']

export interface Command {
  readonly id: CommandId
  readonly at: Instant
  readonly actor: string
  readonly order: Order
}

/** The red button: one record that every shift looks at; it reaches shifts that start later and survives restarts. */
export interface Stop {
  readonly action: 'hold' | 'rollback'
  readonly reason: string
  readonly actor: string
  readonly at: Instant
}

const OPEN: readonly PhaseName[] = PHASES.filter((phase) => !(ENDS as readonly string[]).includes(phase))

/** The phases in which a verb may be given. */
export const LEGAL: Readonly<Record<Verb, readonly PhaseName[]>> = {
  abort: OPEN,
  pause: ['preflight', 'converging', 'baking', 'awaiting_approval', 'draining'],
  resume: ['paused', 'halted'],
  advance: ['baking'],
  approve: ['awaiting_approval'],
  reject: ['awaiting_approval'],
  release: OPEN
}

/** Verbs that the red button forbids. */
export const STOPPED: readonly Verb[] = ['resume', 'advance', 'approve']

/** Why an order is refused; `code` is one of the catalogue's (CONTRACT 5). */
export interface Refusal {
  readonly code:
    'shift_ended' | 'illegal_in_phase' | 'stopped' | 'step_moved' | 'drift_choice_needed' | 'approver_must_differ'
  readonly detail: string
  readonly allowed: readonly PhaseName[]
}

/** Null where the order is legal now. */
export function refusalOf(shift: Shift, order: Order, actor: string, stop: Stop | null): Refusal | null {
  const { kind } = shift.phase
  const allowed = LEGAL[order.verb]
  const no = (code: Refusal['code'], detail: string): Refusal => ({ code, detail, allowed })
  if (isEnded(shift.phase)) return no('shift_ended', `the shift has ended: ${kind}`)
  if (!allowed.includes(kind))
    return no('illegal_in_phase', `${order.verb} is not legal while ${kind}; it is in: ${allowed.join(', ')}`)
  if (stop && STOPPED.includes(order.verb))
    return no('stopped', `everything is stopped by ${stop.actor}: ${stop.reason}`)
  if ('step' in order && order.step !== shift.step) {
    return no('step_moved', `step ${order.step} was meant, the shift is at step ${shift.step}`)
  }
  if (order.verb === 'advance' && shift.policy.mode === 'observe') {
    return no('illegal_in_phase', 'this shift only watches: it has no bake to end')
  }
  if (order.verb === 'advance' && shift.back !== null) {
    return no('illegal_in_phase', 'the step is stepped back until its evidence clears, which nobody can advance')
  }
  if (order.verb === 'resume' && order.drift === null && isDrifted(shift)) {
    return no('drift_choice_needed', 'weights were changed by somebody else: choose drift "adopt" or "overwrite"')
  }
  if (
    order.verb === 'approve' &&
    shift.steps[shift.step]?.approval?.by === 'other' &&
    personOf(actor) === personOf(shift.startedBy)
  ) {
    return no('approver_must_differ', `somebody other than ${actor}, who started the shift, must approve`)
  }
  return null
}

/** Who stands behind an actor: `chatbot (on behalf of alice)` is alice, or she could approve what she started through a bot. */
export function personOf(actor: string): string {
  return /\(on behalf of (.+)\)$/.exec(actor)?.[1] ?? actor
}
