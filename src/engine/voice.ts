/**
 * What the engine needs in order to make itself heard: who can be told, and a bell. Notices are saved with the decision that they
 * tell of; a sentence that cannot be made never keeps a decision from being saved.
 */
import type { ShiftEvent } from '../core/event.ts'
import type { Notice } from '../core/notice.ts'
import type { Audience } from '../core/notify/audience.ts'
import { noticesOf, noticesTo, PLAIN, type Tidings } from '../core/notify/notices.ts'
import type { Shift } from '../core/shift.ts'
import type { Store } from '../stores/store.ts'
import type { Witness } from './witness.ts'

export interface Voice {
  readonly audiences: readonly Audience[]
  /** Notices were saved: whoever delivers them need not wait. */
  ring(): void
}

/** Nobody is told. */
export const SILENT: Voice = { audiences: [], ring: () => undefined }

/** Never throws: where a message cannot be made, the bare event is told. */
export function tellOf(voice: Voice, shift: Shift, events: readonly ShiftEvent[], witness: Witness): readonly Notice[] {
  try {
    return noticesOf(shift, events, voice.audiences)
  } catch (err) {
    witness.failed('notices', shift.id, err)
    return noticesOf(shift, events, voice.audiences, PLAIN)
  }
}

/** Keeps what belongs to no shift, and has it delivered. */
export async function tellAll(voice: Voice, store: Store, tidings: Tidings): Promise<void> {
  const notices = noticesTo(voice.audiences, tidings)
  if (notices.length === 0) return
  await store.notify(notices)
  voice.ring()
}
