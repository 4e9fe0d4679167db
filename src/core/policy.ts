/**
 * How it moves: a policy with every default filled in. Parsed and validated by src/config; frozen into the shift at its
 * start. CONTRACT section 4. Percents are tenths, durations milliseconds, shares fractions.
 */
import type { OwnAccount } from './migration.ts'
import type { Tenths } from './percent.ts'
import type { Ms } from './time.ts'

export interface Approval {
  readonly by: 'anyone' | 'other'
  readonly expiresMs: Ms
}

export interface Step {
  readonly percent: Tenths
  readonly bakeMs: Ms
  readonly approval: Approval | null
}

/** What a gate's breach leads to. */
export type GateAction = 'rollback' | 'hold' | 'warn'

interface GateCommon {
  readonly name: string
  /** null: the policy's onBreach decides. */
  readonly action: GateAction | null
  /** Names of routes; null: all. */
  readonly routes: readonly string[] | null
}

interface ReadsSides {
  /** Where the sides are read for this gate; absent: where they say themselves. */
  readonly account?: OwnAccount
}

/** How carefully new is compared with old (CONTRACT 4.1, GATING 3.5). */
export interface Comparison {
  readonly profile: 'robust' | 'fast'
  readonly tolerance: number | null
  readonly alpha: { readonly relative: number; readonly absolute: number } | null
  readonly stepBackBudget: number | null
}

/** Share of failed requests on new, against an absolute objective (CONTRACT 4.1). */
export interface ErrorRateGate extends GateCommon, ReadsSides {
  readonly type: 'errorRate'
  /** Fraction, 0 to 1. */
  readonly max: number
  /** old: also not worse than old, tested sequentially (docs/gating.md). */
  readonly against: 'none' | 'old'
  /** How careful the comparison is; unset knobs are the profile's. Read only with `against: old`. */
  readonly comparison?: Comparison
  readonly minRequests: number
  readonly warmupMs: Ms
  readonly periodMs: Ms
  /** How late CloudWatch is: a period is not looked at before its end + delay. */
  readonly delayMs: Ms
}

/** Share of healthy among registered targets of new; fast, as it does not wait for CloudWatch. */
export interface TargetHealthGate extends GateCommon, ReadsSides {
  readonly type: 'targetHealth'
  readonly minHealthyRatio: number
  readonly everyMs: Ms
  readonly forMs: Ms
}

export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const
export type StatusClass = (typeof STATUS_CLASSES)[number]

/** Shares of answers by status class, new against old: missing secrets, hosts and limits answer 401 and 404, not 500 (FM-46). */
export interface StatusMixGate extends GateCommon, ReadsSides {
  readonly type: 'statusMix'
  readonly classes: readonly StatusClass[]
  readonly against: 'old'
  readonly comparison: Comparison
  readonly minRequests: number
  readonly warmupMs: Ms
  readonly periodMs: Ms
  readonly delayMs: Ms
}

/** How slow new answers: a percentile against a bound and against old, or the share of slow answers as errors. */
export interface LatencyGate extends GateCommon, ReadsSides {
  readonly type: 'latency'
  /** `percentile` (a CloudWatch statistic such as `p99`): bound and ratio to old; null: `maxSlow` counts. */
  readonly percentile: { readonly stat: string; readonly maxMs: Ms | null; readonly maxRatio: number | null } | null
  /** At most this share (0 to 1) may take longer than `overMs`. */
  readonly slow: { readonly max: number; readonly overMs: Ms; readonly comparison: Comparison } | null
  readonly minRequests: number
  readonly warmupMs: Ms
  readonly periodMs: Ms
  readonly delayMs: Ms
}

/** Any CloudWatch metric of a side, with bounds. Raw values are fetched; the expression is evaluated in the daemon. */
export interface MetricGate extends GateCommon {
  readonly type: 'metric'
  readonly queries: readonly {
    readonly id: string
    readonly namespace: string
    readonly metric: string
    readonly stat: string
    /** May hold `$side`, `$route` and the side's vars. */
    readonly dimensions: Readonly<Record<string, string>>
  }[]
  readonly expression: string
  readonly max: number | null
  readonly min: number | null
  /** So many of the last `outOf` periods out of bounds are a breach. */
  readonly breaches: number
  readonly outOf: number
  readonly periodMs: Ms
  readonly delayMs: Ms
  /** Null: the side's own. */
  readonly account: OwnAccount | null
}

/** How fast new burns an error budget, over a long and a short window at once. */
export interface BurnRateGate extends GateCommon, ReadsSides {
  readonly type: 'burnRate'
  /** Share of good answers, 0 to 1. */
  readonly objective: number
  readonly windows: readonly { readonly longMs: Ms; readonly shortMs: Ms; readonly factor: number }[]
  readonly periodMs: Ms
  readonly delayMs: Ms
}

/** CloudWatch alarms, composite ones too: ALARM is a breach, a missing one blind. */
export interface AlarmGate extends GateCommon {
  readonly type: 'alarm'
  readonly names: readonly string[]
  readonly ignoreIfAlreadyFiring: boolean
  readonly everyMs: Ms
  /** Null: the route's own. */
  readonly account: OwnAccount | null
}

/** Synthetic requests to new; judged by their own score, in seconds, with or without users. */
export interface ProbeGate extends GateCommon {
  readonly type: 'probe'
  readonly url: string
  readonly host: string | null
  readonly everyMs: Ms
  /** Share (0 to 1) that may fail. */
  readonly max: number
  /** Over which a share is shown. */
  readonly windowMs: Ms
}

export type GateSpec =
  ErrorRateGate | TargetHealthGate | StatusMixGate | LatencyGate | MetricGate | BurnRateGate | AlarmGate | ProbeGate

export interface Policy {
  readonly name: string
  readonly description: string
  readonly mode: 'act' | 'observe'
  readonly steps: readonly Step[]
  /** Greatest increase of one step, in tenths of a percentage point. */
  readonly maxJump: Tenths
  /** When a gate that is still inconclusive ends the wait; null: 3 × the step's bake. */
  readonly maxBakeMs: Ms | null
  /** promote: evidence: a step ends as soon as what was measured excludes every regression that would cost more than the budget. */
  readonly promotion: {
    /** Null: the gates' delay and two periods. */
    readonly minBakeMs: Ms | null
    /** Excess errors that one minimum bake at the next percent may cost. */
    readonly harmBudget: number
  } | null
  /** The steps are worked out at preflight from what old serves; `steps` holds them for a busy service until then. */
  readonly ramp: { readonly kind: 'equalRisk'; readonly bakeMs: Ms; readonly to: Tenths } | null
  readonly onInsufficient: 'hold' | 'advance'
  readonly gates: readonly GateSpec[]
  readonly onBreach: 'rollback' | 'hold'
  /** On moderate evidence: a lower percent until it clears, or only hold (docs/gating.md). */
  readonly onAmber: 'stepBack' | 'hold'
  readonly onBlind: { readonly holdMs: Ms; readonly rollbackMs: Ms | null }
  readonly onDrift: 'halt' | 'rollback'
  readonly onShare: 'hold' | 'advance'
  readonly onHold: { readonly afterMs: Ms; readonly action: 'halt' | 'rollback' }
  readonly converge: { readonly deadlineMs: Ms }
  readonly alb: { readonly settleMs: Ms }
  readonly dns: {
    /** In effect = INSYNC + staleFactor × max(TTL before, TTL after, floor). */
    readonly staleFactor: number
    /** A shorter TTL is not believed: resolvers and clients have floors of their own. 60 s unless every resolver is known. */
    readonly floorMs: Ms
    /** A longer TTL at preflight is refused, unless lowerTtlMs brings it down. */
    readonly maxTtlMs: Ms
    /** The shift lowers the TTL to this first, and puts it back at its end; null: it does not. */
    readonly lowerTtlMs: Ms | null
    /** swap: DELETE of the exact old and CREATE of the new in one batch, so that a foreign change is refused by Route 53 itself. */
    readonly write: 'swap' | 'upsert'
  }
  readonly capacity: { readonly new: number; readonly old: number }
  readonly preflight: { readonly minHealthyTargets: number; readonly healthyWithinMs: Ms }
  readonly rollback: {
    readonly to: 'zero' | 'start'
    readonly deadlineMs: Ms
    readonly stickiness: 'release' | 'keep'
    readonly shape: 'direct' | 'capacity'
  }
  readonly drain: { readonly residual: number; readonly forMs: Ms; readonly deadlineMs: Ms }
  readonly deadlineMs: Ms
  /** Names of the targets that are told of this shift; absent: all, empty: none. */
  readonly notify?: readonly string[]
}
