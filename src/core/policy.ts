/**
 * How it moves: a policy with every default filled in. Parsed and validated by src/config; frozen into the shift at its
 * start. CONTRACT section 4. Percents are tenths, durations milliseconds, shares fractions.
 */
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

/** How carefully new is compared with old (CONTRACT 4.1, GATING 3.5). */
export interface Comparison {
  readonly profile: 'robust' | 'fast'
  readonly tolerance: number | null
  readonly alpha: { readonly relative: number; readonly absolute: number } | null
  readonly stepBackBudget: number | null
}

/** Share of failed requests on new, against an absolute objective (CONTRACT 4.1). */
export interface ErrorRateGate extends GateCommon {
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
export interface TargetHealthGate extends GateCommon {
  readonly type: 'targetHealth'
  readonly minHealthyRatio: number
  readonly everyMs: Ms
  readonly forMs: Ms
}

export type GateSpec = ErrorRateGate | TargetHealthGate

export interface Policy {
  readonly name: string
  readonly description: string
  readonly mode: 'act' | 'observe'
  readonly steps: readonly Step[]
  /** Greatest increase of one step, in tenths of a percentage point. */
  readonly maxJump: Tenths
  /** When a gate that is still inconclusive ends the wait; null: 3 × the step's bake. */
  readonly maxBakeMs: Ms | null
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
    /** In effect = INSYNC + staleFactor × max(TTL before, TTL after, 60 s). */
    readonly staleFactor: number
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
}
