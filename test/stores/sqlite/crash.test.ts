/**
 * SQLite on disk when processes end as they should not: nothing that was told as saved is lost, nothing half is kept.
 */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeStore } from '../../../src/stores/index.ts'
import { aNotice, anEvent, anObservation, aShift, T0 } from '../../support/builders.ts'
import { setClock } from '../../support/setClock.ts'
import { startChild } from './child/run.ts'

const ID = aShift().id

/** Whether state, events, deeds and commands of the saver's shift tell the same story; returns its version. */
async function agrees(sub: Test, path: string): Promise<number> {
  const store = makeStore({ type: 'sqlite', path }, setClock())
  sub.teardown(() => store.close())
  const shift = await store.load(ID)
  const version = shift?.version ?? 0
  const events = await store.events(ID, 0, 1_000_000)
  sub.equal(shift?.seq, (version - 1) * 3)
  sub.same(
    events.map(({ seq }) => seq),
    Array.from({ length: (version - 1) * 3 }, (_, i) => i + 1),
    'no event lost, none doubled'
  )
  sub.same(
    (await store.deeds(ID, 0, 1_000_000)).map((deed) => deed.version),
    Array.from({ length: version - 1 }, (_, i) => i + 2)
  )
  const notices = (await store.notices('oncall', 1_000_000)).map(({ id }) => Number(id.split('.').at(-1)))
  sub.same(
    notices.toSorted((a, b) => a - b),
    Array.from({ length: version - 1 }, (_, i) => i + 2),
    'a notice for every saved version, and for no other'
  )
  const open = await store.commands(ID)
  sub.ok(open.length <= 1, 'every saved version consumed its command')
  for (const { order } of open) sub.match(order, { reason: `for ${version + 1}` })
  await store.close()
  return version
}

void t.test('what was saved is there after closing and opening again', async (sub) => {
  const path = join(sub.testdir(), 'sluice.db')
  const clock = setClock()
  const stop = { action: 'hold', reason: 'peak', actor: 'oncall', at: T0 } as const
  const request = { key: 'k', digest: 'd' }
  const first = makeStore({ type: 'sqlite', path }, clock)
  const shift = aShift()
  await first.create(shift, [anEvent()], ['route'], { maxOpen: 1, idempotency: request })
  const saved = { ...shift, version: 2, seq: 2 }
  await first.save(saved, 1, {
    events: [anEvent({ seq: 2 })],
    consumed: [],
    seen: anObservation(),
    notices: [aNotice()]
  })
  const command = await first.command(ID, 'oncall', { verb: 'pause', reason: 'lunch' }, T0)
  await first.setStop(stop)
  await first.close()

  const second = makeStore({ type: 'sqlite', path }, clock)
  sub.teardown(() => second.close())
  sub.same(await second.load(ID), saved)
  sub.same(await second.events(ID, 0, 10), [anEvent(), anEvent({ seq: 2 })])
  sub.equal((await second.deeds(ID, 0, 10)).length, 1)
  sub.same(await second.commands(ID), [command])
  sub.same(await second.stop(), stop)
  sub.same(await second.notices('oncall', 10), [aNotice()])
  sub.same(await second.open(), [ID])
  const again = await second.create(aShift({ id: 'shf_2' }), [], ['other'], { maxOpen: 9, idempotency: request })
  sub.same(again, { kind: 'existing', id: ID })
  const busy = await second.create(aShift({ id: 'shf_2' }), [], ['route'], { maxOpen: 9, idempotency: null })
  sub.same(busy, { kind: 'busy', key: 'route', by: ID })
})

void t.test('a process killed in the middle of a transaction leaves the save before it', async (sub) => {
  const path = join(sub.testdir(), 'sluice.db')
  const child = startChild(sub, 'saver', path, '5')
  const told: string[] = []
  for await (const line of child.lines) told.push(line)
  sub.match(await child.exit, { signal: 'SIGKILL' })
  sub.same(told, ['2', '3', '4'])
  sub.equal(await agrees(sub, path), 4)
})

for (const rounds of [1, 4, 9, 20, 33]) {
  void t.test(`a process killed from outside after ${rounds} saves loses none that it told of`, async (sub) => {
    const path = join(sub.testdir(), 'sluice.db')
    const child = startChild(sub, 'saver', path)
    let told = 0
    for await (const line of child.lines) {
      told = Number(line)
      if (told === rounds + 1) child.process.kill('SIGKILL')
    }
    sub.match(await child.exit, { signal: 'SIGKILL' })
    const version = await agrees(sub, path)
    sub.ok(version >= told, `version ${version} is at least ${told}`)
    sub.ok(version <= told + 1, 'and at most the one that it had no time to tell')
  })
}
