/**
 * Which shifts run here. One loop a shift; none can starve another, and they wait for each other only where AWS lets no more be
 * read. Also where those who wait for a shift are told.
 */
import type { Observation } from '../core/observation.ts'
import { isEnded, type Shift, type ShiftId } from '../core/shift.ts'
import type { Instant, Ms } from '../core/time.ts'
import { makeLine } from './line.ts'
import { startLoop, type Loop, type LoopDeps } from './loop.ts'

/** What was last seen of a shift, for showing; never decided on, never stored. */
export interface LastSeen {
  readonly routes: Observation['routes']
  readonly at: Instant
  readonly wakeAt: Instant | null
}

export interface Supervisor {
  /** Takes up every open shift of the store. */
  resume(): Promise<number>
  run(id: ShiftId): void
  nudge(id: ShiftId): void
  nudgeAll(): void
  running(): readonly ShiftId[]
  lastSeen(id: ShiftId): LastSeen | null
  /** When the loop that is furthest behind last began a turn; null where nothing runs here. */
  turnedAt(): Instant | null
  subscribe(id: ShiftId, listener: () => void): () => void
  /** Each saved decision of every shift that runs here. */
  subscribeAll(listener: (shift: Shift) => void): () => void
  /** This process leads: shifts may run here. */
  lead(): void
  /** It does not lead any more: every loop stops, and nothing runs here until it leads again. Forgets what was seen. */
  standDown(): void
  /** Shifts that somebody subscribed to. */
  watched(): readonly ShiftId[]
  /** Tells who subscribed of a shift that was saved elsewhere. */
  tell(shift: Shift): void
  /** Stops deciding everywhere; moves no traffic. */
  close(ms: Ms): Promise<void>
}

export interface SupervisorDeps extends Omit<LoopDeps, 'onSaved' | 'onSeen' | 'line'> {
  /** One of several: nothing runs here before `lead()`. */
  readonly replica?: boolean
}

/** Ended shifts whose last look is still shown. */
const KEPT_SEEN = 200

export function makeSupervisor(deps: SupervisorDeps): Supervisor {
  const loops = new Map<ShiftId, Loop>()
  const line = makeLine()
  const seenOf = new Map<ShiftId, LastSeen>()
  const audience = makeAudience()
  let leads = deps.replica !== true
  let closed = false

  const tell = (shift: Shift) => {
    audience.tell(shift)
    if (isEnded(shift.phase)) trim()
  }
  const trim = () => {
    const ended = [...seenOf.keys()].filter((id) => !loops.has(id))
    for (const id of ended.slice(0, Math.max(0, ended.length - KEPT_SEEN))) seenOf.delete(id)
  }

  const run = (id: ShiftId) => {
    if (closed || !leads || loops.has(id)) return
    const loop = startLoop(id, {
      ...deps,
      line,
      onSaved: tell,
      onSeen: (_id, seen, at, wakeAt) => seenOf.set(id, { routes: seen.routes, at, wakeAt })
    })
    loops.set(id, loop)
    void loop.done.then(() => {
      if (loops.get(id) === loop) loops.delete(id)
    })
  }

  return {
    run,
    resume: async () => {
      const open = await deps.store.open()
      open.forEach(run)
      return open.length
    },
    nudge: (id) => loops.get(id)?.nudge(),
    nudgeAll: () => loops.forEach((loop) => loop.nudge()),
    running: () => [...loops.keys()],
    lastSeen: (id) => seenOf.get(id) ?? null,
    turnedAt: () => (loops.size === 0 ? null : Math.min(...[...loops.values()].map((loop) => loop.turnedAt()))),
    subscribe: audience.subscribe,
    subscribeAll: audience.subscribeAll,
    watched: audience.watched,
    lead: () => {
      leads = true
    },
    standDown: () => {
      leads = false
      for (const loop of loops.values()) void loop.stop(0)
      loops.clear()
      seenOf.clear()
    },
    tell,
    close: async (ms) => {
      closed = true
      await Promise.all([...loops.values()].map((loop) => loop.stop(ms)))
    }
  }
}

type Audience = Pick<Supervisor, 'subscribe' | 'subscribeAll' | 'watched' | 'tell'>

/** Who waits for a shift, or for all of them. */
function makeAudience(): Audience {
  const listeners = new Map<ShiftId, Set<() => void>>()
  const allListeners = new Set<(shift: Shift) => void>()
  return {
    tell: (shift) => {
      for (const listener of listeners.get(shift.id) ?? []) listener()
      for (const listener of allListeners) listener(shift)
    },
    watched: () => [...listeners.keys()],
    subscribe: (id, listener) => {
      const all = listeners.get(id) ?? new Set()
      listeners.set(id, all.add(listener))
      return () => {
        all.delete(listener)
        if (all.size === 0) listeners.delete(id)
      }
    },
    subscribeAll: (listener) => {
      allListeners.add(listener)
      return () => allListeners.delete(listener)
    }
  }
}
