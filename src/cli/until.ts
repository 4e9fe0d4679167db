/**
 * Until when a watch lasts, and with which code it then ends.
 */
import { Option } from 'commander'
import type { PhaseName } from '../core/shift.ts'
import type { ShiftView } from '../core/view.ts'

export const UNTIL = ['ended', 'attention'] as const
export type Until = (typeof UNTIL)[number]

const PERSON: readonly PhaseName[] = ['awaiting_approval', 'halted', 'stuck']

/** Nothing goes on before somebody does something, or somebody was paged. */
export function needsPerson(shift: ShiftView): boolean {
  return shift.attention !== null || PERSON.includes(shift.phase)
}

export function untilOption(): Option {
  return new Option('--until <when>', 'stop at the end, or as soon as a person is needed')
    .choices([...UNTIL])
    .default('ended')
}
