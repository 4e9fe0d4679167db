/**
 * What every store owes its callers, as tests that run over each implementation.
 */
import type { Test } from 'tap'
import { ENDS, type Shift, type ShiftId } from '../../src/core/shift.ts'
import type { Command, Order, Stop } from '../../src/core/command.ts'
import type { SaveWith, Store } from '../../src/stores/store.ts'
import {
  aNotice,
  aPhase,
  aReading,
  aRoute,
  aShift,
  anEvent,
  anObservation,
  aRouteSeen,
  DAY,
  T0
} from '../support/builders.ts'
import { type SetClock, setClock } from '../support/setClock.ts'

/** Opens a new, empty store; the suite closes it. */
export type Open = (t: Test, clock: SetClock) => Store | Promise<Store>

const ID = (n: number): ShiftId => `shf_01K9ZJ8E8000000000000000${String(n).padStart(2, '0')}`
const KEY = aRoute().key
const PAUSE: Order = { verb: 'pause', reason: 'lunch' }
const ANY = { maxOpen: 1000, idempotency: null }

function shiftOf(n: number, fields: Parameters<typeof aShift>[0] = {}): Shift {
  return aShift({ id: ID(n), ...fields })
}

/** The next version of a shift. */
function after(shift: Shift, fields: Partial<Shift> = {}): Shift {
  return { ...shift, version: shift.version + 1, updatedAt: shift.updatedAt + 1000, ...fields }
}

function ended(shift: Shift): Shift {
  return after(shift, { phase: aPhase('completed'), endedAt: T0 })
}

function saveWith(fields: Partial<SaveWith> = {}): SaveWith {
  return { events: [], consumed: [], seen: anObservation(), notices: [], ...fields }
}

/** Of a decision that looked at these orders and carried them out. */
function seeing(...commands: readonly Command[]): Partial<SaveWith> {
  return { consumed: commands.map(({ id }) => id), seen: anObservation({ commands }) }
}

export function storeContract(t: Test, open: Open): void {
  const withStore = (name: string, test: (t: Test, store: Store, clock: SetClock) => Promise<void>): void => {
    void t.test(name, async (sub) => {
      const clock = setClock()
      const store = await open(sub, clock)
      sub.teardown(() => store.close())
      await test(sub, store, clock)
    })
  }
  creating(withStore)
  saving(withStore)
  idempotency(withStore)
  claiming(withStore)
  listing(withStore)
  ordering(withStore)
  telling(withStore)
  living(withStore)
}

type WithStore = (name: string, test: (t: Test, store: Store, clock: SetClock) => Promise<void>) => void

function creating(withStore: WithStore): void {
  withStore('a created shift is loaded as it was, with its first events', async (t, store) => {
    const shift = shiftOf(1, { phase: 'preflight' })
    t.same(await store.create(shift, [anEvent()], [KEY], ANY), { kind: 'created' })
    t.same(await store.load(ID(1)), shift)
    t.same(await store.events(ID(1), 0, 10), [anEvent()])
    t.same(await store.open(), [ID(1)])
  })

  withStore('what is not there is null or empty', async (t, store) => {
    t.equal(await store.load(ID(1)), null)
    t.same(await store.open(), [])
    t.same(await store.list({ limit: 10 }), { items: [], next: null })
    t.same(await store.events(ID(1), 0, 10), [])
    t.same(await store.deeds(ID(1), 0, 10), [])
    t.same(await store.commands(ID(1)), [])
    t.equal(await store.stop(), null)
    t.equal(await store.lastHolder(KEY), null)
  })

  withStore('no more shifts are open than may be, and an ended one makes room', async (t, store) => {
    const first = shiftOf(1)
    await store.create(first, [], ['a'], { maxOpen: 1, idempotency: null })
    t.same(await store.create(shiftOf(2), [], ['b'], { maxOpen: 1, idempotency: null }), { kind: 'full', open: 1 })
    t.equal(await store.load(ID(2)), null)
    t.same(await store.create(shiftOf(2), [], ['b'], { maxOpen: 2, idempotency: null }), { kind: 'created' })
    await store.save(ended(first), 1, saveWith())
    t.same(await store.create(shiftOf(3), [], ['c'], { maxOpen: 2, idempotency: null }), { kind: 'created' })
    t.same(await store.open(), [ID(2), ID(3)])
  })

  withStore('an id is given to one shift only', async (t, store) => {
    await store.create(shiftOf(1), [], ['a'], ANY)
    await t.rejects(store.create(shiftOf(1, { reason: 'another' }), [], ['b'], ANY))
    t.equal((await store.load(ID(1)))?.reason, 'upgrade')
    t.same(await store.create(shiftOf(2), [], ['b'], ANY), { kind: 'created' }, 'and the other took no claim')
  })
}

function saving(withStore: WithStore): void {
  withStore('a save keeps the shift, its events, what was seen, and consumes its commands', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [anEvent()], [KEY], ANY)
    const first = await store.command(ID(1), 'oncall', PAUSE, T0)
    const second = await store.command(ID(1), 'oncall', { verb: 'resume', drift: null }, T0 + 1)
    const seen = anObservation({ routes: { web: aRouteSeen({ reading: aReading({ raw: '{"Order":1}' }) }) } })
    const next = after(shift, { step: 2, seq: 3 })
    const events = [anEvent({ seq: 2 }), anEvent({ seq: 3, page: true })]
    t.equal(await store.save(next, 1, { events, consumed: [first.id], seen, notices: [] }), 'saved')
    t.same(await store.load(ID(1)), next)
    t.same(await store.events(ID(1), 0, 10), [anEvent(), ...events])
    t.same(await store.deeds(ID(1), 0, 10), [{ version: 2, at: next.updatedAt, seen }])
    t.same(await store.commands(ID(1)), [second])
  })

  withStore('a stale save changes nothing', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [anEvent()], [KEY], ANY)
    const command = await store.command(ID(1), 'oncall', PAUSE, T0)
    const winner = after(shift, { reason: 'winner', seq: 2 })
    t.equal(await store.save(winner, 1, saveWith({ events: [anEvent({ seq: 2 })] })), 'saved')
    const loser = ended(after(shift, { version: 1, seq: 2 }))
    const lost = saveWith({ events: [anEvent({ seq: 2, actor: 'loser' })], consumed: [command.id] })
    t.equal(await store.save(loser, 1, lost), 'stale')
    t.same(await store.load(ID(1)), winner)
    t.same(await store.events(ID(1), 1, 10), [anEvent({ seq: 2 })])
    t.equal((await store.deeds(ID(1), 0, 10)).length, 1)
    t.same(await store.commands(ID(1)), [command])
    t.same(await store.create(shiftOf(2), [], [KEY], ANY), { kind: 'busy', key: KEY, by: ID(1) }, 'the claim stands')
  })

  withStore('a save of a shift that does not exist is stale', async (t, store) => {
    t.equal(await store.save(shiftOf(1, { version: 2 }), 1, saveWith()), 'stale')
    t.equal(await store.load(ID(1)), null)
  })

  withStore('a save that does not raise the version by one is a bug', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [], [KEY], ANY)
    await t.rejects(store.save({ ...shift, version: 3 }, 1, saveWith()), { code: 'ERR_ASSERTION' })
    await t.rejects(store.save({ ...shift, version: 1 }, 1, saveWith()), { code: 'ERR_ASSERTION' })
    t.same(await store.load(ID(1)), shift)
  })

  withStore('a save that fails half-way leaves the former state', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [anEvent()], [KEY], ANY)
    const command = await store.command(ID(1), 'oncall', PAUSE, T0)
    const next = ended(shift)
    const twice = [anEvent({ seq: 2 }), anEvent({ seq: 2 })]
    await t.rejects(store.save(next, 1, saveWith({ events: twice, ...seeing(command) })))
    const unsayable = {
      ...anObservation({ commands: [command] }),
      toJSON: () => {
        throw new Error('unsayable')
      }
    }
    await t.rejects(store.save(next, 1, saveWith({ events: [anEvent({ seq: 2 })], seen: unsayable })))
    t.same(await store.load(ID(1)), shift)
    t.same(await store.events(ID(1), 0, 10), [anEvent()])
    t.same(await store.deeds(ID(1), 0, 10), [])
    t.same(await store.commands(ID(1)), [command])
    t.same(await store.open(), [ID(1)])
    t.equal(
      await store.save(next, 1, saveWith({ events: [anEvent({ seq: 2 })], ...seeing(command) })),
      'saved',
      'and it can be tried again'
    )
  })

  withStore('events and deeds come in order, after a number, at most so many', async (t, store) => {
    let shift = shiftOf(1)
    await store.create(shift, [anEvent()], [KEY], ANY)
    for (let n = 2; n <= 12; n++) {
      const next = after(shift, { seq: n })
      await store.save(next, shift.version, saveWith({ events: [anEvent({ seq: n })] }))
      shift = next
    }
    const seqs = async (from: number, limit: number) => (await store.events(ID(1), from, limit)).map(({ seq }) => seq)
    t.same(await seqs(0, 3), [1, 2, 3])
    t.same(await seqs(9, 10), [10, 11, 12])
    t.same(await seqs(12, 10), [])
    const versions = async (from: number, limit: number) =>
      (await store.deeds(ID(1), from, limit)).map(({ version }) => version)
    t.same(await versions(0, 2), [2, 3])
    t.same(await versions(8, 100), [9, 10, 11, 12])
  })

  withStore('what was handed in or out can be changed without changing the store', async (t, store) => {
    const shift = structuredClone(shiftOf(1))
    await store.create(shift, [], [KEY], ANY)
    Object.assign(shift, { reason: 'changed outside' })
    const loaded = await store.load(ID(1))
    t.equal(loaded?.reason, 'upgrade')
    Object.assign(loaded ?? {}, { reason: 'changed again' })
    t.equal((await store.load(ID(1)))?.reason, 'upgrade')
  })
}

function idempotency(withStore: WithStore): void {
  const request = { key: 'k1', digest: 'd1' }
  const create = (store: Store, n: number, given = request) =>
    store.create(shiftOf(n), [], [`route-${n}`], { maxOpen: 1000, idempotency: given })

  withStore('the same request gives the shift that it made, even when nothing more may be open', async (t, store) => {
    t.same(await create(store, 1), { kind: 'created' })
    t.same(await create(store, 2), { kind: 'existing', id: ID(1) })
    t.same(
      await store.create(shiftOf(3), [], ['route-1'], { maxOpen: 0, idempotency: request }),
      { kind: 'existing', id: ID(1) },
      'before it is full, before it is busy'
    )
    t.same(await store.open(), [ID(1)])
  })

  withStore('a key that was used for another request is refused', async (t, store) => {
    await create(store, 1)
    t.same(await create(store, 2, { key: 'k1', digest: 'd2' }), { kind: 'key_reused' })
    t.same(await create(store, 2, { key: 'k2', digest: 'd1' }), { kind: 'created' })
  })

  withStore('a key is kept for 24 hours by the clock, and no longer', async (t, store, clock) => {
    await create(store, 1)
    clock.set(T0 + DAY - 1)
    t.same(await create(store, 2), { kind: 'existing', id: ID(1) })
    clock.set(T0 + DAY)
    t.same(await create(store, 2, { key: 'k1', digest: 'd2' }), { kind: 'created' })
    t.same(await create(store, 3, { key: 'k1', digest: 'd2' }), { kind: 'existing', id: ID(2) })
  })

  withStore('a request that made no shift leaves its key unused', async (t, store) => {
    await store.create(shiftOf(1), [], ['route-2'], ANY)
    t.equal((await create(store, 2)).kind, 'busy')
    t.equal((await store.create(shiftOf(2), [], [], { maxOpen: 1, idempotency: request })).kind, 'full')
    t.same(await create(store, 3), { kind: 'created' })
  })
}

function claiming(withStore: WithStore): void {
  withStore('a route belongs to one open shift, and is free again when that one ends', async (t, store) => {
    const first = shiftOf(1)
    await store.create(first, [], ['a', 'b'], ANY)
    t.same(await store.create(shiftOf(2), [], ['c', 'b'], ANY), { kind: 'busy', key: 'b', by: ID(1) })
    t.equal(await store.load(ID(2)), null, 'nothing of it was kept')
    t.same(await store.create(shiftOf(3), [], ['c'], ANY), { kind: 'created' }, 'nor its claims')
    await store.save(ended(first), 1, saveWith())
    t.same(await store.create(shiftOf(4), [], ['b', 'a'], ANY), { kind: 'created' })
    t.same(await store.create(shiftOf(5), [], ['c'], ANY), { kind: 'busy', key: 'c', by: ID(3) }, 'others keep theirs')
  })

  for (const end of ENDS) {
    withStore(`a shift that ended ${end} holds no route`, async (t, store) => {
      const shift = shiftOf(1)
      await store.create(shift, [], [KEY], ANY)
      await store.save(after(shift, { phase: aPhase(end) }), 1, saveWith())
      t.same(await store.open(), [])
      t.same(await store.create(shiftOf(2), [], [KEY], ANY), { kind: 'created' })
    })
  }

  withStore('the last holder of a route is the newest ended shift that had it', async (t, store) => {
    const first = shiftOf(1)
    await store.create(first, [], ['a', 'b'], ANY)
    t.equal(await store.lastHolder('a'), null, 'an open one is not it')
    await store.save(ended(first), 1, saveWith())
    t.equal((await store.lastHolder('a'))?.id, ID(1))
    const second = shiftOf(2)
    await store.create(second, [], ['a'], ANY)
    t.equal((await store.lastHolder('a'))?.id, ID(1), 'while the next one runs')
    await store.save(ended(second), 1, saveWith())
    t.same(await store.lastHolder('a'), ended(second))
    t.equal((await store.lastHolder('b'))?.id, ID(1))
  })
}

function listing(withStore: WithStore): void {
  const fill = async (store: Store) => {
    for (const n of [3, 1, 5, 2, 4]) {
      const migration = n % 2 === 0 ? 'even' : 'odd'
      await store.create(shiftOf(n, { migration }), [], [`route-${n}`], ANY)
    }
    await store.save(ended(shiftOf(2, { migration: 'even' })), 1, saveWith())
  }
  const ids = (page: { readonly items: readonly Shift[] }) => page.items.map(({ id }) => id)

  withStore('shifts are listed newest first, page by page, ended ones too', async (t, store) => {
    await fill(store)
    const first = await store.list({ limit: 2 })
    t.same(ids(first), [ID(5), ID(4)])
    t.equal(first.next, ID(4))
    const second = await store.list({ limit: 2, cursor: ID(4) })
    t.same(ids(second), [ID(3), ID(2)])
    t.equal(second.next, ID(2))
    const third = await store.list({ limit: 2, cursor: ID(2) })
    t.same(ids(third), [ID(1)])
    t.equal(third.next, null)
    t.equal((await store.list({ limit: 5 })).next, null, 'a page that holds the last has no next')
  })

  withStore('a shift that begins between two pages moves none to another page', async (t, store) => {
    await fill(store)
    const first = await store.list({ limit: 2 })
    await store.create(shiftOf(6), [], ['route-6'], ANY)
    t.same(ids(await store.list({ limit: 2, cursor: first.next ?? '' })), [ID(3), ID(2)])
  })

  withStore('shifts are listed by phase and by migration', async (t, store) => {
    await fill(store)
    t.same(ids(await store.list({ limit: 10, phases: ['completed'] })), [ID(2)])
    t.same(ids(await store.list({ limit: 10, phases: ['completed', 'baking'] })), [5, 4, 3, 2, 1].map(ID))
    t.same(ids(await store.list({ limit: 10, phases: [] })), [])
    t.same(ids(await store.list({ limit: 10, migration: 'even' })), [ID(4), ID(2)])
    const page = await store.list({ limit: 1, migration: 'odd', phases: ['baking'], cursor: ID(5) })
    t.same([ids(page), page.next], [[ID(3)], ID(3)])
  })

  withStore('open shifts are listed oldest first', async (t, store) => {
    await fill(store)
    t.same(await store.open(), [ID(1), ID(3), ID(4), ID(5)])
  })
}

function ordering(withStore: WithStore): void {
  withStore('commands wait in the order of their arrival, whatever their time', async (t, store) => {
    await store.create(shiftOf(1), [], ['a'], ANY)
    await store.create(shiftOf(2), [], ['b'], ANY)
    const abort: Order = { verb: 'abort', reason: 'no', force: true }
    const first = await store.command(ID(1), 'oncall', PAUSE, T0 + 500)
    const other = await store.command(ID(2), 'bot', PAUSE, T0)
    const second = await store.command(ID(1), 'bot', abort, T0)
    t.same(await store.commands(ID(1)), [first, second])
    t.same(await store.commands(ID(2)), [other])
    t.match(first, { actor: 'oncall', order: PAUSE, at: T0 + 500 })
    t.equal(new Set([first.id, second.id, other.id]).size, 3)
  })

  withStore('a consumed command never comes back, nor does its id', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [], ['a'], ANY)
    const first = await store.command(ID(1), 'oncall', PAUSE, T0)
    await store.save(after(shift), 1, saveWith({ consumed: [first.id] }))
    t.same(await store.commands(ID(1)), [])
    const second = await store.command(ID(1), 'oncall', PAUSE, T0)
    t.not(second.id, first.id)
    t.same(await store.commands(ID(1)), [second])
  })

  withStore("a save consumes only the shift's own commands", async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [], ['a'], ANY)
    await store.create(shiftOf(2), [], ['b'], ANY)
    const other = await store.command(ID(2), 'oncall', PAUSE, T0)
    await store.save(after(shift), 1, saveWith({ consumed: [other.id, 'cmd_999', 'nonsense'] }))
    t.same(await store.commands(ID(2)), [other])
  })

  withStore('an order for a shift that does not exist is not kept', async (t, store) => {
    await t.rejects(store.command(ID(1), 'oncall', PAUSE, T0))
    await store.create(shiftOf(1), [], ['a'], ANY)
    t.same(await store.commands(ID(1)), [])
  })

  withStore('a decision that ends a shift is stale where it has not seen an order', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [], [KEY], ANY)
    await store.takeUp(ID(1))
    const command = await store.command(ID(1), 'oncall', PAUSE, T0)
    t.equal(await store.save(ended(shift), 1, saveWith()), 'stale')
    t.same(await store.load(ID(1)), shift)
    t.same(await store.commands(ID(1)), [command])
    const next = after(shift)
    t.equal(await store.save(next, 1, saveWith()), 'saved', 'any other decision may be: the next one sees it')
    t.same(await store.commands(ID(1)), [command])
    t.equal(await store.save(ended(next), 2, saveWith(seeing(command))), 'saved')
    t.same(await store.commands(ID(1)), [])
  })

  withStore('an order for a shift that has ended is refused, and not kept', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [], [KEY], ANY)
    await store.save(ended(shift), 1, saveWith())
    await t.rejects(store.command(ID(1), 'oncall', PAUSE, T0), { code: 'shift_ended' })
    t.same(await store.commands(ID(1)), [])
  })

  withStore('the red button is one record, and can be lifted', async (t, store) => {
    const hold: Stop = { action: 'hold', reason: 'peak', actor: 'oncall', at: T0 }
    const rollback: Stop = { action: 'rollback', reason: 'fire', actor: 'boss', at: T0 + 1 }
    await store.setStop(hold)
    t.same(await store.stop(), hold)
    await store.setStop(rollback)
    t.same(await store.stop(), rollback)
    await store.setStop(null)
    t.equal(await store.stop(), null)
    await store.setStop(null)
    t.equal(await store.stop(), null, 'lifting twice is lifting once')
  })
}

function telling(withStore: WithStore): void {
  const notice = (n: number, to = 'oncall') => aNotice({ id: `${ID(1)}.${n}.${to}`, to, at: T0 + n })

  withStore('notices are kept with the creation and with the save that they tell of', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [anEvent()], [KEY], { ...ANY, notices: [notice(1)] })
    t.same(await store.notices('oncall', 10), [notice(1)])
    await store.save(after(shift), 1, saveWith({ notices: [notice(2), notice(2, 'chat')] }))
    t.same(await store.notices('oncall', 10), [notice(1), notice(2)])
    t.same(await store.notices('chat', 10), [notice(2, 'chat')])
    t.same(await store.noticeTargets(), ['chat', 'oncall'])
  })

  withStore('what was not created or not saved tells nobody', async (t, store) => {
    const shift = shiftOf(1)
    await store.create(shift, [], [KEY], ANY)
    const busy = await store.create(shiftOf(2), [], [KEY], { ...ANY, notices: [notice(1)] })
    t.equal(busy.kind, 'busy')
    t.equal(await store.save(after(shift, { version: 8 }), 7, saveWith({ notices: [notice(2)] })), 'stale')
    const twice = [anEvent({ seq: 2 }), anEvent({ seq: 2 })]
    await t.rejects(store.save(after(shift), 1, saveWith({ events: twice, notices: [notice(3)] })))
    t.same(await store.noticeTargets(), [])
  })

  withStore('undelivered notices come oldest first, of one target alone, at most so many', async (t, store) => {
    await store.notify([notice(3), notice(1), notice(2), notice(0, 'chat')])
    t.same(await store.notices('oncall', 2), [notice(1), notice(2)])
    t.same(await store.notices('oncall', 10), [notice(1), notice(2), notice(3)])
    t.same(await store.notices('nobody', 10), [])
    const same = ['b', 'a', 'c'].map((id) => aNotice({ id, to: 'same' }))
    await store.notify(same)
    const ids = (await store.notices('same', 10)).map(({ id }) => id)
    t.same(ids, ['a', 'b', 'c'], 'those of the same instant by their id')
  })

  withStore('a delivered notice is gone, and the others stay', async (t, store) => {
    await store.notify([notice(1), notice(2), notice(1, 'chat')])
    await store.delivered([notice(1).id, 'nonsense'])
    await store.delivered([notice(1).id])
    await store.delivered([])
    t.same(await store.notices('oncall', 10), [notice(2)])
    t.same(await store.noticeTargets(), ['chat', 'oncall'])
    await store.delivered([notice(2).id])
    t.same(await store.noticeTargets(), ['chat'])
  })

  withStore('a notice that waits already is not kept twice', async (t, store) => {
    await store.notify([notice(1)])
    await store.notify([{ ...notice(1), title: 'another' }, notice(2)])
    t.same(await store.notices('oncall', 10), [notice(1), notice(2)])
  })

  withStore('the red button is kept with the notices of it', async (t, store) => {
    const hold: Stop = { action: 'hold', reason: 'peak', actor: 'oncall', at: T0 }
    await store.setStop(hold, [aNotice({ id: 'stop.1', event: 'stop.set' })])
    t.same(await store.notices('oncall', 10), [aNotice({ id: 'stop.1', event: 'stop.set' })])
    await store.setStop(null, [aNotice({ id: 'stop.2', event: 'stop.lifted' })])
    t.equal((await store.notices('oncall', 10)).length, 2)
    t.equal(await store.stop(), null)
  })
}

function living(withStore: WithStore): void {
  withStore('a store answers until it is closed, and then says that it does not', async (t, store) => {
    await store.ping()
    await store.close()
    await t.rejects(store.ping(), { code: 'store_unavailable' })
    await t.rejects(store.load(ID(1)), { code: 'store_unavailable' })
    await t.rejects(store.create(shiftOf(1), [], [], ANY), { code: 'store_unavailable' })
    await t.rejects(store.setStop(null), { code: 'store_unavailable' })
    await store.close()
  })
}
