/**
 * What a liveness probe is told: it must get a daemon restarted whose decisions have come to a stop, and never one for which AWS or
 * its store is slow, silent or failing.
 */
import t from 'tap'
import { makeStore } from '../../src/stores/index.ts'
import type { Store } from '../../src/stores/store.ts'
import { aRig, type Rig } from './rig.ts'

const MINUTE = 60_000

/** Minutes of the next so many at which it was not live. */
async function deadMinutes(rig: Rig, minutes: number): Promise<readonly number[]> {
  const dead: number[] = []
  for (let minute = 1; minute <= minutes; minute += 1) {
    await rig.clock.advance(MINUTE)
    if (!rig.sluice().liveness().live) dead.push(minute)
  }
  return dead
}

t.test('without a shift it lives', async (t) => {
  const rig = await aRig(t)
  t.same(await deadMinutes(rig, 30), [])
})

t.test('a shift that moves, waits and ends leaves it alive', async (t) => {
  const rig = await aRig(t)
  await rig.start()
  t.same(await deadMinutes(rig, 120), [])
})

t.test('AWS never answers: a restart would not help, and it lives', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  rig.world.faults.neverAnswer(() => true)
  t.same(await deadMinutes(rig, 120), [])
})

t.test('the store fails for an hour, or answers after seconds each time: it lives', async (t) => {
  let weather: 'fine' | 'failing' | 'slow' = 'fine'
  const rig = await aRig(t, {
    store: (clock) => {
      const store = makeStore({ type: 'memory' }, clock)
      const commands: Store['commands'] = async (id) => {
        if (weather === 'failing') throw new Error('no table')
        if (weather === 'slow') await clock.sleep(20_000)
        return store.commands(id)
      }
      return { ...store, commands }
    }
  })
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking')
  weather = 'failing'
  t.same(await deadMinutes(rig, 60), [])
  weather = 'slow'
  t.same(await deadMinutes(rig, 60), [])
})

t.test(
  'one of two shifts hangs in a turn that never ends: not live after five minutes, and live again once it goes on',
  async (t) => {
    let hang: Promise<void> | null = null
    let hung = ''
    const rig = await aRig(t, {
      routes: ['web', 'api'],
      store: (clock) => {
        const store = makeStore({ type: 'memory' }, clock)
        const commands: Store['commands'] = async (id) => {
          if (id === hung) await hang
          return store.commands(id)
        }
        return { ...store, commands }
      }
    })
    const { id } = await rig.start(undefined, { routes: ['web'] })
    await rig.start(undefined, { routes: ['api'] })
    await rig.until(id, (shift) => shift.phase.kind === 'baking')
    const free = Promise.withResolvers<void>()
    hang = free.promise
    hung = id
    t.same(await deadMinutes(rig, 4), [], 'long, but it may still come')
    await rig.clock.advance(2 * MINUTE)
    t.equal(rig.sluice().liveness().live, false)
    t.equal((await rig.clock.complete(rig.sluice().health())).live, false)
    free.resolve()
    await rig.clock.advance(MINUTE)
    t.equal(rig.sluice().liveness().live, true)
  }
)
