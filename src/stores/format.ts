/**
 * A shift as text, for every store: the state and the number of its format. What another version stored is never half
 * understood: it is refused here, and a stand-in that says so takes its place.
 */
import assert from 'node:assert/strict'
import type { Shift } from '../core/shift.ts'
import { isUnreadable, standIn, type Known } from '../core/unreadable.ts'

/**
 * Raised whenever a state stored by the version before cannot be decided on by this one as it is; `decodeShift` then turns the
 * former format into this one. test/stores/format.test.ts notices a change of shape.
 */
export const SHIFT_FORMAT = 1

/** Throws where the shift only stands in for an open one that could not be read: what is stored must stay. */
export function encodeShift(shift: Shift): string {
  assert.ok(
    shift.endedAt !== null || !isUnreadable(shift),
    `shift ${shift.id} was not read; its state is not overwritten`
  )
  return JSON.stringify({ format: SHIFT_FORMAT, ...shift })
}

/**
 * Never throws: a state that this version cannot read becomes a shift that is halted as `unreadable`, or ended as it was.
 * @param known what the store keeps beside the text
 */
export function decodeShift(text: string, known: Known): Shift {
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch {
    return standIn(known, null, 'it is no JSON')
  }
  if (isPresent(state)) {
    const { format: _, ...shift } = state
    return shift
  }
  const format = typeof state === 'object' && state !== null && 'format' in state ? state.format : 'without a number'
  return standIn(
    known,
    state,
    `it was stored in format ${String(format)}, and this version reads format ${SHIFT_FORMAT}`
  )
}

/** The text was written by `encodeShift` of this format from a typed value; it is not examined further. */
function isPresent(state: unknown): state is Shift & { readonly format: number } {
  return typeof state === 'object' && state !== null && 'format' in state && state.format === SHIFT_FORMAT
}
