/**
 * The daemon's heart as HTTP sees it: accepts orders into the store, shows what is stored and what was last seen, and lets the
 * loops do the rest. Never decides and never writes to a provider.
 */
import { noticesTo } from '../core/notify/notices.ts'
import { liftTidings, stopTidings } from '../core/notify/tidings.ts'
import { refusalOf, type Order, type Stop } from '../core/command.ts'
import { present, presentEvent } from '../core/present.ts'
import { summarise } from '../core/present/summary.ts'
import { report } from '../core/report.ts'
import { onlyNew, pointsOf } from '../core/series.ts'
import { ENDS, PHASES, type PhaseName, type Shift, type ShiftId } from '../core/shift.ts'
import { OVERVIEW_ENDED, type SeriesView, type ShiftView, type SummaryView } from '../core/view.ts'
import { isZero } from '../core/share.ts'
import { isUnreadable, presentUnread } from '../core/unreadable.ts'
import { matches } from '../core/want.ts'
import type { Clock } from '../clock.ts'
import { ShiftError } from '../errors.ts'
import type { Router } from '../routers/router.ts'
import type { Deed, Store } from '../stores/store.ts'
import { begin, beginRestore, type BeginDeps } from './begin.ts'
import { dashboardFor } from './dashboard.ts'
import type { Health, Liveness, Sluice, Until } from './sluice.ts'
import { orderUnread, refuseUnread } from './unread.ts'
import type { LastSeen, Supervisor } from './supervisor.ts'
import { SILENT } from './voice.ts'
import { waitFor } from './wait.ts'

export interface ServiceDeps extends BeginDeps {
  /** Of the daemon itself, where its own metrics are; absent: that of each route. */
  readonly region?: string
  readonly clock: Clock
  readonly supervisor: Supervisor
  /** Of several replicas: whether this one leads. Without it there is only this one. */
  readonly leads?: () => boolean
  /** What was seen of a shift that runs elsewhere. */
  readonly storedSeen?: (id: ShiftId) => Promise<LastSeen | null>
}

export function makeService(deps: ServiceDeps): Sluice {
  const showing = makeShowing(deps)
  return {
    catalogue: deps.catalogue,
    ...showing,
    ...makeOverview(deps),
    ...makeOrdering(deps, showing.get),
    liveness: () => livenessOf(deps),
    health: () => healthOf(deps)
  }
}

async function load(store: Store, id: ShiftId): Promise<Shift> {
  const shift = await store.load(id)
  if (!shift) throw new ShiftError('shift_not_found', `there is no shift ${JSON.stringify(id)}`)
  return shift
}

type Showing = Pick<
  Sluice,
  'get' | 'list' | 'wait' | 'events' | 'subscribe' | 'report' | 'series' | 'dashboard' | 'getStop'
>
type Overview = Pick<Sluice, 'overview' | 'subscribeAll'>

const OVERVIEW_PAGE = 200
const ENDED: readonly PhaseName[] = ENDS
const OPEN = PHASES.filter((phase) => !ENDED.includes(phase))

/** Everything in brief, for lists that follow every shift at once. */
function makeOverview({ store, supervisor }: ServiceDeps): Overview {
  return {
    overview: async () => {
      const items: SummaryView[] = []
      for (let cursor: ShiftId | null = null, more = true; more;) {
        const query = { phases: OPEN, limit: OVERVIEW_PAGE }
        const page = await store.list(cursor === null ? query : { ...query, cursor })
        items.push(...page.items.map(summarise))
        cursor = page.next
        more = cursor !== null
      }
      const ended = await store.list({ phases: ENDED, limit: OVERVIEW_ENDED })
      return [...items, ...ended.items.map(summarise)]
    },
    subscribeAll: (listener) => supervisor.subscribeAll((shift) => listener(shift.id, () => summarise(shift)))
  }
}

/** What is stored, and what was last seen. */
function makeShowing(deps: ServiceDeps): Showing {
  const { clock, store, supervisor } = deps
  const view = async (shift: Shift): Promise<ShiftView> => {
    const seen = supervisor.lastSeen(shift.id) ?? (await deps.storedSeen?.(shift.id)) ?? null
    return present(shift, seen, byHand(deps.router, shift), seen?.wakeAt ?? null, clock.now())
  }
  const get = async (id: ShiftId) => view(await load(store, id))
  return {
    get,
    list: async ({ phases, migration, limit, cursor }) => {
      const filter = { ...(phases ? { phases } : {}), ...(migration === null ? {} : { migration }) }
      const { items, next } = await store.list({ ...filter, limit, ...(cursor === null ? {} : { cursor }) })
      return { items: await Promise.all(items.map(view)), next }
    },
    wait: (id, until: Until, ms, signal) => waitFor({ clock, supervisor, get }, id, until, ms, signal),
    events: async (id, after, limit) => {
      const shift = await load(store, id)
      const events = await store.events(id, after, limit)
      const last = events.at(-1)
      return {
        items: events.map(isUnreadable(shift) ? presentUnread : presentEvent),
        next: events.length === limit && last ? String(last.seq) : null
      }
    },
    subscribe: (id, listener) => supervisor.subscribe(id, listener),
    report: async (id) => {
      const shift = await load(store, id)
      const deeds = isUnreadable(shift) ? [] : await allDeeds(store, id)
      return report(shift, await allEvents(store, id), deeds, clock.now())
    },
    series: async (id, after, limit) => seriesOf(store, await load(store, id), after, limit),
    dashboard: (migration) => dashboardFor(deps, migration),
    getStop: () => store.stop()
  }
}

type Ordering = Pick<Sluice, 'start' | 'order' | 'restore' | 'setStop' | 'liftStop'>

/** Orders go into the store; the loop of their shift is woken and carries them out. */
function makeOrdering(deps: ServiceDeps, get: Showing['get']): Ordering {
  const { clock, store, supervisor, voice = SILENT } = deps
  return {
    start: async (request) => {
      const { id, created } = await begin(deps, request, clock.now())
      supervisor.run(id)
      return { shift: await get(id), created }
    },
    order: async (id, order, actor) => {
      const shift = await load(store, id)
      if (await orderUnread(deps, shift, order, actor)) {
        supervisor.nudge(id)
        return get(id)
      }
      await accept(shift, order, actor, store)
      await store.command(id, actor, order, clock.now())
      supervisor.nudge(id)
      return get(id)
    },
    restore: async (id, reason, actor) => {
      const original = await load(store, id)
      refuseUnread(original)
      await refuseForeign(deps, original)
      const restored = await beginRestore(deps, original, reason, actor, clock.now())
      supervisor.run(restored)
      return get(restored)
    },
    setStop: async (action, reason, actor) => {
      const stop: Stop = { action, reason, actor, at: clock.now() }
      await store.setStop(stop, noticesTo(voice.audiences, stopTidings(stop)))
      voice.ring()
      supervisor.nudgeAll()
      return stop
    },
    liftStop: async (actor) => {
      const was = await store.stop()
      await store.setStop(null, was ? noticesTo(voice.audiences, liftTidings(was, actor, clock.now())) : [])
      voice.ring()
      supervisor.nudgeAll()
    }
  }
}

/** An order that is not legal now is refused at once; it may still be refused when it is carried out. */
async function accept(shift: Shift, order: Order, actor: string, store: Store): Promise<void> {
  const refusal = refusalOf(shift, order, actor, await store.stop())
  if (!refusal) return
  const extra = { phase: shift.phase.kind, allowed: refusal.allowed, step: shift.step }
  throw new ShiftError(refusal.code, refusal.detail, { extra })
}

/** The commands that bring each route back without Sluice; none before preflight knows what to come back to. */
export function byHand(router: Router, shift: Shift): Readonly<Record<string, readonly string[]>> {
  const release = shift.policy.rollback.stickiness === 'release'
  return Object.fromEntries(
    shift.routeSpecs.flatMap((spec): [string, readonly string[]][] => {
      const route = shift.routes.find(({ name }) => name === spec.name)
      if (!route?.restore || shift.policy.mode === 'observe') return []
      const unstick = release && route.sticky && isZero(route.restore)
      const want = { share: route.restore, attached: unstick ? false : null, unstick }
      try {
        return [[spec.name, router.byHand(spec, want, route.origin)]]
      } catch (err) {
        if (isUnreadable(shift)) return []
        throw err
      }
    })
  )
}

const CHECK_MS = 5_000

async function refuseForeign(deps: ServiceDeps, original: Shift): Promise<void> {
  if (original.phase.kind !== 'completed') return
  const off = new AbortController()
  const call = { urgency: 'rollback', deadlineAt: deps.clock.now() + CHECK_MS, signal: off.signal } as const
  const readings = await deps.router.read(original.routeSpecs, call)
  const foreign = original.routes.filter((route) => {
    const reading = readings.get(route.key)
    return reading?.kind === 'reading' && !matches(reading, route.want)
  })
  if (foreign.length === 0) return
  const names = foreign.map((route) => route.name).join(', ')
  throw new ShiftError('weights_not_own', `the weights of ${names} were changed since shift ${original.id} completed`)
}

const PAGE = 1_000

async function allEvents(store: Store, id: ShiftId) {
  const all = []
  for (let after = 0, more = true; more;) {
    const some = await store.events(id, after, PAGE)
    all.push(...some)
    after = some.at(-1)?.seq ?? after
    more = some.length === PAGE
  }
  return all
}

async function allDeeds(store: Store, id: ShiftId): Promise<readonly Deed[]> {
  const all: Deed[] = []
  for (let after = 0, more = true; more;) {
    const some = await store.deeds(id, after, PAGE)
    all.push(...some)
    after = some.at(-1)?.version ?? after
    more = some.length === PAGE
  }
  return all
}

async function seriesOf(store: Store, shift: Shift, after: number, limit: number): Promise<SeriesView> {
  const deeds = isUnreadable(shift) ? [] : await store.deeds(shift.id, after, limit)
  const newest = new Map<string, string>()
  const items = deeds.flatMap(({ seen }) => onlyNew(pointsOf(shift, seen.meters), newest))
  const upTo = deeds.at(-1)?.version ?? after
  return { items, next: deeds.length === limit ? String(upTo) : null, upTo }
}

/** A turn is over within a minute, however slow AWS and the store are: all that it waits for has a deadline. */
const STUCK_MS = 300_000

function livenessOf({ clock, supervisor, leads = () => true }: ServiceDeps): Liveness {
  const running = supervisor.running()
  const seenAt = running.flatMap((id) => supervisor.lastSeen(id)?.at ?? [])
  const turnedAt = supervisor.turnedAt()
  return {
    live: turnedAt === null || clock.now() - turnedAt < STUCK_MS,
    leader: leads(),
    shifts: running.length,
    lastObservationAt: seenAt.length === 0 ? null : new Date(Math.max(...seenAt)).toISOString()
  }
}

async function healthOf(deps: ServiceDeps): Promise<Health> {
  const ok = await deps.store.ping().then(
    () => true,
    () => false
  )
  return { ...livenessOf(deps), ready: ok, store: ok ? 'ok' : 'unavailable' }
}
