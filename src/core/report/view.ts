/**
 * What a report holds beside the five measures' totals: who did what, where the time went, what each gate stood on, and the points of
 * the chart. Types only.
 */
import type { Verb } from '../command.ts'
import type { Finding, PhaseName, Verdict } from '../shift.ts'
import type { PointView, SeriesUnit } from '../view.ts'

/** One order of a person. */
export interface ActionView {
  readonly at: string
  readonly actor: string
  readonly verb: Verb
  /** What was said with it; empty where nothing was. */
  readonly text: string
}

/** preflight · attach (new at weight 0) · step · drain · back (the rollback). */
export const STRETCHES = ['preflight', 'attach', 'step', 'drain', 'back'] as const
export type Stretch = (typeof STRETCHES)[number]

/** A stretch of the shift, and what it was waiting on. */
export interface StretchView {
  readonly stretch: Stretch
  /** Of a step: its index and percent. */
  readonly step: number | null
  readonly percent: number | null
  readonly seconds: number
  readonly phases: readonly { readonly phase: PhaseName; readonly seconds: number }[]
}

/** What one gate saw on one route while a step was in effect: shares over all requests, else the highest period. */
export interface EvidenceView {
  readonly step: number
  readonly percent: number
  readonly gate: string
  readonly route: string
  readonly unit: SeriesUnit
  readonly periods: number
  readonly new: number | null
  readonly old: number | null
  readonly newRequests: number | null
  readonly oldRequests: number | null
  readonly limit: number | null
}

/** A step that was left although a gate had not said `pass`. */
export interface InsufficientView {
  readonly step: number
  readonly percent: number
  readonly at: string
  /** insufficient: by the policy. advance: by a person. */
  readonly by: 'insufficient' | 'advance'
  readonly actor: string
}

export interface DecisionView {
  readonly at: string
  readonly actor: string
  readonly explain: string
}

export interface ChartView {
  /** Percent of new asked for, and read back, as steps: each holds until the next of its route and kind. */
  readonly percent: readonly {
    readonly at: string
    readonly route: string
    readonly kind: 'desired' | 'live'
    readonly percent: number
  }[]
  /** Measurements, thinned out where there are many: a point then stands for several periods. */
  readonly points: readonly PointView[]
}

export interface ReportDetails {
  readonly policy: string
  readonly reason: string
  readonly startedBy: string
  /** Where it stands, or how it ended. */
  readonly explain: string
  readonly actions: readonly ActionView[]
  readonly stretches: readonly StretchView[]
  readonly evidence: readonly EvidenceView[]
  readonly insufficient: readonly InsufficientView[]
  /** What each gate said last. */
  readonly gates: readonly {
    readonly gate: string
    readonly route: string
    readonly verdict: Verdict
    readonly explain: string
  }[]
  readonly findings: readonly Finding[]
  /** The decision log without the changes of single gates. */
  readonly decisions: readonly DecisionView[]
  readonly chart: ChartView
}

export interface RollbackDetails {
  /** In words, with the numbers. */
  readonly why: string | null
  readonly detectedAt: string | null
  readonly fromPercent: number | null
  readonly toPercent: number | null
  /** Until when Sluice itself could have taken everything back: the end of the shift, or null where it still can. */
  readonly possibleUntil: string | null
  /** read_back: the weights were read again. insync: every name server of Route 53 had them as well. Empty where nothing went back. */
  readonly verifiedBy: readonly ('read_back' | 'insync')[]
}
