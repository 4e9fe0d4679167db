/**
 * A shift as the API shows it (CONTRACT 5.1): JSON with times as RFC 3339 and percents as percents. Types, and what
 * both sides must agree on; the mapping is in core/present.ts.
 */
import type { EventType } from './event.ts'
import type { ReportDetails, RollbackDetails } from './report/view.ts'
import type { End, Finding, PhaseName, Verdict } from './shift.ts'

export interface RouteView {
  readonly name: string
  readonly type: 'alb' | 'route53'
  readonly desiredPercent: number
  readonly livePercent: number | null
  readonly observedPercent: number | null
  readonly expectedPercent: number | null
  readonly inEffectAt: string | null
  /** How long resolvers are believed to keep an answer; null where there are none in between. */
  readonly holdSeconds: number | null
  readonly healthyTargets: { readonly old: number | null; readonly new: number | null }
}

export interface GateView {
  readonly name: string
  readonly route: string
  readonly verdict: Verdict
  readonly value: number | null
  readonly limit: number
  readonly samples: number
  readonly at: string | null
  readonly explain: string
}

export interface StepView {
  readonly index: number
  readonly of: number
  readonly percent: number
  readonly since: string
  readonly until: string | null
  readonly evidence: number | null
  readonly steppedBackTo: number | null
}

/** One rung of the ladder, whether it is done, served or to come. */
export interface RungView {
  readonly percent: number
  readonly bakeSeconds: number
  /** Who must let it go on after its bake; null: nobody. */
  readonly approval: 'anyone' | 'other' | null
}

export interface RollbackView {
  readonly possible: boolean
  readonly inEffectWithinSeconds: number | null
  /** When 90 % of those who are on new are back. */
  readonly mostWithinSeconds: number | null
  readonly residualPercent: number | null
  readonly stuckUntil: string | null
  readonly commands: readonly string[]
}

export interface ShiftView {
  readonly id: string
  readonly migration: string
  readonly policy: string
  readonly versions: { readonly from: string; readonly to: string } | null
  readonly reason: string
  readonly startedBy: string
  readonly restores: string | null
  readonly phase: PhaseName
  readonly outcome: End | null
  readonly percent: number
  readonly targetPercent: number
  readonly restorePercent: number | null
  readonly step: StepView | null
  /** The whole ladder; `step.index` counts in it. */
  readonly steps: readonly RungView[]
  readonly routes: readonly RouteView[]
  readonly gates: readonly GateView[]
  readonly rollback: RollbackView
  readonly findings: readonly Finding[]
  /** Why a person is needed, as a code; null where none is. */
  readonly attention: string | null
  /** Somebody else's share stands: a resume must choose to adopt or to overwrite it. */
  readonly drifted: boolean
  readonly wakeAt: string | null
  /** When the routes were last looked at; null where this process has not. */
  readonly seenAt: string | null
  readonly explain: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly endedAt: string | null
}

/** Ended shifts in an overview, the newest ones; older ones are in the list. */
export const OVERVIEW_ENDED = 50

/** One shift in a list: what changes slowly enough to be sent only when it changes. */
export interface SummaryView {
  readonly id: string
  readonly migration: string
  readonly policy: string
  readonly reason: string
  readonly startedBy: string
  readonly routes: number
  readonly phase: PhaseName
  readonly outcome: End | null
  readonly percent: number
  readonly targetPercent: number
  /** Observed, of the route that is furthest behind: forward the lowest, on the way back the highest. */
  readonly observedPercent: number | null
  readonly step: { readonly index: number; readonly of: number } | null
  readonly since: string
  readonly until: string | null
  /** The worst that a gate says; null where none has said anything. */
  readonly verdict: Verdict | null
  /** Where it stands, without a time that would grow old. */
  readonly standing: string
  /** Whether users are hurt, with the numbers. */
  readonly health: string
  /** What comes next by itself; null where only a person, or nothing, comes next. */
  readonly next: string | null
  readonly attention: string | null
  readonly rollbackPossible: boolean
  readonly createdAt: string
  readonly updatedAt: string
  readonly endedAt: string | null
}

export interface EventView {
  readonly seq: number
  readonly at: string
  readonly type: EventType
  readonly phase: PhaseName
  readonly actor: string
  /** A stable code. */
  readonly reason: string
  readonly explain: string
  /** The numbers behind it. */
  readonly data: Readonly<Record<string, unknown>>
}

/** share: of requests, 0 to 1. ms: milliseconds. number: whatever a `metric` gate's expression gives. */
export const SERIES_UNITS = ['share', 'ms', 'number'] as const
export type SeriesUnit = (typeof SERIES_UNITS)[number]

/** What one gate's measurements showed of both sides of a route in one period; null where it is not known. */
export interface PointView {
  readonly gate: string
  readonly route: string
  readonly unit: SeriesUnit
  /** End of the period, which lasted so many seconds. */
  readonly at: string
  readonly seconds: number
  readonly new: number | null
  readonly old: number | null
  readonly newRequests: number | null
  readonly oldRequests: number | null
  /** Null where the gate has no constant limit. */
  readonly limit: number | null
}

/** Points from the decisions after a version; the next call goes on after `upTo`. `next` is null where there is no more now. */
export interface SeriesView {
  readonly items: readonly PointView[]
  readonly next: string | null
  readonly upTo: number
}

/** The five measures by which a migration is judged. */
export interface ReportView extends ReportDetails {
  readonly id: string
  readonly migration: string
  readonly outcome: End | null
  readonly serviceImpact: {
    readonly requestsOnNew: number
    readonly errorsOnNew: number
    readonly errorRateOnNew: number | null
    readonly errorRateOnOld: number | null
    readonly excessErrors: number
  }
  readonly work: {
    readonly commands: number
    readonly approvals: number
    readonly people: readonly string[]
    readonly writes: number
  }
  readonly rollback: RollbackDetails & {
    readonly happened: boolean
    readonly cause: string | null
    readonly startedAt: string | null
    readonly confirmedAt: string | null
    readonly seconds: number | null
  }
  readonly frequency: {
    readonly steps: number
    readonly stepsDone: number
    readonly versions: { readonly from: string; readonly to: string } | null
  }
  readonly time: {
    readonly startedAt: string
    readonly endedAt: string | null
    readonly seconds: number
    readonly phases: readonly { readonly phase: PhaseName; readonly seconds: number }[]
  }
}
