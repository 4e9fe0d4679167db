/**
 * Why something was decided: a closed set of facts with their numbers. core/explain.ts is the only place where one becomes a
 * sentence.
 */
import type { Share } from './share.ts'
import type { Tenths } from './percent.ts'
import type { Instant, Ms } from './time.ts'

/** Why a shift goes back. It ends `aborted` where a person wanted it, else `rolled_back`. */
export type Cause =
  | {
      readonly kind: 'breach'
      readonly gate: string
      readonly route: string
      /** The gate counts errors: then old's own share decides whether it is fit to take the traffic back. */
      readonly counts: boolean
      readonly value: number
      readonly limit: number
      readonly samples: number
      readonly oldValue: number | null
      readonly oldSamples: number
      /** What the comparison with old says, with the counts. */
      readonly words?: string
    }
  | { readonly kind: 'no_healthy_new'; readonly route: string; readonly targets: number }
  | {
      readonly kind: 'person'
      readonly verb: 'abort' | 'reject' | 'stop' | 'restore'
      readonly actor: string
      readonly text: string
      readonly force: boolean
    }
  | {
      readonly kind: 'policy'
      readonly why: 'drift' | 'blind' | 'converge' | 'hold' | 'shared'
      readonly routes: readonly string[]
    }

/** Why the daemon holds a shift until a person decides. */
export const HALTS = [
  'drift',
  'blind',
  'deadline',
  'new_unhealthy',
  'old_unhealthy',
  'old_unfit',
  'breach_at_start',
  'breach_observed',
  'hold',
  'share',
  'approval_expired',
  'insufficient',
  'gone',
  'invariant',
  'unreadable'
] as const
export type HaltWhy = (typeof HALTS)[number]

/** What a write is for. `ttl`: the records' TTL is lowered, or put back. */
export type WriteWhy = 'step' | 'attach' | 'retry' | 'late' | 'rollback' | 'release' | 'ttl'

export type Reason =
  | { readonly code: 'started'; readonly migration: string; readonly policy: string; readonly text: string }
  | { readonly code: 'preflight_passed'; readonly findings: number; readonly skipped: number }
  | { readonly code: 'preflight_refused'; readonly codes: readonly string[] }
  | {
      readonly code: 'write'
      readonly route: string
      readonly percent: Tenths
      readonly share: Share
      readonly from: Share
      readonly n: number
      readonly why: WriteWhy
      /** Only where the TTL is set. */
      readonly ttlSeconds?: number
    }
  | { readonly code: 'read_back'; readonly route: string; readonly percent: Tenths; readonly share: Share }
  | { readonly code: 'in_effect'; readonly percent: Tenths; readonly step: number }
  | {
      readonly code: 'judged'
      readonly gate: string
      readonly route: string
      readonly verdict: string
      readonly was: string
      readonly value: number | null
      readonly limit: number
      readonly samples: number
      readonly note: string | null
      /** Where the value is no share of requests: what was measured, with its unit. */
      readonly words?: string
    }
  | {
      readonly code: 'step_done'
      readonly step: number
      readonly percent: Tenths
      readonly by: 'bake' | 'advance' | 'approval' | 'insufficient'
      readonly actor: string
    }
  | { readonly code: 'approval_needed'; readonly step: number; readonly percent: Tenths; readonly expiresAt: Instant }
  | { readonly code: 'approved'; readonly step: number; readonly comment: string }
  | { readonly code: 'command_refused'; readonly verb: string; readonly problem: string; readonly detail: string }
  | { readonly code: 'paused'; readonly by: 'person' | 'stop'; readonly text: string }
  | { readonly code: 'resumed'; readonly drift: 'adopt' | 'overwrite' | null }
  | {
      readonly code: 'halted'
      readonly why: HaltWhy
      readonly detail: string
      readonly cause: Cause | null
      /** It moves nothing itself: mode observe. */
      readonly watches?: true
    }
  | { readonly code: 'cause'; readonly cause: Cause; readonly seenAt: Instant | null }
  | {
      readonly code: 'warned'
      readonly gate: string
      readonly route: string
      readonly value: number | null
      readonly limit: number
      readonly samples: number
      readonly words?: string
    }
  | {
      readonly code: 'drift'
      readonly route: string
      readonly kind: 'share' | 'shape' | 'gone'
      readonly found: Share | null
      readonly expected: Share
      /** When it was last read back as wanted; null: never. */
      readonly confirmedAt?: Instant | null
    }
  | { readonly code: 'blind'; readonly what: readonly string[] }
  | { readonly code: 'sees_again'; readonly afterMs: Ms }
  | { readonly code: 'capacity_short'; readonly route: string; readonly healthy: number; readonly atStart: number }
  | { readonly code: 'capacity_back'; readonly route: string; readonly healthy: number }
  | { readonly code: 'rollback_started'; readonly cause: Cause; readonly from: Tenths; readonly to: Tenths }
  | {
      readonly code: 'rollback_confirmed'
      readonly cause: Cause['kind']
      readonly afterMs: Ms
      readonly percent: Tenths
    }
  | { readonly code: 'stuck'; readonly routes: readonly string[]; readonly afterMs: Ms }
  | { readonly code: 'reminder'; readonly phase: string; readonly forMs: Ms }
  | {
      readonly code: 'stepped_back'
      readonly gate: string
      readonly route: string
      readonly from: Tenths
      readonly to: Tenths
      readonly times: number
      readonly words: string
    }
  | { readonly code: 'step_resumed'; readonly percent: Tenths; readonly afterMs: Ms }
  | { readonly code: 'drained'; readonly residual: number }
  | { readonly code: 'drain_deadline'; readonly residual: number | null }
  | {
      readonly code: 'share_late'
      readonly route: string
      readonly observed: number
      readonly asked: number
      readonly afterMs: Ms
    }
  | { readonly code: 'ended'; readonly outcome: string; readonly percent: Tenths; readonly text: string }

export type ReasonCode = Reason['code']
