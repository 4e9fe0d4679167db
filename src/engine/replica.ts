/**
 * One of several replicas: while it leads, it hears within half a second of what the others took in; while it follows, it tells
 * those who wait here of what the leader saved. Never decides anything itself, and never writes.
 */
import type { ShiftId } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'
import type { Candidate } from '../leases/lease.ts'
import type { News, SharedStore } from '../stores/shared.ts'
import type { LastSeen, Supervisor } from './supervisor.ts'

export interface ReplicaDeps {
  readonly lease: Candidate
  readonly supervisor: Supervisor
  readonly store: SharedStore
  readonly clock: Clock
  /** For log and metrics; `epoch` is null where it does not lead any more. */
  readonly told: (epoch: number | null) => void
  readonly failed: (what: string, err: unknown) => void
}

export interface Replica {
  leads(): boolean
  /** Stops standing for leadership; decides no more. */
  stop(): Promise<void>
  /** After everything has stopped: another may lead at once. */
  release(): Promise<void>
}

/** An order that another replica took is carried out so soon, and a look. */
export const NEWS_MS: Ms = 500
/** A listed shift that does not run here is tried again so often: it may not have been open yet. */
const AGAIN_MS: Ms = 30_000

export function startReplica(deps: ReplicaDeps): Replica {
  const { lease, supervisor, clock } = deps
  const off = new AbortController()
  const ear = makeEar(deps)
  const leadership = {
    taken: (epoch: number) => {
      ear.forget()
      supervisor.lead()
      deps.told(epoch)
    },
    lost: () => {
      supervisor.standDown()
      deps.told(null)
    },
    failed: (err: unknown) => deps.failed('lease', err)
  }
  const listen = async (): Promise<void> => {
    let failing = false
    while (!off.signal.aborted) {
      try {
        await (lease.holds() ? ear.hear() : ear.follow())
        failing = false
      } catch (err) {
        // Said once: what decides says for itself that the store is away.
        if (!failing) deps.failed('news', err)
        failing = true
      }
      await clock.sleep(NEWS_MS, off.signal)
    }
  }
  const done = Promise.all([lease.stand(leadership, off.signal), listen()])
  return {
    leads: () => lease.holds(),
    stop: async () => {
      off.abort()
      await done
    },
    release: () => lease.release()
  }
}

interface Ear {
  hear(): Promise<void>
  follow(): Promise<void>
  forget(): void
}

function makeEar({ store, supervisor, clock }: ReplicaDeps): Ear {
  let last: News | null = null
  const tried = new Map<ShiftId, Instant>()
  const versions = new Map<ShiftId, number>()
  const isDue = (id: ShiftId): boolean => clock.now() - (tried.get(id) ?? -Infinity) >= AGAIN_MS
  return {
    hear: async () => {
      const news = await store.news()
      for (const id of news.open.filter(isDue)) {
        tried.set(id, clock.now())
        supervisor.run(id)
      }
      for (const id of tried.keys()) if (!news.open.includes(id)) tried.delete(id)
      news.ordered.forEach((id) => supervisor.nudge(id))
      if (last !== null && last.stop !== news.stop) supervisor.nudgeAll()
      last = news
    },
    follow: async () => {
      const watched = supervisor.watched()
      for (const id of versions.keys()) if (!watched.includes(id)) versions.delete(id)
      for (const id of watched) {
        const version = await store.version(id)
        if (version === null || versions.get(id) === version) continue
        const shift = await store.load(id)
        versions.set(id, version)
        if (shift) supervisor.tell(shift)
      }
    },
    forget: () => {
      last = null
      tried.clear()
    }
  }
}

/** What the leader looked at when it last saved: all that a follower knows of live weights. */
export async function storedSeen(store: SharedStore, id: ShiftId): Promise<LastSeen | null> {
  const glimpse = await store.glimpse(id)
  return glimpse && { routes: glimpse.seen.routes, at: glimpse.at, wakeAt: null }
}
