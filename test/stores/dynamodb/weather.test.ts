/**
 * What the network and DynamoDB do to calls: repeats, throttling, lost answers, batches taken in part, small pages.
 */
import t from 'tap'
import { aShift, anEvent, aNotice, anObservation } from '../../support/builders.ts'
import { aSharedTable } from './support/rig.ts'

const ANY = { maxOpen: 1000, idempotency: null }
const saveWith = (seq: number) => ({
  events: [anEvent({ seq })],
  consumed: [],
  seen: anObservation(),
  notices: Array.from({ length: 40 }, (_, i) => aNotice({ id: `n-${seq}-${i}` }))
})

t.test('an answer that is lost, and a call that is repeated, change nothing: saved is saved, and once', async (t) => {
  const table = aSharedTable()
  const { clock } = table
  const { store, reach } = table.process(1)
  const shift = aShift()
  const deafOnce = () => {
    let n = 0
    reach.fate = () => {
      n += 1
      return n % 2 === 1 ? 'deaf' : 'fine'
    }
  }
  deafOnce()
  t.same(
    await clock.complete(
      store.create(shift, [anEvent()], ['a', 'b'], { maxOpen: 9, idempotency: { key: 'k', digest: 'd' } })
    ),
    {
      kind: 'created'
    }
  )
  for (const version of [2, 3, 4]) {
    t.equal(await clock.complete(store.save({ ...shift, version }, version - 1, saveWith(version))), 'saved')
  }
  reach.fate = () => 'fine'
  const events = await clock.complete(store.events(shift.id, 0, 99))
  t.same(
    events.map(({ seq }) => seq),
    [1, 2, 3, 4]
  )
})

t.test('an order that the SDK repeats after it was carried out is not heard again', async (t) => {
  const table = aSharedTable()
  const { clock, shelf } = table
  const [leader, follower] = [table.process(1), table.process()]
  const shift = aShift()
  await clock.complete(leader.store.create(shift, [anEvent()], ['a'], ANY))
  await clock.complete(leader.store.takeUp(shift.id))
  const sent: object[] = []
  follower.reach.fate = (operation, input) => {
    if (operation === 'PutItem') sent.push(input)
    return 'fine'
  }
  const order = await clock.complete(follower.store.command(shift.id, 'oncall', { verb: 'pause', reason: 'x' }, 1))
  t.same(await clock.complete(leader.store.commands(shift.id)), [order])
  await clock.complete(leader.store.save({ ...shift, version: 2 }, 1, { ...saveWith(2), consumed: [order.id] }))
  for (let version = 3; version < 6; version += 1) {
    await clock.advance('1s')
    for (const input of sent) shelf.carryOut('PutItem', input, 'the SDK')
    t.same(await clock.complete(leader.store.commands(shift.id)), [])
    t.same((await clock.complete(leader.store.news())).ordered, [], 'and it does not stand there any more')
    await clock.complete(leader.store.save({ ...shift, version }, version - 1, saveWith(version)))
  }
})

t.test('a lift of the red button that lands late does not lift one that was pressed since', async (t) => {
  const table = aSharedTable()
  const { clock } = table
  const { store, reach } = table.process()
  const pressed = (reason: string) => ({ action: 'hold', reason, actor: 'boss', at: 1 }) as const
  await clock.complete(store.setStop(pressed('first')))
  reach.fate = (operation) => (operation === 'DeleteItem' ? 'slow' : 'fine')
  await t.rejects(clock.complete(store.setStop(null)), { code: 'store_unavailable' })
  reach.fate = () => 'fine'
  await clock.complete(store.setStop(pressed('second')))
  await clock.advance('30s')
  t.same(await clock.complete(store.stop()), pressed('second'))
  await clock.complete(store.setStop(null))
  t.equal(await clock.complete(store.stop()), null)
})

t.test('batches that are taken in part and small pages lose nothing', async (t) => {
  const table = aSharedTable()
  const { clock, shelf } = table
  Object.assign(shelf, { mostInBatch: 3, pageSize: 2 })
  const { store } = table.process(1)
  const shift = aShift()
  await clock.complete(store.create(shift, [anEvent()], ['a'], ANY))
  for (let version = 2; version <= 9; version += 1) {
    t.equal(await clock.complete(store.save({ ...shift, version }, version - 1, saveWith(version))), 'saved')
  }
  t.equal((await clock.complete(store.events(shift.id, 0, 99))).length, 9)
  t.same(
    (await clock.complete(store.events(shift.id, 3, 2))).map(({ seq }) => seq),
    [4, 5]
  )
  t.equal((await clock.complete(store.deeds(shift.id, 0, 99))).length, 8)
  t.equal((await clock.complete(store.notices(aNotice().to, 999))).length, 8 * 40)
})

t.test('throttling is waited out; a store that is away is said so within seconds', async (t) => {
  const table = aSharedTable()
  const { clock } = table
  const { store, reach } = table.process(1)
  const shift = aShift()
  await clock.complete(store.create(shift, [anEvent()], ['a'], ANY))
  let left = 2
  reach.fate = () => ((left -= 1) >= 0 ? 'throttled' : 'fine')
  t.equal(await clock.complete(store.save({ ...shift, version: 2 }, 1, saveWith(2))), 'saved')
  reach.fate = () => 'lost'
  const before = clock.now()
  await t.rejects(clock.complete(store.save({ ...shift, version: 3 }, 2, saveWith(3))), { code: 'store_unavailable' })
  t.ok(clock.now() - before < 10_000, `after ${clock.now() - before} ms`)
  reach.fate = () => 'fine'
  t.equal(
    await clock.complete(store.save({ ...shift, version: 3 }, 2, saveWith(3))),
    'saved',
    'and it can be tried again'
  )
})
