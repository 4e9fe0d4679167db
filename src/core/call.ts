/**
 * How urgent a call to the outside is, until when its answer is of use, and whether it was called off.
 */
import type { Instant } from './time.ts'

/** `prepare`: of a shift that has not begun. Whoever watches users goes first. */
export type Urgency = 'rollback' | 'forward' | 'observe' | 'prepare'

export interface Call {
  /** Rollbacks own a share of every rate budget. */
  readonly urgency: Urgency
  readonly deadlineAt: Instant
  readonly signal: AbortSignal
}
