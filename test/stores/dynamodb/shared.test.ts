/**
 * One table, several processes: a former leader's save fails, a crash at any call leaves nothing half done, and what two want at
 * once one gets.
 */
import t from 'tap'
import { deflateRawSync } from 'node:zlib'
import type { Shift, ShiftId } from '../../../src/core/shift.ts'
import { releaseUnread } from '../../../src/core/unreadable.ts'
import { CLAIMING_MS } from '../../../src/stores/dynamodb/claims.ts'
import type { SaveWith } from '../../../src/stores/store.ts'
import { aNotice, aPhase, aShift, anEvent, anObservation, T0 } from '../../support/builders.ts'
import { aSharedTable, type Process, type SharedTable } from './support/rig.ts'

const ID = (n: number): ShiftId => `shf_01K9ZJ8E8000000000000000${String(n).padStart(2, '0')}`
const ANY = { maxOpen: 1000, idempotency: null }

const shiftOf = (n: number, fields: Parameters<typeof aShift>[0] = {}): Shift => aShift({ id: ID(n), ...fields })
const after = (shift: Shift, fields: Partial<Shift> = {}): Shift => ({
  ...shift,
  version: shift.version + 1,
  updatedAt: shift.updatedAt + 1000,
  ...fields
})
const ended = (shift: Shift): Shift => after(shift, { phase: aPhase('completed'), endedAt: T0 })
const saveWith = (fields: Partial<SaveWith> = {}): SaveWith => ({
  events: [],
  consumed: [],
  seen: anObservation(),
  notices: [],
  ...fields
})

async function created(table: SharedTable, by: Process, n = 1, keys: readonly string[] = ['route']): Promise<Shift> {
  const shift = shiftOf(n)
  t.same(await table.clock.complete(by.store.create(shift, [anEvent()], keys, ANY)), { kind: 'created' })
  return shift
}

t.test('FM-34: a former leader cannot save once a later one has taken the shift up', async (t) => {
  const table = aSharedTable()
  const { clock } = table
  const [a, b] = [table.process(1), table.process(2)]
  const shift = await created(table, a)
  await clock.complete(a.store.takeUp(shift.id))
  t.same(await clock.complete(b.store.takeUp(shift.id)), shift, 'nothing was saved in between')
  t.equal(await clock.complete(a.store.save(after(shift, { reason: 'former' }), 1, saveWith())), 'stale')
  await t.rejects(clock.complete(a.store.takeUp(shift.id)), { code: 'store_unavailable' })
  t.equal(await clock.complete(b.store.save(after(shift, { reason: 'later' }), 1, saveWith())), 'saved')
  t.equal((await clock.complete(a.store.load(shift.id)))?.reason, 'later')
})

t.test('a replica that follows saves nothing, and takes in orders and shifts', async (t) => {
  const table = aSharedTable()
  const { clock } = table
  const [leader, follower] = [table.process(1), table.process()]
  const shift = await created(table, follower)
  await t.rejects(clock.complete(follower.store.save(after(shift), 1, saveWith())), { code: 'store_unavailable' })
  await t.rejects(clock.complete(follower.store.takeUp(shift.id)), { code: 'store_unavailable' })
  const order = await clock.complete(follower.store.command(shift.id, 'oncall', { verb: 'pause', reason: 'x' }, T0))
  await clock.complete(follower.store.setStop({ action: 'hold', reason: 'peak', actor: 'boss', at: T0 }))
  const news = await clock.complete(leader.store.news())
  t.match(news, { open: [shift.id], ordered: [shift.id], stop: /peak/ })
  await clock.complete(leader.store.takeUp(shift.id))
  t.same(await clock.complete(leader.store.commands(shift.id)), [order])
  await clock.complete(leader.store.save(after(shift), 1, saveWith({ consumed: [order.id] })))
  t.same(await clock.complete(follower.store.commands(shift.id)), [])
  t.equal(await clock.complete(follower.store.version(shift.id)), 2)
  await clock.advance('1s')
  t.same((await clock.complete(leader.store.news())).ordered, [])
})

t.test(
  'an order that a follower accepts while the leader ends the shift is carried out, or refused: never lost',
  async (t) => {
    const outcomes = new Set<string>()
    for (let atMs = 0; atMs < 160; atMs += 4) {
      const table = aSharedTable()
      const { clock } = table
      const [leader, follower] = [table.process(1), table.process()]
      const shift = await created(table, follower)
      const ending = async (): Promise<'saved' | 'stale'> => {
        await clock.sleep(40)
        await leader.store.takeUp(shift.id)
        const commands = await leader.store.commands(shift.id)
        const consumed = commands.map(({ id }) => id)
        const seen = anObservation({ commands })
        return leader.store.save(ended(shift), 1, saveWith({ consumed, seen }))
      }
      const ordering = async (): Promise<'accepted' | 'refused'> => {
        await clock.sleep(atMs)
        return follower.store.command(shift.id, 'oncall', { verb: 'abort', reason: '', force: false }, T0).then(
          () => 'accepted',
          () => 'refused'
        )
      }
      const [save, order] = await clock.complete(Promise.all([ending(), ordering()]))
      const [waiting, head] = await clock.complete(
        Promise.all([leader.store.commands(shift.id), leader.store.glimpse(shift.id)])
      )
      const seen = head?.seen.commands.length ?? 0
      const waits = save === 'stale' && waiting.length === 1
      t.ok(order === 'accepted' ? seen === 1 || waits : save === 'saved' && waiting.length === 0, `at ${atMs} ms`)
      outcomes.add(`${order} ${save}`)
    }
    t.same([...outcomes].toSorted(), ['accepted saved', 'accepted stale', 'refused saved'], 'every way it can go')
  }
)

t.test('several replicas together never open more shifts than may be', async (t) => {
  for (let apartMs = 0; apartMs < 120; apartMs += 8) {
    const table = aSharedTable()
    const { clock } = table
    const most = { maxOpen: 3, idempotency: null }
    const replicas = [table.process(1), table.process(), table.process()]
    const start = async ({ store }: Process, n: number) => {
      await clock.sleep(n * apartMs)
      return (await store.create(shiftOf(n), [anEvent()], [`route-${n}`], most)).kind
    }
    const made = await clock.complete(Promise.all([...replicas, ...replicas].map(start)))
    const opened = made.filter((kind) => kind === 'created').length
    t.ok(opened <= 3, `${opened} of 6, ${apartMs} ms apart`)
    t.equal(opened + made.filter((kind) => kind === 'full').length, 6, 'who comes too late is told')
    for (let n = 11; n <= 13; n += 1) {
      for (const replica of replicas.slice(0, 1)) await clock.complete(start(replica, n))
    }
    const listed = await clock.complete(Promise.all(replicas.map(({ store }) => store.open())))
    t.same(
      listed.map(({ length }) => length),
      [3, 3, 3],
      'one after the other they fill what is free'
    )
    const { items } = await clock.complete(table.process().store.list({ limit: 50 }))
    t.equal(items.length, 3, 'nothing is left of those that were refused')
  }
})

t.test('a start that is refused leaves nothing in the table, however often it is tried', async (t) => {
  const table = aSharedTable()
  const { clock, shelf } = table
  const { store } = table.process(1)
  await created(table, table.process(), 1, ['a'])
  const there = new Set<string>()
  shelf.onCommit(({ pk, sk, item }) => there[item ? 'add' : 'delete'](`${pk} ${sk}`))
  for (const n of [2, 3, 4]) {
    const made = await clock.complete(store.create(shiftOf(n), [anEvent()], ['b', 'a'], ANY))
    t.match(made, { kind: 'busy', key: 'a', by: ID(1) })
  }
  t.same([...there], [])
})

t.test('what no replica can read is given back by whichever a person reaches', async (t) => {
  const table = aSharedTable()
  const { clock, shelf } = table
  const follower = table.process()
  const { id } = await created(table, follower)
  const item = shelf.get(`shift#${id}`, 'head')
  const state = { B: deflateRawSync(JSON.stringify({ ...shiftOf(1), format: 99 })) }
  shelf.carryOut('PutItem', { Item: { ...item, state } }, 'another version')
  const unread = await clock.complete(follower.store.load(id))
  if (!unread) return t.fail('it is there')
  t.match(unread.phase, { kind: 'halted', why: 'unreadable' })
  const [released, event] = releaseUnread(unread, 'oncall', 'by hand', T0)
  const saved = follower.store.save(released, unread.version, saveWith({ events: [event] }))
  t.equal(await clock.complete(saved), 'saved')
  t.same(await clock.complete(follower.store.open()), [])
  return created(table, follower, 2)
})

t.test('a process that dies at any call of a save loses nothing, and does nothing twice', async (t) => {
  for (const end of [false, true]) {
    for (let point = 1, died = true; died; point += 1) {
      const table = aSharedTable()
      const { clock } = table
      const [a, b] = [table.process(1), table.process(2)]
      const first = await created(table, a)
      const order = await clock.complete(a.store.command(first.id, 'oncall', { verb: 'pause', reason: 'x' }, T0))
      const notice = aNotice({ id: 'n1' })
      const second = after(first)
      const with_ = saveWith({ events: [anEvent({ seq: 2 })], consumed: [order.id], notices: [notice] })
      await clock.complete(a.store.takeUp(first.id))
      await clock.complete(a.store.save(second, 1, with_))
      await clock.advance('1s')
      a.life.dieIn(point)
      const third = end ? ended(second) : after(second)
      const saving = { done: false }
      void a.store
        .save(third, 2, saveWith({ events: [anEvent({ seq: 3 })], notices: [aNotice({ id: 'n2' })] }))
        .then(() => {
          saving.done = true
        })
      await clock.advance('20s')
      died = !a.life.alive
      const found = await clock.complete(b.store.takeUp(first.id))
      t.ok(found?.version === 2 || found?.version === 3, `point ${point}: it is saved, or it is not`)
      if (saving.done) t.equal(found?.version, 3, `point ${point}: what was said to be saved is saved`)
      await clock.advance('5s')
      const events = await clock.complete(b.store.events(first.id, 0, 100))
      t.same(
        events.map(({ seq }) => seq),
        found?.version === 3 ? [1, 2, 3] : [1, 2],
        `point ${point}`
      )
      const deeds = await clock.complete(b.store.deeds(first.id, 0, 100))
      t.same(
        deeds.map(({ version }) => version),
        found?.version === 3 ? [2, 3] : [2],
        `point ${point}`
      )
      const notices = (await clock.complete(b.store.notices(notice.to, 10))).map(({ id }) => id)
      t.same(
        notices,
        found?.version === 3 ? ['n1', 'n2'] : ['n1'],
        `point ${point}: told once or more, never zero times`
      )
      t.same(await clock.complete(b.store.commands(first.id)), [], `point ${point}`)
      const open = end && found?.version === 3 ? [] : [first.id]
      t.same(await clock.complete(b.store.open()), open, `point ${point}`)
      if (point > 60) throw new Error('a save takes this many calls?')
    }
  }
})

t.test(
  'a process that dies at any call of a creation has made the shift or blocks its routes for a stated time',
  async (t) => {
    let whole = 0
    for (let point = 1, died = true; died; point += 1) {
      const table = aSharedTable()
      const { clock } = table
      const [a, b] = [table.process(), table.process(1)]
      // No clock of one machine says anything of another's.
      const slow = table.process(1, -400_000)
      a.life.dieIn(point)
      const request = { key: 'k', digest: 'd' }
      void a.store.create(shiftOf(1), [anEvent()], ['x', 'y'], { maxOpen: 1000, idempotency: request })
      await clock.advance('1s')
      died = !a.life.alive
      const exists = (await clock.complete(b.store.load(ID(1)))) !== null
      await clock.advance(CLAIMING_MS)
      const again = await clock.complete(
        b.store.create(shiftOf(2), [anEvent()], ['y', 'x'], { maxOpen: 1, idempotency: request }).catch(String)
      )
      if (exists) {
        whole += 1
        t.same(again, { kind: 'existing', id: ID(1) }, `point ${point}: the same request finds it`)
        t.same(await clock.complete(b.store.open()), [ID(1)], `point ${point}`)
        await clock.complete(slow.store.news())
        await clock.advance('5s')
        t.ok((await clock.complete(slow.store.news())).open.includes(ID(1)), `point ${point}: the leader hears of it`)
        t.same(await clock.complete(b.store.takeUp(ID(1))), shiftOf(1))
      } else {
        const listed = await clock.complete(b.store.open())
        if (listed.length === 0 && typeof again === 'object' && again.kind === 'full') {
          // Its entry in the list still counts until a leader has looked at it.
          await clock.complete(b.store.takeUp(ID(1)))
          t.same(
            await clock.complete(
              b.store.create(shiftOf(3), [anEvent()], ['y', 'x'], { maxOpen: 1, idempotency: request })
            ),
            { kind: 'created' },
            `point ${point}`
          )
        } else t.same(again, { kind: 'created' }, `point ${point}: its routes are free again`)
        t.equal(await clock.complete(b.store.takeUp(ID(1))), null, `point ${point}: it never was`)
      }
      if (point > 80) throw new Error('a creation takes this many calls?')
    }
    t.ok(whole > 0)
  }
)

t.test('of two who want the same route at the same instant one gets it', async (t) => {
  for (let delay = 0; delay < 60; delay += 3) {
    const table = aSharedTable()
    const { clock } = table
    const [a, b] = [table.process(), table.process()]
    const first = a.store.create(shiftOf(1), [], ['x', 'y'], ANY)
    await clock.advance(delay)
    const second = b.store.create(shiftOf(2), [], ['y', 'x'], ANY)
    const ends = await clock.complete(Promise.all([first, second]))
    t.same(ends.map(({ kind }) => kind).toSorted(), ['busy', 'created'], `${delay} ms later`)
    t.equal((await clock.complete(a.store.open())).length, 1)
  }
})

t.test('the same request at the same instant makes one shift', async (t) => {
  for (let delay = 0; delay < 60; delay += 3) {
    const table = aSharedTable()
    const { clock } = table
    const idempotency = { key: 'k', digest: 'd' }
    const ask = (by: Process, n: number) =>
      by.store.create(shiftOf(n), [], [`route-${n}`], { maxOpen: 1000, idempotency }).then(
        ({ kind }) => kind,
        (error: { code: string }) => error.code
      )
    const first = ask(table.process(), 1)
    await clock.advance(delay)
    const ends = await clock.complete(Promise.all([first, ask(table.process(), 2)]))
    t.ok(ends.includes('created'), ends.join())
    t.ok(ends.includes('existing') || ends.includes('store_unavailable'), ends.join())
    t.equal((await clock.complete(table.process().store.open())).length, 1, `${delay} ms later`)
  }
})
