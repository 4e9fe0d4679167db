/**
 * FM-45: a route strictly between 0 and 100 % that no shift watches is told to people, once while it stays so, and never touched.
 */
import t, { type Test } from 'tap'
import { watchOrphans } from '../../src/engine/orphans.ts'
import { SILENT, type Voice } from '../../src/engine/voice.ts'
import type { Share } from '../../src/core/share.ts'
import type { Router } from '../../src/routers/router.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import {
  aMigration,
  anObservation,
  aPhase,
  aReading,
  aRoute,
  aShare,
  aShift,
  anUnreadable
} from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'

const ROUTE = aRoute()

function aDesk(t: Test, live: () => Share | null) {
  const clock = virtualClock()
  const store = memoryStore(clock)
  const named: string[][] = []
  const read: Router['read'] = async () => {
    const share = live()
    return new Map([[ROUTE.key, share === null ? anUnreadable() : aReading({ share })]])
  }
  // Whatever else it were asked for would be a touch.
  const router = { read } as Router
  const migration = aMigration({ routes: [ROUTE] })
  const catalogue = {
    policies: () => [],
    migrations: () => [{ name: migration.name, file: 'm.yaml', value: migration }],
    reload: async () => ({ policies: 0, migrations: 1 })
  }
  const witness = {
    decided: () => undefined,
    observed: () => undefined,
    wrote: () => undefined,
    failed: (_what: string, _id: string | null, err: unknown) => void t.fail('it failed', { err }),
    broke: () => undefined,
    orphans: (names: readonly string[]) => void named.push([...names])
  }
  let rung = 0
  const voice: Voice = { audiences: [{ name: 'oncall', events: null }], ring: () => (rung += 1) }
  const watch = (heard: Voice | undefined = voice) => {
    const off = new AbortController()
    const done = watchOrphans({ router, store, catalogue, witness, clock, voice: heard }, off.signal)
    return async () => {
      off.abort()
      await clock.complete(done)
    }
  }
  return { clock, store, named, watch, migration, rung: () => rung }
}

void t.test('an orphan is told at start, with what to do, and not again while it stays so', async (t) => {
  const desk = aDesk(t, () => aShare(500))
  const stop = desk.watch()
  await desk.clock.advance('1s')
  const [notice] = await desk.store.notices('oncall', 10)
  t.match(notice, { event: 'routes.orphaned', page: true, about: null, evidence: [/\w+\/web$/] })
  t.match(notice?.todo.join(' '), '--from live')
  t.equal(desk.rung(), 1)
  await desk.clock.advance('2h')
  t.equal((await desk.store.notices('oncall', 10)).length, 1)
  t.ok(desk.named.length > 10, 'while it goes on being metered')
  await stop()
  const again = desk.watch()
  await desk.clock.advance('1s')
  t.equal((await desk.store.notices('oncall', 10)).length, 2, 'a new process tells it anew')
  await again()
})

void t.test('what comes and goes is told each time; what cannot be read is claimed of nobody', async (t) => {
  let live: Share | null = null
  const desk = aDesk(t, () => live)
  const stop = desk.watch()
  await desk.clock.advance('1m')
  t.same(await desk.store.noticeTargets(), [])
  for (const share of [aShare(100), aShare(1000), aShare(100)]) {
    live = share
    await desk.clock.advance('10m')
  }
  t.equal((await desk.store.notices('oncall', 10)).length, 2)
  await stop()
})

void t.test(
  'a route that a shift watches, or that one left so on purpose, is none; without targets nobody is told',
  async (t) => {
    const desk = aDesk(t, () => aShare(500))
    const shift = aShift({ routeSpecs: [ROUTE], version: 1 })
    await desk.store.create(shift, [], [ROUTE.key], { maxOpen: 9, idempotency: null })
    const stop = desk.watch()
    await desk.clock.advance('1s')
    t.same(desk.named, [[]])
    const routes = shift.routes.map((route) => ({ ...route, want: { ...route.want, share: aShare(500) } }))
    const released = { ...shift, routes, version: 2, phase: aPhase('released') }
    await desk.store.save(released, 1, { events: [], consumed: [], seen: anObservation(), notices: [] })
    await desk.clock.advance('10m')
    t.same(desk.named, [[], []])
    t.same(await desk.store.noticeTargets(), [])
    await stop()
    const silent = aDesk(t, () => aShare(500))
    const end = silent.watch(SILENT)
    await silent.clock.advance('1s')
    t.equal(silent.named[0]?.length, 1)
    t.same(await silent.store.noticeTargets(), [])
    await end()
  }
)
