/**
 * What one seed stands for, as plain JSON: a world, a policy, and everything that will be done to them. A scenario can be
 * printed, made smaller, and run again. Nothing here runs.
 */
import type { EventType } from '../../src/core/event.ts'
import type { Policy } from '../../src/core/policy.ts'
import type { Order } from '../../src/core/command.ts'
import type { Side } from '../../src/core/migration.ts'
import type { Share } from '../../src/core/share.ts'
import type { Ms } from '../../src/core/time.ts'

export interface RoutePlan {
  readonly name: string
  /** `dns`: weighted records of two types, with a load balancer behind each side. */
  readonly kind: 'listener' | 'rule' | 'dns'
  readonly attached: boolean
  readonly weights: Share | null
  readonly stickySeconds: number | null
  /** A third group `canary` stands in the action at weight 0. */
  readonly third: boolean
  readonly targets: { readonly old: number; readonly new: number }
}

/** How new treats its requests. */
export type NewSide =
  | { readonly kind: 'healthy' }
  | {
      readonly kind: 'bad'
      readonly rate: number
      readonly fromMs: Ms
      readonly untilMs: Ms | null
      readonly aboveShare: number
      readonly how: 'errors' | 'gateway'
    }

/** At a time after the start, or so long after the n-th event of a type. */
export type Moment =
  | { readonly at: Ms }
  | { readonly after: EventType; readonly nth: number; readonly delayMs: Ms }
  /** So long before the n-th bake is over. */
  | { readonly bake: number; readonly beforeEndMs: Ms }

/** Which calls a fault meets. */
export type Calls = 'all' | 'reads' | 'writes' | 'rules' | 'health' | 'cloudwatch'

/** Whose weights a foreign writer sets. */
export type ForeignWeights = 'zero' | 'previous' | 'from' | 'next' | 'weird' | 'all'

export type Landing = 'never' | 'now' | { readonly afterMs: Ms }

export type Deed =
  | { readonly kind: 'throttle'; readonly calls: Calls; readonly everyNth: number; readonly forMs: Ms }
  | { readonly kind: 'fail500'; readonly calls: Calls; readonly landed: boolean; readonly forMs: Ms }
  | { readonly kind: 'silence'; readonly calls: Calls; readonly forMs: Ms }
  | { readonly kind: 'denied'; readonly calls: Calls; readonly forMs: Ms }
  | {
      readonly kind: 'chaos'
      readonly calls: Calls
      readonly throttle: number
      readonly fail500: number
      readonly lost: number
      readonly late: number
      readonly forMs: Ms
    }
  | { readonly kind: 'timeouts'; readonly landing: Landing; readonly times: number; readonly forMs: Ms }
  | { readonly kind: 'sentTwice'; readonly times: number; readonly forMs: Ms }
  | { readonly kind: 'readLag'; readonly lagMs: Ms; readonly forMs: Ms }
  | {
      readonly kind: 'metrics'
      readonly status: 'PartialData' | 'InternalError' | 'missing'
      readonly forMs: Ms
    }
  | { readonly kind: 'metricsDelay'; readonly delayMs: Ms; readonly forMs: Ms }
  /** Of Route 53: how long changes stay PENDING, how long a zone refuses the next, what others of the account ask it for. */
  | {
      readonly kind: 'route53'
      readonly pendingMs: Ms
      readonly busyMs: Ms
      readonly othersPerSecond: number
      readonly forMs: Ms
    }
  | {
      readonly kind: 'targets'
      readonly route: string
      readonly side: Side
      readonly healthy: number
      readonly total: number
      readonly forMs: Ms
    }
  | { readonly kind: 'quiet'; readonly forMs: Ms }
  /** From then on a side fails so many of its requests. */
  | { readonly kind: 'sicken'; readonly side: Side; readonly rate: number }
  | { readonly kind: 'foreign'; readonly route: string; readonly weights: ForeignWeights; readonly share: Share }
  /** A controller, or Terraform on a schedule, that wants the route as it was before the shift, and sees to it. */
  | { readonly kind: 'resync'; readonly route: string; readonly everyMs: Ms; readonly forMs: Ms }
  | { readonly kind: 'foreignShape'; readonly route: string; readonly how: 'detach' | 'sticky' | 'third' | 'remove' }
  /** `points`: the process dies at its n-th point from then; 0: at once. `skewMs`: of the next process' clock. */
  | { readonly kind: 'crash'; readonly points: number; readonly downMs: Ms; readonly skewMs: Ms }
  | { readonly kind: 'freeze'; readonly forMs: Ms }
  /** A former process wakes up beside its successor: it still reaches the store, and AWS no more. */
  | { readonly kind: 'zombie'; readonly forMs: Ms }
  | { readonly kind: 'storeFails'; readonly what: 'save' | 'all'; readonly forMs: Ms }
  /** `stepOff`: added to the step that the person saw. `bypass`: accepted a while ago, found by the loop only now. */
  | {
      readonly kind: 'order'
      readonly verb: Order['verb']
      readonly drift: 'adopt' | 'overwrite' | null
      readonly stepOff: number
      readonly force: boolean
      readonly bypass: boolean
    }
  | { readonly kind: 'stop'; readonly action: 'hold' | 'rollback'; readonly forMs: Ms }
  /** Others use up what they may of the rate budget of writes. */
  | { readonly kind: 'storm'; readonly calls: number }

export interface Act {
  readonly when: Moment
  readonly deed: Deed
}

/** TTL of the records of a `dns` route: short, so that a whole shift stays minutes. */
export const TTL_SECONDS = 10

/** From a change of records to INSYNC, where no deed says otherwise. */
export const PENDING_MS: Ms = 5_000

export interface Scenario {
  readonly seed: number
  readonly routes: readonly RoutePlan[]
  readonly policy: Policy
  readonly from: 'zero' | 'live'
  readonly store: 'memory' | 'sqlite'
  readonly rps: number
  readonly counts: 'exact' | 'random'
  readonly latencyMs: Ms
  readonly dataPlaneLagMs: Ms
  readonly healthyAfterMs: Ms
  readonly metrics: {
    readonly delayMs: Ms
    readonly partial: boolean
    readonly lateShare: number
    readonly lateMs: Ms
  }
  /** Writes a second that the rate budget allows. */
  readonly writesPerSecond: number
  readonly newSide: NewSide
  /** Errors of old, always. */
  readonly oldErrorRate: number
  readonly acts: readonly Act[]
  /** Until when things go wrong. */
  readonly faultsMs: Ms
  /** What the person chooses at the end over a foreign share. */
  readonly choice: 'adopt' | 'overwrite'
  /** A completed shift is taken back in the end. */
  readonly restore: boolean
  /** So many processes over one table; without it a single one over `store`. */
  readonly replicas?: number
}

export function describe({ when, deed }: Act): string {
  return `${momentOf(when)}: ${JSON.stringify(deed)}`
}

function momentOf(when: Moment): string {
  if ('at' in when) return `${when.at / 1000}s`
  if ('bake' in when) return `${when.beforeEndMs / 1000}s before the end of bake #${when.bake}`
  return `${when.delayMs / 1000}s after ${when.after} #${when.nth}`
}
