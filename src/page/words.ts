/**
 * What a phase and a verdict are called, with a sign beside every colour. Pure.
 */
import type { PhaseName, Verdict } from '../core/shift.ts'

/** How urgent it looks: `bad` is red, `wait` amber, `go` blue, `good` green, `off` grey. */
export type Tone = 'bad' | 'wait' | 'go' | 'good' | 'off'

export interface Word {
  readonly text: string
  readonly sign: string
  readonly tone: Tone
}

const PHASE_WORDS: Readonly<Record<PhaseName, Word>> = {
  preflight: { text: 'Preflight', sign: '○', tone: 'go' },
  converging: { text: 'Converging', sign: '▸', tone: 'go' },
  baking: { text: 'Baking', sign: '●', tone: 'go' },
  awaiting_approval: { text: 'Needs approval', sign: '?', tone: 'wait' },
  paused: { text: 'Paused', sign: '‖', tone: 'wait' },
  halted: { text: 'Halted', sign: '!', tone: 'bad' },
  draining: { text: 'Draining', sign: '▸', tone: 'go' },
  rolling_back: { text: 'Rolling back', sign: '↩', tone: 'bad' },
  stuck: { text: 'Stuck', sign: '!', tone: 'bad' },
  completed: { text: 'Completed', sign: '✓', tone: 'good' },
  rolled_back: { text: 'Rolled back', sign: '↩', tone: 'off' },
  aborted: { text: 'Aborted', sign: '↩', tone: 'off' },
  released: { text: 'Released', sign: '○', tone: 'off' },
  refused: { text: 'Refused', sign: '×', tone: 'off' },
  failed: { text: 'Failed', sign: '×', tone: 'bad' }
}

const VERDICT_WORDS: Readonly<Record<Verdict, Word>> = {
  breach: { text: 'Breach', sign: '!', tone: 'bad' },
  hold: { text: 'Hold', sign: '‖', tone: 'wait' },
  blind: { text: 'Blind', sign: '?', tone: 'wait' },
  inconclusive: { text: 'Too early', sign: '…', tone: 'off' },
  pass: { text: 'Pass', sign: '✓', tone: 'good' }
}

export function phaseWord(phase: PhaseName): Word {
  return PHASE_WORDS[phase]
}

export function verdictWord(verdict: Verdict): Word {
  return VERDICT_WORDS[verdict]
}

/** On the way back: what is wanted is not where users are. */
export function isGoingBack(phase: PhaseName): boolean {
  return phase === 'rolling_back' || phase === 'stuck'
}

/** Worst first. */
export const URGENCY: readonly Verdict[] = ['breach', 'hold', 'blind', 'inconclusive', 'pass']

export interface Users {
  readonly word: Word
  /** Nobody is on new, so that nobody can be hurt by it. */
  readonly none: boolean
}

/**
 * Percent of users that may be on new: the most that is wanted, live or observed. On the way back what is not observed is not 0.
 * Ended: what is wanted, as nothing is measured any more.
 */
export function onNew(
  phase: PhaseName,
  ended: boolean,
  wanted: number,
  routes: readonly { readonly live: number | null; readonly observed: number | null }[]
): number {
  if (ended) return wanted
  const unseen = isGoingBack(phase) && routes.some(({ observed }) => observed === null) ? 0.1 : 0
  return Math.max(wanted, unseen, ...routes.flatMap(({ live, observed }) => [live ?? 0, observed ?? 0]))
}

/**
 * Whether users are hurt, from the worst verdict; where nobody is on new, that is said instead.
 * @param percent of users that are on new, as far as is known
 */
export function usersOf(verdict: Verdict | null, percent: number, phase: PhaseName): Users {
  if (percent <= 0) {
    const text = phase === 'preflight' || phase === 'refused' ? 'Nobody is on new yet' : 'Nobody is on new'
    return { none: true, word: { text, sign: '✓', tone: 'good' } }
  }
  const some = (word: Word): Users => ({ none: false, word })
  switch (verdict) {
    case 'breach':
      return some({ text: 'Users are hurt', sign: '!', tone: 'bad' })
    case 'hold':
      return some({ text: 'Users may be hurt', sign: '!', tone: 'wait' })
    case 'blind':
      return some({ text: 'Not known: cannot see', sign: '?', tone: 'wait' })
    case 'inconclusive':
      return some({ text: 'Too early to say', sign: '…', tone: 'off' })
    case 'pass':
      return some({ text: 'Users are fine', sign: '✓', tone: 'good' })
    case null:
      return some({ text: 'Nothing measured yet', sign: '…', tone: 'off' })
  }
}
