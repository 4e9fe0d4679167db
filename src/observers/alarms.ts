/**
 * The port to whatever keeps alarms. Tells states and nothing else: what a state means is the gate's to say, and a name that it does
 * not know is simply not in the answer.
 */
import type { Call } from '../core/call.ts'
import type { Unusable } from '../core/measurement.ts'
import type { AccountRef } from '../core/migration.ts'
import type { AlarmSeen } from '../core/observation.ts'
import type { Instant } from '../core/time.ts'

export interface WantedAlarms {
  readonly account: AccountRef
  readonly names: readonly string[]
}

export interface AlarmsAnswer {
  readonly kind: 'alarms'
  readonly alarms: readonly AlarmSeen[]
  readonly readAt: Instant
}

export interface AlarmSource {
  /** One answer for each wanted, in their order. Never throws for one of them. */
  states(wanted: readonly WantedAlarms[], call: Call): Promise<readonly (AlarmsAnswer | Unusable)[]>
}
