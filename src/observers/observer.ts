/**
 * The port to whatever counts requests. Answers for each wanted series; never throws for one of them, and never guesses:
 * only a complete answer is a series.
 */
import type { Call } from '../core/call.ts'
import type { Series, Unusable, Wanted, WantedKey } from '../core/measurement.ts'

export interface Observer {
  measure(wanted: readonly Wanted[], call: Call): Promise<ReadonlyMap<WantedKey, Series | Unusable>>
}
