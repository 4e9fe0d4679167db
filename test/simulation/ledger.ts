/**
 * What is really stored: sits right at the store, below everything that a life of the daemon may do to its calls, and tells
 * the checker of every save at the instant of the commit. Also the place where the store fails.
 */
import type { Command, CommandId, Stop } from '../../src/core/command.ts'
import type { ShiftEvent } from '../../src/core/event.ts'
import type { Observation } from '../../src/core/observation.ts'
import { isEnded, type Shift, type ShiftId } from '../../src/core/shift.ts'
import { ShiftError } from '../../src/errors.ts'
import type { SaveWith, Store } from '../../src/stores/store.ts'

export interface Saved {
  readonly before: Shift
  readonly next: Shift
  readonly events: readonly ShiftEvent[]
  readonly consumed: readonly Command[]
  readonly seen: Observation
}

export interface Ledger {
  /** The store as a life gets it. */
  readonly store: Store
  /** The same without faults, for the checker. */
  readonly inner: Store
  readonly births: ReadonlyMap<ShiftId, Shift>
  readonly current: ReadonlyMap<ShiftId, Shift>
  /** The newest shift. */
  newest(): Shift | null
  /** Orders that were accepted and not consumed yet. */
  openCommands(id: ShiftId): readonly Command[]
  readonly stop: Stop | null
  onSave(listener: (saved: Saved) => void): void
  fail(what: 'save' | 'all' | null): void
}

export function makeLedger(inner: Store): Ledger {
  const births = new Map<ShiftId, Shift>()
  const current = new Map<ShiftId, Shift>()
  const commands = new Map<CommandId, { readonly shift: ShiftId; readonly command: Command }>()
  const listeners: ((saved: Saved) => void)[] = []
  let failing: 'save' | 'all' | null = null
  let stop: Stop | null = null

  const orFail = (what: 'save' | 'all'): void => {
    if (failing === 'all' || failing === what)
      throw new ShiftError('store_unavailable', 'the database failed: SQLITE_BUSY')
  }
  const save = async (next: Shift, ifVersion: number, with_: SaveWith): Promise<'saved' | 'stale'> => {
    orFail('save')
    const before = current.get(next.id)
    const saved = await inner.save(next, ifVersion, with_)
    if (saved === 'stale' || !before) return saved
    current.set(next.id, next)
    const consumed = with_.consumed.flatMap((id) => {
      const known = commands.get(id)
      commands.delete(id)
      return known ? [known.command] : []
    })
    for (const listener of listeners) listener({ before, next, events: with_.events, consumed, seen: with_.seen })
    return saved
  }
  const store: Store = {
    create: async (shift, events, claims, options) => {
      orFail('save')
      const created = await inner.create(shift, events, claims, options)
      if (created.kind === 'created') {
        births.set(shift.id, shift)
        current.set(shift.id, shift)
      }
      return created
    },
    save,
    command: async (id, actor, order, at) => {
      orFail('save')
      const command = await inner.command(id, actor, order, at)
      commands.set(command.id, { shift: id, command })
      return command
    },
    setStop: async (next, notices) => {
      orFail('save')
      await inner.setStop(next, notices)
      stop = next
    },
    notify: async (notices) => {
      orFail('save')
      await inner.notify(notices)
    },
    delivered: async (ids) => {
      orFail('save')
      await inner.delivered(ids)
    },
    ...readers(inner, () => orFail('all'))
  }
  return {
    store,
    inner,
    births,
    current,
    newest: () => [...current.values()].at(-1) ?? null,
    openCommands: (id) => [...commands.values()].flatMap(({ shift, command }) => (shift === id ? [command] : [])),
    get stop() {
      return stop
    },
    onSave: (listener) => void listeners.push(listener),
    fail: (what) => {
      failing = what
    }
  }
}

type Readers = Omit<Store, 'create' | 'save' | 'command' | 'setStop' | 'notify' | 'delivered'>

function readers(inner: Store, orFail: () => void): Readers {
  const after = <T>(work: () => Promise<T>): Promise<T> => {
    try {
      orFail()
    } catch (error) {
      return Promise.reject(error as Error)
    }
    return work()
  }
  return {
    load: (id) => after(() => inner.load(id)),
    takeUp: (id) => after(() => inner.takeUp(id)),
    open: () => after(() => inner.open()),
    list: (query) => after(() => inner.list(query)),
    events: (id, from, limit) => after(() => inner.events(id, from, limit)),
    deeds: (id, from, limit) => after(() => inner.deeds(id, from, limit)),
    commands: (id) => after(() => inner.commands(id)),
    stop: () => after(() => inner.stop()),
    lastHolder: (key) => after(() => inner.lastHolder(key)),
    notices: (to, limit) => after(() => inner.notices(to, limit)),
    noticeTargets: () => after(() => inner.noticeTargets()),
    ping: () => after(() => inner.ping()),
    close: () => inner.close()
  }
}

export function isOpen(shift: Shift | null): shift is Shift {
  return shift !== null && !isEnded(shift.phase)
}
