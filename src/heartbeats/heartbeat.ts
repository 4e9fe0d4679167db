/**
 * The port to whoever notices silence: takes a sign of life. What it means that none came is not decided here.
 */
import type { Call } from '../core/call.ts'
import type { Instant } from '../core/time.ts'

export interface Beat {
  readonly at: Instant
  readonly openShifts: number
  /** Every route of every open shift: the percent that is live, or wanted where it could not be read. */
  readonly routes: readonly { readonly migration: string; readonly route: string; readonly percent: number }[]
}

export interface Heartbeat {
  /** Throws where it did not arrive. */
  beat(beat: Beat, call: Call): Promise<void>
}
