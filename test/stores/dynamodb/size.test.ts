/**
 * Large shifts: an item of DynamoDB holds 400 KB, and a save must never fail because a shift has many routes.
 */
import t from 'tap'
import { randomBytes } from 'node:crypto'
import type { Shift } from '../../../src/core/shift.ts'
import { aReading, aRoute, aRouteSeen, aShift, anEvent, anObservation } from '../../support/builders.ts'
import { aSharedTable } from './support/rig.ts'

const ANY = { maxOpen: 1000, idempotency: null }
const names = Array.from({ length: 30 }, (_, i) => `route-${i}`)

/** 30 routes, 10 gates each, and their live actions as they are read at preflight. */
function aBigShift(): Shift {
  const small = aShift()
  const [state] = small.routes
  const spec = aRoute()
  const gate = {
    gate: 'errors',
    route: '',
    verdict: 'pass',
    value: 0.001,
    limit: 0.01,
    samples: 5321,
    at: 1,
    explain: 'fine'
  }
  return aShift({
    routeSpecs: names.map((name) => ({ ...spec, name, key: `${spec.key}/${name}` })),
    routes: names.flatMap((name) => (state ? [{ ...state, name, key: `${spec.key}/${name}` }] : [])),
    gates: names.flatMap((route) =>
      Array.from({ length: 10 }, (_, i) => ({ ...gate, gate: `gate-${i}`, route }))
    ) as never
  })
}

const seenOf = (raw: (name: string) => string) =>
  anObservation({
    routes: Object.fromEntries(names.map((name) => [name, aRouteSeen({ reading: aReading({ raw: raw(name) }) })]))
  })

t.test('30 routes with 10 gates each fit into one item with all that was seen', async (t) => {
  const table = aSharedTable()
  const { clock, shelf } = table
  const { store } = table.process(1)
  const shift = aBigShift()
  let most = 0
  shelf.onCommit(({ item }) => {
    const bytes = Object.values(item ?? {}).reduce((sum, value) => sum + (value.B?.length ?? value.S?.length ?? 8), 0)
    most = Math.max(most, bytes)
  })
  await clock.complete(store.create(shift, [anEvent()], ['a'], ANY))
  const next = { ...shift, version: 2 }
  const seen = seenOf((name) => JSON.stringify({ name, actions: 'x'.repeat(2_000) }))
  const with_ = { events: [anEvent({ seq: 2 })], consumed: [], seen, notices: [] }
  t.equal(await clock.complete(store.save(next, 1, with_)), 'saved')
  t.same(await clock.complete(store.load(shift.id)), next)
  t.ok(JSON.stringify(next).length > 30_000)
  t.ok(most < 100_000, `the largest item holds ${most} bytes; as text the state has ${JSON.stringify(next).length}`)
})

t.test('what no compression makes small stands in pieces, and former pieces go', async (t) => {
  const table = aSharedTable()
  const { clock, shelf } = table
  const [writer, reader] = [table.process(1), table.process(2)]
  let shift: Shift = aShift({ reason: randomBytes(450_000).toString('base64') })
  const pieces = new Set<string>()
  shelf.onCommit(({ sk, item }) => {
    if (sk.startsWith('part#') && sk.includes('#state#')) pieces[item ? 'add' : 'delete'](sk)
  })
  await clock.complete(writer.store.create(shift, [anEvent()], ['a'], ANY))
  for (const version of [2, 3, 4]) {
    const next = { ...shift, version, reason: randomBytes(450_000).toString('base64') }
    const seen = seenOf(() => randomBytes(20_000).toString('base64'))
    const with_ = { events: [anEvent({ seq: version })], consumed: [], seen, notices: [] }
    t.equal(await clock.complete(writer.store.save(next, version - 1, with_)), 'saved')
    t.same(await clock.complete(reader.store.load(shift.id)), next)
    t.same((await clock.complete(reader.store.deeds(shift.id, 0, 9))).at(-1)?.seen, seen)
    shift = next
  }
  await clock.advance('5s')
  t.equal((await clock.complete(reader.store.deeds(shift.id, 0, 9))).length, 3)
  t.ok(pieces.size <= 3, `${pieces.size} pieces of states are left`)
  t.same(await clock.complete(reader.store.takeUp(shift.id)), shift)
})

t.test('a decision with a thousand events is kept, and the next one is saved after it', async (t) => {
  const table = aSharedTable()
  const { clock } = table
  const { store } = table.process(1)
  const shift = aShift()
  await clock.complete(store.create(shift, [anEvent()], ['a'], ANY))
  // One verdict for each gate of each route, in one turn.
  const events = Array.from({ length: 1_000 }, (_, i) => anEvent({ seq: i + 2, actor: `daemon ${'x'.repeat(500)}` }))
  const with_ = { events, consumed: [], seen: anObservation(), notices: [] }
  t.equal(await clock.complete(store.save({ ...shift, version: 2 }, 1, with_)), 'saved')
  const next = { ...with_, events: [anEvent({ seq: 1_002 })] }
  t.equal(await clock.complete(store.save({ ...shift, version: 3 }, 2, next)), 'saved')
  t.same(await clock.complete(store.events(shift.id, 1, 1_000)), events)
  t.same(await clock.complete(store.events(shift.id, 1_001, 9)), next.events)
})
