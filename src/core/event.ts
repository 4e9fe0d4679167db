/**
 * The decision log: what was decided, by whom, in which phase, why, and with which numbers (CONTRACT 5.5).
 */
import type { PhaseName } from './shift.ts'
import type { Reason } from './reason.ts'
import type { Instant } from './time.ts'

export const EVENT_TYPES = [
  'shift.started',
  'preflight.passed',
  'preflight.refused',
  'weight.requested',
  'weight.confirmed',
  'weight.in_effect',
  'gate.judged',
  'gate.warned',
  'step.completed',
  'step.stepped_back',
  'step.resumed',
  'command.refused',
  'approval.requested',
  'approval.granted',
  'shift.paused',
  'shift.resumed',
  'shift.halted',
  'breach.detected',
  'drift.detected',
  'blind.started',
  'blind.ended',
  'capacity.short',
  'capacity.restored',
  'share.late',
  'rollback.started',
  'rollback.confirmed',
  'old.drained',
  'shift.stuck',
  'shift.reminder',
  'shift.ended'
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export interface ShiftEvent {
  /** 1, 2, 3, … within a shift, without gaps. */
  readonly seq: number
  readonly at: Instant
  readonly type: EventType
  /** The phase when it was recorded. */
  readonly phase: PhaseName
  /** `daemon`, a token's name, or `anonymous`. */
  readonly actor: string
  readonly reason: Reason
  /** On-call is woken for it. */
  readonly page: boolean
}
