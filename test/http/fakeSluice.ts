/**
 * A Sluice by hand: remembers what it was asked, answers from a map, throws what it is told to.
 */
import type { Order, Stop } from '../../src/core/command.ts'
import type { EventView, ShiftView, SummaryView } from '../../src/core/view.ts'
import type { Health, Sluice, StartRequest, Until } from '../../src/engine/sluice.ts'
import { ShiftError } from '../../src/errors.ts'
import { aReport, aShift, MIGRATION, POLICY, summaryOf } from './views.ts'

export interface FakeSluice extends Sluice {
  readonly shifts: Map<string, ShiftView>
  readonly log: Map<string, EventView[]>
  readonly started: StartRequest[]
  readonly ordered: { id: string; order: Order; actor: string }[]
  readonly restored: { id: string; reason: string; actor: string }[]
  readonly listed: unknown[]
  readonly waits: { id: string; until: Until; ms: number; signal: AbortSignal }[]
  /** The next call of any order, start, get or reload fails with it. */
  fail: unknown
  created: boolean
  healthNow: Health
  stopNow: Stop | null
  liftedBy: string | null
  reloads: number
  /** Ends all waits under way with the shift as it is. */
  endWaits(): void
  /** Adds events and tells the subscribers. */
  emit(id: string, ...events: EventView[]): void
  subscribers(): number
  /** A shift is another now, and every overview is told. */
  change(shift: ShiftView): void
}

export function fakeSluice(): FakeSluice {
  const listeners = new Map<string, Set<() => void>>()
  const all = new Set<(id: string, show: () => SummaryView) => void>()
  const waiting = new Set<() => void>()
  const failing = () => {
    const error = fake.fail
    fake.fail = null
    if (error !== null) throw error
  }
  const shiftOf = (id: string) => {
    failing()
    const shift = fake.shifts.get(id)
    if (!shift) throw new ShiftError('shift_not_found', `there is no shift ${id.slice(0, 50)}`)
    return shift
  }
  const fake: FakeSluice = {
    shifts: new Map(),
    log: new Map(),
    started: [],
    ordered: [],
    restored: [],
    listed: [],
    waits: [],
    fail: null,
    created: true,
    stopNow: null,
    liftedBy: null,
    reloads: 0,
    healthNow: { live: true, ready: true, store: 'ok', leader: true, shifts: 1, lastObservationAt: null },
    catalogue: {
      policies: () => [{ name: 'standard', file: 'policies/standard.yaml', value: POLICY }],
      migrations: () => [{ name: 'shop', file: 'config/migrations/shop.yaml', value: MIGRATION }],
      reload: async () => {
        failing()
        fake.reloads++
        return { policies: 1, migrations: 1 }
      }
    },
    start: async (request) => {
      failing()
      fake.started.push(request)
      return { shift: aShift({ startedBy: request.actor }), created: fake.created }
    },
    list: async (query) => {
      failing()
      fake.listed.push(query)
      return { items: [...fake.shifts.values()], next: fake.shifts.size > query.limit ? 'more' : null }
    },
    overview: async () => [...fake.shifts.values()].map(summaryOf),
    subscribeAll: (listener) => {
      all.add(listener)
      return () => all.delete(listener)
    },
    change: (shift) => {
      fake.shifts.set(shift.id, shift)
      for (const listener of all) listener(shift.id, () => summaryOf(shift))
    },
    get: async (id) => shiftOf(id),
    wait: async (id, until, ms, signal) => {
      shiftOf(id)
      fake.waits.push({ id, until, ms, signal })
      await new Promise<void>((resolve) => {
        waiting.add(resolve)
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      return shiftOf(id)
    },
    events: async (id, after, limit) => {
      shiftOf(id)
      const later = (fake.log.get(id) ?? []).filter((event) => event.seq > after)
      const items = later.slice(0, limit)
      return { items, next: later.length > limit ? String(items.at(-1)?.seq) : null }
    },
    subscribe: (id, listener) => {
      const set = listeners.get(id) ?? new Set()
      listeners.set(id, set.add(listener))
      return () => set.delete(listener)
    },
    report: async (id) => (shiftOf(id), aReport()),
    series: async (id, after) => (shiftOf(id), { items: [], next: null, upTo: after }),
    dashboard: async (name) => {
      failing()
      return {
        start: '-PT3H',
        periodOverride: 'inherit',
        widgets: [{ type: 'text', x: 0, y: 0, width: 24, height: 2, properties: { markdown: name } }]
      }
    },
    order: async (id, order, actor) => {
      const shift = shiftOf(id)
      fake.ordered.push({ id, order, actor })
      return shift
    },
    restore: async (id, reason, actor) => {
      shiftOf(id)
      fake.restored.push({ id, reason, actor })
      return aShift({ id: 'shf_01K00000000000000000000009', restores: id })
    },
    getStop: async () => (failing(), fake.stopNow),
    setStop: async (action, reason, actor) => {
      failing()
      return (fake.stopNow = { action, reason, actor, at: Date.UTC(2026, 10, 22, 9) })
    },
    liftStop: async (actor) => {
      failing()
      fake.stopNow = null
      fake.liftedBy = actor
    },
    health: async () => fake.healthNow,
    liveness: () => {
      const { ready: _ready, store: _store, ...liveness } = fake.healthNow
      return liveness
    },
    endWaits: () => {
      for (const end of waiting) end()
      waiting.clear()
    },
    emit: (id, ...events) => {
      fake.log.set(id, [...(fake.log.get(id) ?? []), ...events])
      for (const listener of listeners.get(id) ?? []) listener()
    },
    subscribers: () => [...listeners.values()].reduce((sum, set) => sum + set.size, all.size)
  }
  return fake
}
