/**
 * The dead man's switch over whole shifts: no sign of life from a daemon that looks and cannot act, or that cannot look.
 */
import t from 'tap'
import type { Beat } from '../../src/heartbeats/heartbeat.ts'
import { ShiftError } from '../../src/errors.ts'
import { openDatabase } from '../../src/stores/sqlite/database.ts'
import { storeOver } from '../../src/stores/sqlite/sqlite.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { T0 } from '../support/builders.ts'
import { aRig } from './rig.ts'

function aHeart() {
  const beats: Beat[] = []
  return { beats, heartbeat: { beat: async (beat: Beat) => void beats.push(beat) } }
}

t.test('a full or read-only store, with which no breach could be taken back, ends the signs of life', async (t) => {
  const { beats, heartbeat } = aHeart()
  let full = false
  const rig = await aRig(t, {
    heartbeat,
    store: (clock) => {
      const store = memoryStore(clock)
      return {
        ...store,
        save: async (...all) => {
          if (full) throw new ShiftError('store_unavailable', 'database or disk is full')
          return store.save(...all)
        }
      }
    }
  })
  const { id } = await rig.start()
  await rig.until(id, ({ phase, step }) => phase.kind === 'baking' && step === 1)
  full = true
  await rig.clock.advance('10m')
  const before = beats.length
  await rig.clock.advance('30m')
  t.equal(beats.length, before, 'nothing for half an hour')
  full = false
  await rig.clock.advance('2m')
  t.ok(beats.length > before, 'and again once decisions can be saved')
  t.match(beats.at(-1), { openShifts: 1, routes: [{ route: 'web' }] })
})

t.test('an open shift that cannot be read is open, and nobody looks at it: that is no sign of life', async (t) => {
  const { beats, heartbeat } = aHeart()
  const db = openDatabase(':memory:', T0)
  const rig = await aRig(t, { heartbeat, store: (clock) => storeOver(db, clock) })
  const { id } = await rig.start()
  await rig.until(id, ({ phase, step }) => phase.kind === 'baking' && step === 0)
  rig.kill()
  db.prepare("UPDATE shifts SET state = json_set(state, '$.format', 7)").run()
  beats.length = 0
  await rig.restart()
  await rig.clock.advance('1m')
  t.match(beats.at(-1), { openShifts: 1 })
  t.match(await rig.sluice().health(), { shifts: 1 })
  await rig.clock.advance('5m')
  const before = beats.length
  await rig.clock.advance('30m')
  t.equal(beats.length, before)
  await rig.order(id, { verb: 'release', reason: 'moved by hand' })
  await rig.clock.advance('2m')
  t.match(beats.at(-1), { openShifts: 0 })
  t.ok(beats.length > before, 'a person has taken over')
  t.match(await rig.sluice().health(), { shifts: 0, live: true })
})
