/**
 * What a world is made of, as a scenario says it. Everything but the clock and the routes has a default.
 */
import type { RecordType } from '../../../src/core/migration.ts'
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Instant, Ms } from '../../../src/core/time.ts'
import type { Share } from '../../../src/core/share.ts'
import type { Span, VirtualClock } from '../virtual.ts'
import type { Behaviour } from './behaviour.ts'
import type { Resolvers } from './resolvers.ts'
import type { TargetsSpec } from './targets.ts'

export type Tags = Readonly<Record<string, string>>
/** Requests a second: a number, or a function of the moment. */
export type Rps = number | ((at: Instant, elapsedMs: Ms) => number)

export interface SideOptions extends Partial<Behaviour> {
  readonly targets?: TargetsSpec
  readonly tags?: Tags
  readonly attributes?: Readonly<Record<string, string>>
}

export interface RouteOptions {
  readonly name: string
  /**
   * `listener`: its default action; it then has a listener of its own. `dns`: weighted records, old and new with a load balancer of
   * their own. Default `rule`.
   */
  readonly kind?: 'listener' | 'rule' | 'dns'
  /** Of records: name of the zone, default `example.com`. */
  readonly zone?: string
  /** Of records: their name, default `NAME.ZONE`. */
  readonly record?: string
  /** Of records: moved together, default A alone. */
  readonly types?: readonly RecordType[]
  /** Of records: aliases of the load balancers (default), or plain values with `ttl`. */
  readonly alias?: boolean
  /** Of records: seconds; makes them plain. */
  readonly ttl?: number
  /** Of records: their load balancers listen in TLS. */
  readonly tls?: boolean
  /** Of records: the migration does not say which load balancers they answer with. */
  readonly unnamed?: boolean
  /** Name of the load balancer; default `main`. Routes with the same name share it. */
  readonly alb?: string
  readonly region?: string
  readonly roleArn?: string
  /** New stands in the action, at weight 0 unless `weights` says else. Default false: old alone, as a migration begins. */
  readonly attached?: boolean
  /** Weights at the beginning; a weight of new above 0 attaches it. */
  readonly weights?: Share
  /** Target group stickiness; default off. */
  readonly stickySeconds?: number
  /** Actions before the forward one. */
  readonly before?: readonly Action[]
  /** Further target groups in the action, by name. */
  readonly others?: Readonly<Record<string, number>>
  /** The pair of target groups is that of another route. */
  readonly groupsOf?: string
  readonly rps?: Rps
  readonly old?: SideOptions
  readonly new?: SideOptions
  readonly tags?: Tags
}

export interface MetricsOptions {
  /** How long after a second its counts are told. Default 60 s. */
  readonly delay?: Span
  /** A period that is only partly known is told with what is known. Default true, as CloudWatch does. */
  readonly partial?: boolean
  /** This share of a period's counts is told only so long after the rest. Default none. */
  readonly late?: { readonly share: number; readonly after: Span }
}

export interface DnsOptions {
  /** From a change to INSYNC. Default 30s. */
  readonly pending?: Span
  /** For so long after a change the zone refuses the next. Default 1s. */
  readonly busy?: Span
  /** How many resolvers stand for all users. Default 500. */
  readonly resolvers?: number
  /** Requests that others of the account send each second, of the 5 that there are. Default 0. */
  readonly othersPerSecond?: number
  /** Who stands for all users instead of them. */
  readonly users?: Resolvers
}

export interface WorldOptions {
  readonly clock: VirtualClock
  readonly routes: readonly (string | RouteOptions)[]
  /** Of everything random. Default 1. */
  readonly seed?: number
  /** `exact`: counts are what is expected, to the request. `random`: binomial. Default exact. */
  readonly counts?: 'exact' | 'random'
  /** Requests a second of each route that does not say its own. Default 100. */
  readonly rps?: Rps
  readonly region?: string
  /** How long traffic flowed before the start; default 15m. */
  readonly past?: Span
  readonly metrics?: MetricsOptions
  readonly dns?: DnsOptions
  /** From a write to the moment when requests follow it. Default 2s. */
  readonly dataPlaneLag?: Span
  /** From a call to its answer; a call lands half-way. Default 40 ms. */
  readonly latency?: Span
  /** From attaching a group to the first passed health checks. Default 15s. */
  readonly healthyAfter?: Span
  /** Mean length of a user's visit, for stickiness: how fast stuck users go. Default 10m. */
  readonly visit?: Span
  /** Items on a page of a list where the caller asks for no size. Default 400. */
  readonly pageSize?: number
  /** AWS's clock minus ours. Default 0. */
  readonly skew?: Ms
}

export const DEFAULT_REGION = 'ap-northeast-1'
