/**
 * What a store offers that several replicas share: how the leader hears of what others took in, and how a follower knows what
 * the leader saw.
 */
import type { Observation } from '../core/observation.ts'
import type { ShiftId } from '../core/shift.ts'
import type { Instant } from '../core/time.ts'
import type { Store } from './store.ts'

/** All that a leader must hear of soon, as it stands now. */
export interface News {
  /** Shifts that are open, or may be. */
  readonly open: readonly ShiftId[]
  /** Shifts for which a command waits. */
  readonly ordered: readonly ShiftId[]
  /** The red button, as text to compare with what was. */
  readonly stop: string
}

export interface SharedStore extends Store {
  /** One small read. */
  news(): Promise<News>
  /** Of the newest state; null where there is no such shift. */
  version(id: ShiftId): Promise<number | null>
  /** What the newest saved decision looked at; null where there was none yet. */
  glimpse(id: ShiftId): Promise<{ readonly at: Instant; readonly seen: Observation } | null>
}
