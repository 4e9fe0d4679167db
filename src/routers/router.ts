/**
 * The port to whatever splits traffic. A write is a request; only a read proves it. Every method takes a list, answers for
 * each item, and never throws for one of them: failures are data.
 */
import type { Call } from '../core/call.ts'
import type { Reading, SidesHealth, Unreadable, WriteOutcome } from '../core/observation.ts'
import type { Finding, Want } from '../core/shift.ts'
import type { RouteKey, RouteSpec } from '../core/migration.ts'
import type { Share } from '../core/share.ts'
import type { Tenths } from '../core/percent.ts'

export interface Change {
  readonly route: RouteSpec
  readonly to: Want
  /** Live must be so in a fresh read right before the write, else `conflict`. `any`: written whatever stands, and even when it cannot be read. */
  readonly expect: { readonly share: Share; readonly attached: boolean | null } | 'any'
  /** `raw` of a reading at preflight: the base of the write where a rollback cannot read. */
  readonly origin: string | null
  readonly n: number
}

export interface Router {
  /** Live state. */
  read(routes: readonly RouteSpec[], call: Call): Promise<ReadonlyMap<RouteKey, Reading | Unreadable>>
  /**
   * Writes and preserves every facet that is not named in `to`. `accepted` only where the provider said yes at the first
   * attempt; a time-out or a 5xx is `unknown`. Throttling is tried again until the call's deadline.
   */
  write(changes: readonly Change[], call: Call): Promise<ReadonlyMap<RouteKey, WriteOutcome>>
  /** Health of the targets of both sides. */
  health(routes: readonly RouteSpec[], call: Call): Promise<ReadonlyMap<RouteKey, SidesHealth | Unreadable>>
  /** Preflight: what stands against moving these routes. Throws only where nothing could be read at all. */
  inspect(routes: readonly RouteSpec[], call: Call): Promise<readonly Finding[]>
  /** Pure: the pair of weights nearest to each percent; above 0 never 0, below 100 never all. */
  quantise(route: RouteSpec, percents: readonly Tenths[]): readonly Share[]
  /** Pure: the provider's own command lines that bring the route to `want` without Sluice, from the state in `raw`. */
  byHand(route: RouteSpec, want: Want, raw: string | null): readonly string[]
}
