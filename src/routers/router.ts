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

export interface Change<R extends RouteSpec = RouteSpec> {
  readonly route: R
  readonly to: Want
  /** Live must be so in a fresh read right before the write, else `conflict`. `any`: written whatever stands, and even when it cannot be read. */
  readonly expect: { readonly share: Share; readonly attached: boolean | null } | 'any'
  /** `raw` of a reading at preflight: the base of the write where a rollback cannot read. */
  readonly origin: string | null
  /** Records: write by DELETE and CREATE in one batch; a rollback falls back to UPSERT by itself. */
  readonly swap?: boolean
  readonly n: number
}

/** How a shift will write records: `dns.write` of its policy. */
export type Writes = 'swap' | 'upsert'

/** A router of one kind knows its own kind of routes only; the dispatching one all of them. */
export interface Router<R extends RouteSpec = RouteSpec> {
  /** Live state. `changes`: change ids of routes whose spreading is asked about (`inSync`). */
  read(
    routes: readonly R[],
    call: Call,
    changes?: ReadonlyMap<RouteKey, string>
  ): Promise<ReadonlyMap<RouteKey, Reading | Unreadable>>
  /**
   * Writes and preserves every facet that is not named in `to`. `accepted` only where the provider said yes at the first
   * attempt; a time-out or a 5xx is `unknown`. Throttling is tried again until the call's deadline.
   */
  write(changes: readonly Change<R>[], call: Call): Promise<ReadonlyMap<RouteKey, WriteOutcome>>
  /** Health of the targets of both sides. */
  health(routes: readonly R[], call: Call): Promise<ReadonlyMap<RouteKey, SidesHealth | Unreadable>>
  /** Preflight: the routes with what only the provider knows filled in. Throws where that cannot be read; `null` in a field stays where it is not to be known. */
  resolve(routes: readonly R[], call: Call): Promise<readonly R[]>
  /**
   * Preflight: what stands against moving these routes; changes nothing. `writes`: how they will be written, absent where they will
   * not be. Throws only where nothing could be read at all.
   */
  inspect(routes: readonly R[], call: Call, writes?: Writes): Promise<readonly Finding[]>
  /** Pure: the pair of weights nearest to each percent; above 0 never 0, below 100 never all. */
  quantise(route: R, percents: readonly Tenths[]): readonly Share[]
  /** Pure: the provider's own command lines that bring the route to `want` without Sluice, from the state in `raw`. */
  byHand(route: R, want: Want, raw: string | null): readonly string[]
}
