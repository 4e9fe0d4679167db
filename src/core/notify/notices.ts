/**
 * What a decision makes known, as notices: one for each event and target that hears of it. Pure, so that it is saved together
 * with the decision; nothing is sent here.
 */
import type { ShiftEvent } from '../event.ts'
import { evidenceOf, headlineOf, todoOf } from '../explain/notices.ts'
import type { DaemonEvent, Notice } from '../notice.ts'
import { percentOf } from '../percent.ts'
import type { Shift } from '../shift.ts'
import { percentWanted } from '../standing.ts'
import type { Instant } from '../time.ts'
import { hearersOf, hears, type Audience } from './audience.ts'

export interface Words {
  readonly headline: (shift: Shift, event: ShiftEvent) => string
  readonly evidence: (shift: Shift, event: ShiftEvent) => readonly string[]
  readonly todo: (shift: Shift, event: ShiftEvent) => readonly string[]
}

const FULL: Words = { headline: headlineOf, evidence: evidenceOf, todo: todoOf }

/** The bare event, for when the full words cannot be made. */
export const PLAIN: Words = {
  headline: (_, { type }) => type,
  evidence: () => [],
  todo: ({ id }) => [`Look at it: sluice status ${id}`]
}

/** Of one decision. `shift` is as it stands after it. The ids are the same however often this is asked. */
export function noticesOf(
  shift: Shift,
  events: readonly ShiftEvent[],
  audiences: readonly Audience[],
  words: Words = FULL
): readonly Notice[] {
  return events.flatMap((event) =>
    hearersOf(audiences, shift.policy.notify, event).map(({ name }): Notice => {
      return {
        id: `${shift.id}.${event.seq}.${name}`,
        to: name,
        at: event.at,
        event: event.type,
        page: event.page,
        about: {
          shift: shift.id,
          seq: event.seq,
          migration: shift.migration,
          policy: shift.policy.name,
          phase: shift.phase.kind,
          percent: percentOf(percentWanted(shift))
        },
        title: `${shift.migration}: ${words.headline(shift, event)}`,
        evidence: words.evidence(shift, event),
        todo: words.todo(shift, event)
      }
    })
  )
}

/** What is told of no single shift. `key`: the same for the same occurrence, so that it is kept once. */
export interface Tidings {
  readonly event: DaemonEvent
  readonly key: string
  readonly at: Instant
  readonly page: boolean
  readonly title: string
  readonly evidence: readonly string[]
  readonly todo: readonly string[]
}

/** One for each target that hears of it, whatever policies say: no policy is asked. */
export function noticesTo(audiences: readonly Audience[], tidings: Tidings): readonly Notice[] {
  const { event, key, page, ...rest } = tidings
  return audiences
    .filter((audience) => hears(audience, event, page))
    .map(({ name }) => ({ ...rest, event, page, id: `${event}.${key}.${name}`, to: name, about: null }))
}
