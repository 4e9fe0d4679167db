/**
 * Who is told of what the engine does: log and metrics, composed in main. Told after the save, never asked, never waited for.
 */
import type { Decision } from '../core/decision.ts'
import type { Answer, Observation } from '../core/observation.ts'
import type { Shift, ShiftId } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'

export interface Witness {
  /** A decision was saved. */
  decided(before: Shift, decision: Decision): void
  /** The world was looked at; at least one route could be read. */
  observed(shift: Shift, seen: Observation, at: Instant): void
  /** A write ended. */
  wrote(id: ShiftId, answer: Answer): void
  /** Something went wrong that no shift can do anything about; said and counted. */
  failed(what: string, id: ShiftId | null, err: unknown): void
  /** A law of the core was broken: a bug. */
  broke(id: ShiftId, laws: readonly string[]): void
  /** Routes between 0 and 100 % that no shift watches. */
  orphans(names: readonly string[]): void
}
