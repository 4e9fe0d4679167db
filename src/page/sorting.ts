/**
 * Which shifts a list shows, and in which order: those that need a person first, then those that move, then the newest ended.
 * Pure.
 */
import type { PhaseName } from '../core/shift.ts'
import type { SummaryView } from '../core/view.ts'
import { phaseWord, URGENCY } from './words.ts'

/** Most urgent first. */
const ORDER: readonly PhaseName[] = [
  'stuck',
  'halted',
  'rolling_back',
  'awaiting_approval',
  'paused',
  'draining',
  'baking',
  'converging',
  'preflight'
]

function urgency({ phase, verdict, attention }: SummaryView): number {
  const hurt = verdict === null ? URGENCY.length : URGENCY.indexOf(verdict)
  const at = ORDER.indexOf(phase)
  return (verdict === 'breach' ? 0 : attention !== null ? 100 : 200) + (at === -1 ? 50 : at * 5) + hurt / 10
}

export interface Listed {
  readonly active: readonly SummaryView[]
  readonly ended: readonly SummaryView[]
}

/** Every word of `search` must stand somewhere in what a shift is called. */
export function listed(all: Iterable<SummaryView>, search: string): Listed {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const found = [...all].filter((one) => {
    const text =
      `${one.migration} ${one.policy} ${one.id} ${one.startedBy} ${one.reason} ${phaseWord(one.phase).text}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const active = found.filter(({ outcome }) => outcome === null)
  const ended = found.filter(({ outcome }) => outcome !== null)
  return {
    active: active.sort((a, b) => urgency(a) - urgency(b) || (a.id < b.id ? 1 : -1)),
    ended: ended.sort((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? 1 : -1))
  }
}
