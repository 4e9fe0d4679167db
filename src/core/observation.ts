/**
 * What one look at the world gave: the second argument of decide(). Plain JSON, so that a decision can be replayed from it.
 */
import type { Command, Stop } from './command.ts'
import type { RouteSpec } from './migration.ts'
import type { Finding, MeterKey, PlannedStep, Tally, Want } from './shift.ts'
import type { Share } from './share.ts'
import type { Instant, Ms } from './time.ts'

/** A provider's live state of one route. */
export interface Reading {
  readonly kind: 'reading'
  readonly share: Share
  /** new stands in the action, perhaps at weight 0. */
  readonly attached: boolean
  /** Target group stickiness is on, for so many seconds. */
  readonly stickySeconds: number | null
  /** Fingerprint of every facet but the weights of old and new and new's presence. */
  readonly shape: string
  readonly readAt: Instant
  /** TTL of the records; null or absent where there is none. */
  readonly ttlSeconds?: number | null
  /** Record types, or members, of one name stand at different shares; `share` is the highest of them. */
  readonly uneven?: true
  /** Whether the change that was asked about has reached every name server; null where that could not be read. */
  readonly inSync?: boolean | null
  /** The provider's whole state, opaque, for the router that wrote it. Handed to decide() at preflight and on adopt only. */
  readonly raw?: string
}

export interface Unreadable {
  readonly kind: 'unreadable'
  readonly code: string
  readonly detail: string
  /** The provider said for certain that it does not exist. */
  readonly gone: boolean
}

export interface TargetsHealth {
  readonly healthy: number
  /** Those that are meant to serve: a target that is `draining` was taken out, and an ordinary scale-in is no breach. */
  readonly total: number
  /** How many targets in each of the provider's states, e.g. `{ healthy: 3, initial: 1 }`. */
  readonly states: Readonly<Record<string, number>>
}

export interface SidesHealth {
  readonly kind: 'health'
  readonly old: TargetsHealth
  readonly new: TargetsHealth
  readonly readAt: Instant
}

export interface RouteSeen {
  readonly reading: Reading | Unreadable
  readonly health: SidesHealth | Unreadable
}

/** How a write ended. `unknown`: it may have happened, or may still. */
export type WriteOutcome =
  /** `changeId`: how to ask whether it has spread. */
  | { readonly kind: 'accepted'; readonly changeId?: string }
  | { readonly kind: 'conflict'; readonly found: Share | null }
  /** A definite no: nothing was written and nothing will be. */
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  | { readonly kind: 'unknown'; readonly code: string; readonly detail: string }
  /** Not sent: a precondition did not hold when it was looked at again. */
  | { readonly kind: 'withheld'; readonly code: string; readonly detail: string }

export interface Answer {
  readonly route: string
  readonly n: number
  readonly outcome: WriteOutcome
}

/** Counts of one side in one closed period; null: the source has no value. */
export interface SideCounts {
  readonly requests: number | null
  /** Of a side that is a load balancer of its own: all 5xx that it made, and the 503 among them (no target was chosen). */
  readonly own?: { readonly e5xx: number | null; readonly e503: number | null }
  /** Of a side that is some target groups of a load balancer of its own: that one's 502 and 504. */
  readonly part?: { readonly e502: number | null; readonly e504: number | null }
  /** Of a side that is counted by metrics of its own: the errors that those tell; its codes are not known. */
  readonly measured?: { readonly errors: number | null }
  readonly codes: {
    readonly c2xx: number | null
    readonly c3xx: number | null
    readonly c4xx: number | null
    readonly c5xx: number | null
  }
}

export interface PeriodCounts {
  readonly start: Instant
  readonly old: SideCounts
  readonly new: SideCounts
  /** Of the load balancer as a whole. */
  readonly lb: {
    readonly requests: number | null
    readonly e502: number | null
    readonly e503: number | null
    readonly e504: number | null
  }
  /** Of a meter that belongs to one gate: its values by side and id, e.g. `new.p#0` (core/gates/values.ts). */
  readonly values?: Readonly<Record<string, number | null>>
}

/** Newly mature periods of one meter, oldest first, or why there can be none. */
export interface MeterReading {
  readonly meter: MeterKey
  readonly periods: readonly PeriodCounts[]
  /** Periods that were judged already and whose counts have changed since: CloudWatch's sums can still rise. */
  readonly revised?: readonly PeriodCounts[]
  /** Null where the last read was usable. */
  readonly unusable: string | null
}

export interface AlarmSeen {
  readonly name: string
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  /** Why the source itself does not trust the state; null where it does. */
  readonly evaluation: string | null
}

/** The alarms of one gate on one route, as they were last read. */
export interface AlarmsReading {
  readonly gate: string
  readonly route: string
  readonly readAt: Instant
  /** Null where the read was usable. */
  readonly unusable: string | null
  /** A name that does not exist is absent. */
  readonly alarms: readonly AlarmSeen[]
}

export interface ProbeSeen {
  readonly at: Instant
  readonly ok: boolean
  /** Status, or why there was none. */
  readonly code: string
}

/** The probes of one gate. */
export interface ProbesReading {
  readonly gate: string
  /** Since when this process sends them, and when the newest one ended. */
  readonly since: Instant
  readonly newestAt: Instant | null
  /** Those that no decision has seen yet, oldest first. Passing ones may be kept back for a while: they change nothing. */
  readonly results: readonly ProbeSeen[]
  /** Of the gate's window: probes, and failed ones. */
  readonly window: Tally
}

/** The targets of one route, as they were read for a gate with an account of its own. */
export interface GateHealth {
  readonly gate: string
  readonly route: string
  readonly health: SidesHealth | Unreadable
}

/** What preflight found. */
export interface Preflight {
  /** The routes with what only the provider knows (a record's load balancers) filled in. */
  readonly routeSpecs: readonly RouteSpec[]
  readonly findings: readonly Finding[]
  /** The ladder worked out from old's measured traffic, where the policy asks for that. */
  readonly steps?: readonly PlannedStep[]
  /** Periods before the shift, by meter; absent where they could not be read yet. */
  readonly baseline: Readonly<Record<MeterKey, readonly PeriodCounts[]>>
  /** Absent where no gate reads alarms. */
  readonly alarms?: readonly AlarmsReading[]
  /** Names of what could not be read yet; it is tried again until preflight's deadline. */
  readonly unread: readonly string[]
}

export interface Observation {
  readonly routes: Readonly<Record<string, RouteSeen>>
  readonly meters: readonly MeterReading[]
  readonly alarms?: readonly AlarmsReading[]
  readonly probes?: readonly ProbesReading[]
  /** Of gates that do not read their targets where the sides do. */
  readonly health?: readonly GateHealth[]
  readonly answers: readonly Answer[]
  /** Writes of this process that are on their way. */
  readonly inFlight: readonly { readonly route: string; readonly n: number; readonly want: Want }[]
  readonly commands: readonly Command[]
  readonly stop: Stop | null
  readonly preflight: Preflight | null
  /** The first look of this process: nobody watched since the last saved decision. */
  readonly first?: true
}

/** A read older than this is no ground for an increase. */
export const FRESH_MS: Ms = 10_000
