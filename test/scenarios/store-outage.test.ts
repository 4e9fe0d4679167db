/**
 * A store that takes nothing for an hour, while everything else goes on: what was measured meanwhile is judged once, and as a whole.
 */
import t, { type Test } from 'tap'
import { ShiftError } from '../../src/errors.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { aProductionPolicy, aRig, type Rig } from './rig.ts'

const MINUTE = 60_000

/** Of 100 %, which is watched for two hours: a shift in the middle of its bake, and how to fill the disk. */
async function aBake(t: Test) {
  const disk = { full: false, sizes: [] as number[] }
  const rig = await aRig(t, {
    rps: 50,
    store: (clock) => {
      const store = memoryStore(clock)
      return {
        ...store,
        save: async (next, version, with_) => {
          disk.sizes.push(JSON.stringify(with_.seen).length)
          if (disk.full) throw new ShiftError('store_unavailable', 'database or disk is full')
          return store.save(next, version, with_)
        }
      }
    }
  })
  const { id } = await rig.start(aProductionPolicy({ steps: [{ percent: 500, bakeMs: 120 * MINUTE, approval: null }] }))
  await rig.until(id, ({ phase }) => phase.kind === 'baking')
  await rig.clock.advance('10m')
  return { rig, id, disk }
}

const minuteOf = (rig: Rig) => rig.clock.elapsed() / MINUTE

t.test('what cannot be saved does not pile up', async (t) => {
  const { rig, id, disk } = await aBake(t)
  disk.full = true
  await rig.clock.advance('30m')
  disk.sizes.length = 0
  await rig.clock.advance('30m')
  const hour = Math.max(...disk.sizes)
  disk.full = false
  await rig.until(id, (shift) => shift.updatedAt > rig.clock.now() - MINUTE)
  t.ok(hour < 60_000, `a decision after an hour holds ${hour} bytes of what was seen`)
})

t.test('FM-29: a breach that was over before the store came back takes new back all the same', async (t) => {
  const { rig, id, disk } = await aBake(t)
  const from = minuteOf(rig) + 5
  rig.world.new.errorRate = ({ elapsedMs }) => (elapsedMs > from * MINUTE && elapsedMs < (from + 5) * MINUTE ? 0.3 : 0)
  disk.full = true
  await rig.clock.advance('40m')
  disk.full = false
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back', await rig.story(id))
})
