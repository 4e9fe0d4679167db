/**
 * Who is told of what. Never drops what nobody is left to hear: a policy whose targets are all gone is told to everybody.
 */
import type { ShiftEvent } from '../event.ts'
import { EVENT_TYPES } from '../event.ts'
import { DAEMON_EVENTS, type NoticeEvent } from '../notice.ts'

/** A target, as far as it matters for who is told. */
export interface Audience {
  readonly name: string
  /** Null: what a person must know, `isToldUnasked`. */
  readonly events: readonly NoticeEvent[] | null
}

/** Every word that `events` of a target may hold. */
export const NOTICE_EVENTS: readonly NoticeEvent[] = [...EVENT_TYPES, ...DAEMON_EVENTS]

/** Told to whoever does not choose, also where it does not page: a person is needed, traffic goes back, or it is over. */
const UNASKED: readonly NoticeEvent[] = [
  'shift.halted',
  'shift.stuck',
  'shift.paused',
  'shift.reminder',
  'shift.ended',
  'breach.detected',
  'rollback.started',
  'rollback.confirmed',
  'drift.detected',
  'blind.started',
  'approval.requested',
  'capacity.short',
  ...DAEMON_EVENTS
]

export function isToldUnasked(event: NoticeEvent, page: boolean): boolean {
  return page || UNASKED.includes(event)
}

/**
 * The targets that hear of an event of a shift, in the order of the configuration.
 * @param chosen names that the shift's policy gives; undefined: all
 */
export function hearersOf(
  audiences: readonly Audience[],
  chosen: readonly string[] | undefined,
  { type, page }: Pick<ShiftEvent, 'type' | 'page'>
): readonly Audience[] {
  return among(audiences, chosen).filter((audience) => hears(audience, type, page))
}

export function hears({ events }: Audience, event: NoticeEvent, page: boolean): boolean {
  return events === null ? isToldUnasked(event, page) : events.includes(event)
}

/** A policy is frozen into its shift; the configuration may have lost all of its targets since. */
function among(audiences: readonly Audience[], chosen: readonly string[] | undefined): readonly Audience[] {
  if (chosen === undefined || chosen.length === 0) return chosen === undefined ? audiences : []
  const known = audiences.filter(({ name }) => chosen.includes(name))
  return known.length > 0 ? known : audiences
}
