/**
 * What one decision is: what to remember, what to tell, what to do, and when to look again. Save before perform.
 */
import type { CommandId } from './command.ts'
import type { ShiftEvent } from './event.ts'
import type { Share } from './share.ts'
import type { Shift, Want } from './shift.ts'
import type { Instant } from './time.ts'

/** One write to one route. Its ask is in the saved shift before it is sent. */
export interface Effect {
  readonly kind: 'setWeights'
  readonly route: string
  readonly n: number
  readonly want: Want
  /** Live must be so right before the write; `any` for a rollback, which overwrites whatever stands. */
  readonly expect: { readonly share: Share; readonly attached: boolean | null } | 'any'
  readonly urgency: 'rollback' | 'forward'
  /** Records: by DELETE and CREATE in one batch, which Route 53 refuses where somebody else was faster. */
  readonly swap: boolean
  /** For an increase: healthy targets that new must have in a read at most FRESH_MS old. 0: no increase. */
  readonly minHealthyNew: number
}

export interface Decision {
  readonly shift: Shift
  readonly events: readonly ShiftEvent[]
  readonly effects: readonly Effect[]
  /** Commands that were carried out or refused by this decision. */
  readonly consumed: readonly CommandId[]
  /** When to look again at the latest; null once ended. */
  readonly wakeAt: Instant | null
}
