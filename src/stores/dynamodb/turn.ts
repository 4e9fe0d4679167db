/**
 * One saved decision, as it stands in the head until the next one takes its place: what is spread over the table afterwards.
 */
import assert from 'node:assert/strict'
import type { CommandId } from '../../core/command.ts'
import type { ShiftEvent } from '../../core/event.ts'
import type { Notice } from '../../core/notice.ts'
import type { Observation } from '../../core/observation.ts'
import type { Shift } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import type { SaveWith } from '../store.ts'

export interface Turn {
  readonly version: number
  readonly at: Instant
  readonly events: readonly ShiftEvent[]
  readonly consumed: readonly CommandId[]
  readonly notices: readonly Notice[]
  /** What was looked at; null of the creation. */
  readonly seen: Observation | null
}

export function turnOf(shift: Shift, with_: Omit<SaveWith, 'seen'> & { readonly seen: Observation | null }): Turn {
  const { events, consumed, notices, seen } = with_
  return { version: shift.version, at: shift.updatedAt, events, consumed, notices, seen }
}

/** Throws where an event does not come after the one before it. */
export function checkOrder(events: readonly ShiftEvent[], after: number): void {
  let last = after
  for (const { seq } of events) {
    assert.ok(seq > last, `event ${seq} comes after event ${last}`)
    last = seq
  }
}

/** Written by this code from a typed value; not examined again. */
export function parseTurn(text: string): Turn {
  return JSON.parse(text) as Turn
}
