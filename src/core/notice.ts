/**
 * Something that a person elsewhere must be told: one message to one target. Complete when it is made, so that it says what was
 * known at the decision however late it is delivered. Never holds an address or a secret: those stay with the target.
 */
import type { EventType } from './event.ts'
import type { PhaseName, ShiftId } from './shift.ts'
import type { Instant } from './time.ts'

/** What happens to no single shift, and is told as well. */
export const DAEMON_EVENTS = ['routes.orphaned', 'stop.set', 'stop.lifted'] as const
export type DaemonEvent = (typeof DAEMON_EVENTS)[number]

export type NoticeEvent = EventType | DaemonEvent

/** The same for every delivery of the same notice: receivers drop repeats by it. */
export type NoticeId = string

export interface Notice {
  readonly id: NoticeId
  /** Name of the target in the daemon's configuration. */
  readonly to: string
  /** When it was decided, not when it is sent. */
  readonly at: Instant
  readonly event: NoticeEvent
  /** On-call should look now. */
  readonly page: boolean
  /** Null where it is about no single shift. */
  readonly about: NoticeSubject | null
  /** One line. */
  readonly title: string
  /** What was measured or found, as sentences. */
  readonly evidence: readonly string[]
  /** What to do, as sentences; empty where nothing is to be done. */
  readonly todo: readonly string[]
}

/** The shift, as it was after the decision. */
export interface NoticeSubject {
  readonly shift: ShiftId
  /** Number of the event in the decision log. */
  readonly seq: number
  readonly migration: string
  readonly policy: string
  readonly phase: PhaseName
  /** Share of traffic meant for new, in percent. */
  readonly percent: number
}
