/**
 * What users really got, over all seconds of the world's life: for checkers and reports, never for the system under test.
 */
import type { Side } from '../../../src/core/migration.ts'
import type { Instant, Ms } from '../../../src/core/time.ts'
import type { Cloud } from './cloud.ts'
import { dnsSplit, type DnsRoute } from './dnsRoute.ts'
import type { Live, Route, Split } from './route.ts'
import { splitOf } from './route.ts'
import { COLUMNS, type Counts } from './tally.ts'

export interface Got {
  /** Everything that users sent, answered by a target or not. */
  readonly requests: number
  /** 5xx of targets, and 502, 503 and 504 of the load balancer. */
  readonly errors: number
  readonly counts: Readonly<Counts>
}

export interface Served {
  readonly old: Got
  readonly new: Got
  readonly other: Got
  readonly all: Got
  /** Share of requests on new, 0 to 1; 0 where there were none. */
  readonly onNew: number
}

export interface Standing extends Split {
  readonly at: Instant
  /** Name of the client, `foreign`, or `start`. */
  readonly by: string
}

const SECOND: Ms = 1000

function gotOf(routes: readonly (Route | DnsRoute)[], side: Side | 'other' | null, from: number, to: number): Got {
  const flows = routes.flatMap((route) => route.flows).filter((flow) => side === null || flow.side === side)
  const sums = COLUMNS.map((column) => [column, flows.reduce((n, { tally }) => n + tally.sum(column, from, to), 0)])
  const counts = Object.fromEntries(sums) as Counts
  return {
    requests: counts.requests + counts.e503,
    errors: counts.c5xx + counts.e502 + counts.e503 + counts.e504,
    counts
  }
}

/** Between two instants, whole seconds. */
export function servedBetween(cloud: Cloud, routes: readonly (Route | DnsRoute)[], from: Instant, to: Instant): Served {
  cloud.look()
  const second = (at: Instant): number => Math.floor((at - cloud.trafficFrom) / SECOND)
  const got = (side: Side | 'other' | null): Got => gotOf(routes, side, second(from), second(to))
  const [all, onNew] = [got(null), got('new')]
  return {
    old: got('old'),
    new: onNew,
    other: got('other'),
    all,
    onNew: all.requests === 0 ? 0 : onNew.requests / all.requests
  }
}

/** How the data plane stood, from the start until now. */
export function historyOf(route: Route | DnsRoute, now: Instant): readonly Standing[] {
  if (route.kind === 'dns') {
    return route.live.entries
      .filter((entry) => entry.at <= now)
      .map(({ at, value }) => ({ at, by: value.by, ...dnsSplit(value) }))
  }
  return route.live.entries
    .filter((entry) => entry.at <= now)
    .map(({ at, value }: { at: Instant; value: Live }) => ({ at, by: value.by, ...splitOf(route, value.actions) }))
}
