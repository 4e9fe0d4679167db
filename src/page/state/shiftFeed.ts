/**
 * Everything about one shift: the shift itself, asked every few seconds while the page is seen; its decision log as it happens;
 * and what was measured, from where the last answer ended.
 */
import type { PhaseName } from '../../core/shift.ts'
import type { EventView, PointView, SeriesView, ShiftView } from '../../core/view.ts'
import { ask, Failure, isFinal } from './api.ts'
import { follow } from './follow.ts'
import { makeStore, type Store } from './store.ts'
import { now } from './time.ts'

/** How often the shift is read where weights move, where it bakes or waits, and where it has ended or nobody looks. */
const MOVING_MS = 2_000
const STEADY_MS = 5_000
const IDLE_MS = 30_000
const MOVING: readonly PhaseName[] = ['preflight', 'converging', 'rolling_back', 'stuck']
/** Events come in flocks: after the first of them, so long. */
const SOON_MS = 150
/** Points that are kept: of a day of minutes, several gates and routes. */
const POINTS_MAX = 20_000

/** One look at a route's shares; null where it was not known. */
export interface Look {
  readonly at: number
  readonly live: number | null
  readonly observed: number | null
}

export interface ShiftFeed {
  readonly view: Store<ShiftView | null>
  /** When the shift was last read, by the daemon's clock. */
  readonly readAt: Store<number | null>
  readonly failure: Store<Failure | null>
  readonly events: Store<readonly EventView[]>
  readonly points: Store<readonly PointView[]>
  /** Looks of this page, by route. */
  readonly looks: Map<string, Look[]>
  /** Reads the shift again now. */
  refresh(): void
}

export function makeShiftFeed(): ShiftFeed {
  return {
    view: makeStore<ShiftView | null>(null),
    readAt: makeStore<number | null>(null),
    failure: makeStore<Failure | null>(null),
    events: makeStore<readonly EventView[]>([]),
    points: makeStore<readonly PointView[]>([]),
    looks: new Map(),
    refresh: () => {}
  }
}

/** Follows the shift until `signal` aborts. */
export function followShift(id: string, signal: AbortSignal): ShiftFeed {
  const path = `/v1/shifts/${encodeURIComponent(id)}`
  let soon = false
  let wake = () => {}
  const refresh = () => {
    soon = true
    wake()
  }
  const feed: ShiftFeed = { ...makeShiftFeed(), refresh }
  const rest = () =>
    new Promise<void>((resolve) => {
      let timer = setTimeout(resolve, soon ? SOON_MS : patience(feed.view.get()))
      soon = false
      wake = () => {
        clearTimeout(timer)
        timer = setTimeout(resolve, signal.aborted ? 0 : SOON_MS)
      }
      signal.addEventListener('abort', wake, { once: true })
    })
  void poll(path, feed, signal, rest)
  void follow({
    path: `${path}/events`,
    signal,
    onMessage: ({ data }) => {
      feed.events.set([...feed.events.get(), JSON.parse(data) as EventView])
      refresh()
    }
  })
  document.addEventListener('visibilitychange', refresh, { signal })
  return feed
}

function patience(view: ShiftView | null): number {
  if (document.hidden || (view !== null && view.outcome !== null)) return IDLE_MS
  return view !== null && MOVING.includes(view.phase) ? MOVING_MS : STEADY_MS
}

async function poll(path: string, feed: ShiftFeed, signal: AbortSignal, rest: () => Promise<void>): Promise<void> {
  let upTo = 0
  let readFor = ''
  while (!signal.aborted) {
    try {
      const view = await ask<ShiftView>(path, { signal })
      remember(feed, view)
      feed.failure.set(null)
      feed.readAt.set(now())
      feed.view.set(view)
      // What was measured is saved with a decision: without one there is nothing new.
      if (view.updatedAt !== readFor) upTo = await readPoints(path, feed, signal, upTo)
      readFor = view.updatedAt
    } catch (err) {
      if (!signal.aborted && err instanceof Failure) feed.failure.set(err)
      if (err instanceof Failure && isFinal(err)) return
    }
    await rest()
  }
}

/** Answers up to where the points are known now. */
async function readPoints(path: string, feed: ShiftFeed, signal: AbortSignal, upTo: number): Promise<number> {
  const fresh: PointView[] = []
  let after = upTo
  for (let more = true; more;) {
    const page = await ask<SeriesView>(`${path}/series?after=${after}`, { signal })
    fresh.push(...page.items)
    more = page.next !== null
    after = page.upTo
  }
  if (fresh.length > 0) feed.points.set([...feed.points.get(), ...fresh].slice(-POINTS_MAX))
  return after
}

function remember({ looks }: ShiftFeed, view: ShiftView): void {
  const at = now()
  for (const { name, livePercent, observedPercent } of view.routes) {
    const known = looks.get(name) ?? []
    looks.set(name, [...known.slice(-2_000), { at, live: livePercent, observed: observedPercent }])
  }
}
