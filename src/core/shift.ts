/**
 * The nouns. A shift is one gradual move of a migration's traffic from old to new under a frozen policy; this file is what
 * is remembered of it between two decisions, and nothing else is. Everything here is plain JSON.
 *
 * - step: one percent and how long to bake there. Index -1 is "before the first": new is attached at weight 0 (step 0 in prose).
 * - want: what this shift wants a route to be; desired until read back, then confirmed, then in effect.
 * - ask: a write that was saved and sent, and whose outcome is not known.
 * - suspect: a live value that this shift cannot explain yet; drift once it stays.
 */
import type { GateSpec, Policy, StatusClass, Step } from './policy.ts'
import type { OwnAccount, RouteKey, RouteSpec } from './migration.ts'
import type { Share } from './share.ts'
import type { Tenths } from './percent.ts'
import type { Instant } from './time.ts'
import type { Cause, HaltWhy } from './reason.ts'
import type { Counts } from './evidence/counts.ts'
import type { Evidence } from './evidence/evidence.ts'
import type { ProbeEvidence } from './evidence/probe.ts'
import type { PercentileEvidence } from './evidence/percentile.ts'
import type { Pool } from './evidence/pool.ts'

export type ShiftId = string

/** Ends: terminal, nothing is decided any more. */
export const ENDS = ['completed', 'rolled_back', 'aborted', 'released', 'refused', 'failed'] as const
export type End = (typeof ENDS)[number]

export const PHASES = [
  'preflight',
  'converging',
  'baking',
  'awaiting_approval',
  'paused',
  'halted',
  'draining',
  'rolling_back',
  'stuck',
  ...ENDS
] as const
export type PhaseName = (typeof PHASES)[number]

/** Each phase holds only what that phase needs. `since` is when it was entered. */
export type Phase =
  /** Looks at the world; nothing is written. */
  | { readonly kind: 'preflight'; readonly since: Instant; readonly deadlineAt: Instant }
  /** A percent is asked for and not yet in effect everywhere. `deadlineAt` is null only while a step 0 waits for its read-back's own deadline. */
  | { readonly kind: 'converging'; readonly since: Instant; readonly deadlineAt: Instant }
  /** In effect; watched. Periods that begin at or after `since` count for this step. */
  | { readonly kind: 'baking'; readonly since: Instant; readonly until: Instant }
  /** After its bake a person must let it go on. `bakingSince`: of the bake that it follows. */
  | {
      readonly kind: 'awaiting_approval'
      readonly since: Instant
      readonly expiresAt: Instant
      readonly bakingSince: Instant
    }
  /** A person, or the red button, holds it. */
  | { readonly kind: 'paused'; readonly since: Instant; readonly by: 'person' | 'stop' }
  /** The daemon holds it until a person decides. With a `cause` it rolls back by itself once old is fit. */
  | { readonly kind: 'halted'; readonly since: Instant; readonly why: HaltWhy; readonly cause: Cause | null }
  /** 100 % is in effect and baked; what still arrives at old is watched. */
  | {
      readonly kind: 'draining'
      readonly since: Instant
      readonly deadlineAt: Instant
      readonly lowSince: Instant | null
    }
  /** Going back. `nextAt`: with `shape: capacity`, when the next share of it moves. */
  | {
      readonly kind: 'rolling_back'
      readonly since: Instant
      readonly cause: Cause
      readonly deadlineAt: Instant
      readonly nextAt: Instant | null
      /** When every route was first read back as restored. */
      readonly confirmedAt: Instant | null
      /** Since when what still arrives at new behind DNS is below drain.residual. */
      readonly lowSince: Instant | null
    }
  /** A rollback not verified in time: paged, and still trying. */
  | {
      readonly kind: 'stuck'
      readonly since: Instant
      /** When the rollback began; absent in shifts that were stored before it was kept. */
      readonly begunAt?: Instant
      readonly cause: Cause
      readonly nextAt: Instant | null
      readonly confirmedAt: Instant | null
      readonly lowSince: Instant | null
    }
  | { readonly kind: End; readonly since: Instant }

/** What a route shall be. */
export interface Want {
  readonly share: Share
  /** true: new stands in the action (perhaps at 0). false: it does not (stickiness released). null: either. */
  readonly attached: boolean | null
  /** Target group stickiness is switched off with this write. */
  readonly unstick: boolean
  /** The records' TTL; absent: as it is (and always for load balancers and aliases). */
  readonly ttlSeconds?: number
}

/** A write that was sent, or may have been, and whose outcome is unknown. An answered ask is removed. */
export interface Ask {
  readonly n: number
  readonly want: Want
  readonly sentAt: Instant
}

export interface Suspect {
  readonly share: Share | null
  /** `share`: other weights. `shape`: another facet changed. `gone`: the rule or listener is not there. */
  readonly kind: 'share' | 'shape' | 'gone'
  /** What identifies this foreign state: the same text in two reads is the same state. */
  readonly mark: string
  readonly since: Instant
  readonly reads: number
}

/** One change of share that resolvers follow slowly. Fractions of traffic on new. */
export interface Tide {
  /** When it was sent: from then on one name server after another answers by it. Absent: that is not known. */
  readonly since?: Instant
  /** When it was seen that all of them have it (INSYNC); null while it is PENDING. */
  readonly at: Instant | null
  readonly from: number
  readonly to: number
  /** max(TTL, 60 s) in force. */
  readonly holdMs: number
}

export interface RouteState {
  readonly name: string
  readonly key: RouteKey
  /** Where a rollback goes: recorded at preflight, exact provider weights. */
  readonly restore: Share | null
  /** The provider's full state at preflight, opaque; the base of a rollback's write when reads fail. */
  readonly origin: string | null
  /** Fingerprint of every facet but the weights of old and new. */
  readonly shape: string | null
  /** Stickiness was on at preflight. */
  readonly sticky: boolean
  /** TTL of the records at preflight, in seconds; null where there is none (load balancers, aliases). */
  readonly ttlAtStart: number | null
  /** Change id of the newest accepted write of this want, where the provider gives one; its INSYNC confirms. */
  readonly changeId: string | null
  /** Changes of a DNS route that are or were on their way to users, oldest first: for the model of what resolvers do. */
  readonly tides: readonly Tide[]
  /** How lumpy the observed share is: periods counted, and the sum of their squared distances from the step's mean / (p (1 − p)). */
  readonly lumps: { readonly periods: number; readonly sum: number }
  /** Shares (0 to 1) that were in effect, oldest first: which one a period was served at. */
  readonly served: readonly { readonly since: Instant; readonly w: number }[]
  /** Healthy targets of old at preflight. */
  readonly oldHealthyAtStart: number
  /** Last confirmed share (at first: what preflight read); live = from means "not yet written". */
  readonly from: Share
  readonly fromAttached: boolean
  readonly want: Want
  /** When the want was read back; null since it changed. */
  readonly confirmedAt: Instant | null
  /** When it is, or was, in effect: read back + settle. */
  readonly inEffectAt: Instant | null
  readonly suspect: Suspect | null
  /** A foreign state that stayed. Stands until live is as desired again, or a person chooses. */
  readonly drift: Suspect | null
  /** How often a late write of our own was written over since the confirmation; at most 2. */
  readonly repairs: number
  readonly asks: readonly Ask[]
  /** When the last write of this want was decided; writes are spaced. */
  readonly sentAt: Instant | null
  /** Why the last write did not succeed, for people; null where none failed since. */
  readonly problem: string | null
  /** First of the reads that showed new without a healthy target under weight. */
  readonly emptySince: Instant | null
  /** Old has had fewer healthy targets than capacity.old asks since then. */
  readonly oldShortSince: Instant | null
  /** What each side really got, over the mature periods of this step. */
  readonly counted: { readonly old: number; readonly new: number }
  /** Observed share of requests on new, 0 to 1, of the newest mature periods; null before there is one. */
  readonly observed: number | null
}

export const VERDICTS = ['pass', 'breach', 'hold', 'inconclusive', 'blind'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Tally {
  readonly requests: number
  readonly errors: number
}

/** What one gate last said of one route, and what it needs to go on. */
export interface GateState {
  readonly gate: string
  readonly route: string
  readonly verdict: Verdict
  readonly at: Instant | null
  readonly value: number | null
  readonly limit: number
  readonly samples: number
  /** Mature periods (or reads) wholly inside this step that the passing verdicts since stand on. */
  readonly passed: number
  /** Consecutive periods too small to judge alone; emptied at each step and each verdict. */
  readonly pool: { readonly new: Tally; readonly old: Tally; readonly periods: number }
  /** What new and old showed in the periods of the last verdict. */
  readonly last: { readonly new: Tally; readonly old: Tally } | null
  /** targetHealth: since when new is below its ratio, and when it was last read. */
  readonly lowSince: Instant | null
  /** Why blind, hold or inconclusive, as a short code. */
  readonly note: string | null
  /** Gates that compare with old: what the counts have said since the first write. */
  readonly compared?: Compared
  /** statusMix: the same for each class of answers. */
  readonly classes?: Readonly<Partial<Record<StatusClass, Compared>>>
  /** latency by percentile, with `maxRatio`. */
  readonly percentile?: PercentileEvidence
  /** metric: the newest periods with a value, newest last; true: out of bounds. */
  readonly marks?: readonly boolean[]
  /** burnRate: what was counted since the first write, by length of the window in ms. */
  readonly burn?: Readonly<Record<string, readonly BurnBucket[]>>
  /** alarm: names that fired before the shift and are ignored until they have been OK once. */
  readonly ignored?: readonly string[]
  /**
   * probe: what the answers have said since new may have traffic, and since when every one was good. `excess`: with `promote:
   * evidence`, the share of failed requests that each step must exclude.
   */
  readonly probe?: {
    readonly evidence: ProbeEvidence | null
    readonly okSince: Instant | null
    readonly excess?: readonly number[]
  }
  /** What the gate says, with its numbers and their units; gates whose value is no share of requests. */
  readonly words?: string
}

/** Counts of a stretch of time that begins at `start`. */
export interface BurnBucket extends Counts {
  readonly start: Instant
  /** Errors that new would have had at old's rate, period by period. */
  readonly due: number
}

/** A period of one route, for the pool of its gate. */
export interface PooledPeriod {
  readonly route: string
  readonly start: Instant
  readonly counts: Counts
}

/** The periods of all routes in one stretch of time. */
export interface PooledBlock {
  readonly start: Instant
  /** A step began with it. */
  readonly first: boolean
  readonly periods: readonly PooledPeriod[]
}

/** One comparison over all routes of a shift together: a bad cluster hits all of them, so small signs add up. */
export interface Pooled {
  readonly gate: string
  /** statusMix: which class of answers it compares. */
  readonly of?: StatusClass
  /** What all blocks before `blocks` have said: it cannot change any more. */
  readonly settled: Pool
  /** The newest blocks, oldest first: not delivered by every route yet, or still to be revised. */
  readonly blocks: readonly PooledBlock[]
  /** All that is settled. */
  readonly total: Counts
}

/** The sequential comparison of one gate on one route. */
export interface Compared {
  readonly evidence: Evidence
  /** The next period is the first of a step. */
  readonly first: boolean
  /** Old is out of its objective as well since then, and whether that began right after an increase. */
  readonly sharedSince: Instant | null
  readonly sharedByRise: boolean
  /** The verdict in words, with the counts. */
  readonly words: string
  /** What is asked for: a lower share (0 to 1), or null. `past`: only the comparison with the past asks. */
  readonly back: { readonly w: number; readonly past: boolean } | null
  /** Periods served wholly at a step back, and whether nothing is suspected any more: what was, has been clear since. */
  readonly clear: { readonly periods: number; readonly is: boolean }
}

export type MeterKey = string

/** One stream of mature periods of a route: request counts, shared by the gates with the same period and delay, or one gate's values. */
export interface MeterState {
  readonly key: MeterKey
  readonly route: string
  /** The gate whose values it brings; null: it counts requests. */
  readonly gate: string | null
  readonly periodMs: number
  readonly delayMs: number
  /** Where its gates have the requests counted; absent: where the sides say. */
  readonly account?: OwnAccount
  /** End of the last period that was judged; null before the first write. */
  readonly judgedTo: Instant | null
  /** Why this meter can't be read, or null. */
  readonly blind: string | null
  /** Mean of the load balancer's 502 + 503 + 504 a period before the shift; null where unknown. */
  readonly guardBaseline: number | null
  /** The last three periods of the load balancer: requests and 502 + 503 + 504. */
  readonly guard: readonly Tally[]
}

export interface Finding {
  readonly severity: 'blocker' | 'warning' | 'info'
  readonly code: string
  readonly route: string | null
  readonly detail: string
  readonly remedy: string
}

/** A step with the pair of weights that each route's provider can write for it. */
export interface PlannedStep extends Step {
  readonly shares: Readonly<Record<string, Share>>
}

export interface StepBack {
  readonly since: Instant
  readonly percent: Tenths
  readonly shares: Readonly<Record<string, Share>>
  /** Only the comparison with the past asked for it: old must be seen beside new for longer. */
  readonly past: boolean
}

export interface Shift {
  readonly id: ShiftId
  /** Grows by one with each saved decision. */
  readonly version: number
  readonly migration: string
  readonly versions: { readonly from: string; readonly to: string } | null
  readonly policy: Policy
  readonly routeSpecs: readonly RouteSpec[]
  /** The policy's gates and the migration's. */
  readonly gateSpecs: readonly GateSpec[]
  readonly steps: readonly PlannedStep[]
  /** The last step's percent, in tenths. */
  readonly target: Tenths
  readonly reason: string
  readonly startedBy: string
  readonly start: 'zero' | 'live'
  /** The completed shift whose traffic this one takes back. */
  readonly restores: ShiftId | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly endedAt: Instant | null
  readonly phase: Phase
  /** Index into `steps`; -1 before the first. */
  readonly step: number
  /** First write decided: from here on an end needs a rollback or a completion. */
  readonly firstWriteAt: Instant | null
  /** Shift's own deadline; stands still while it waits for people. */
  readonly deadlineAt: Instant | null
  readonly blindSince: Instant | null
  readonly holdSince: Instant | null
  /** The share that was asked for has not arrived since then (onShare). */
  readonly shareSince: Instant | null
  /** That it is late was told. */
  readonly shareTold: boolean
  /** Baking is over but for something that is waited for, since then. */
  readonly waitSince: Instant | null
  /** `advance` was given for this step: its bake is over and `inconclusive` does not hold it. */
  readonly advance: boolean
  /** Who gave it; absent where nobody has yet. */
  readonly advancedBy?: string
  /** On amber a lower share is served until the evidence clears; the bake stands still meanwhile. */
  readonly back: StepBack | null
  /** Step backs of this step; three page. */
  readonly backs: number
  /** What was left of the bake when it was interrupted by a step back. */
  readonly bakeLeftMs: number | null
  /** Steps that were left on insufficient evidence (onInsufficient: advance). */
  readonly insufficient: readonly number[]
  /** The approval of this step was given. */
  readonly approved: boolean
  readonly routes: readonly RouteState[]
  readonly gates: readonly GateState[]
  readonly meters: readonly MeterState[]
  /** Comparing gates that cover several routes. */
  readonly pools: readonly Pooled[]
  readonly findings: readonly Finding[]
  /** When on-call was last told that a person is needed; told again hourly. */
  readonly pagedAt: Instant | null
  /** Sequence number of the last event. */
  readonly seq: number
  /** Number of the last ask. */
  readonly asked: number
  /** Highest share that this shift may ever have asked of each route: restore, plan or adopted. For the invariant. */
  readonly adopted: Readonly<Record<string, Share>>
}

export function isEnded(phase: Phase): boolean {
  return (ENDS as readonly string[]).includes(phase.kind)
}

export function isGoingBack(phase: Phase): boolean {
  return phase.kind === 'rolling_back' || phase.kind === 'stuck'
}

/** When the rollback of this phase began, also where it is stuck since. */
export function rollbackBeganAt(phase: Extract<Phase, { readonly kind: 'rolling_back' | 'stuck' }>): Instant {
  return phase.kind === 'stuck' ? (phase.begunAt ?? phase.since) : phase.since
}

/** Somebody else's share, or nothing at all, stands where this shift's should: a person must choose before it goes on. */
export function isDrifted({ routes }: Shift): boolean {
  return routes.some(({ drift }) => drift !== null)
}
