import t from 'tap'
import { isGoingBack } from '../../src/core/shift.ts'
import { aProductionPolicy, aRig } from './rig.ts'

t.test('a healthy shift goes up the ladder, drains old and completes', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'completed')
  t.strictSame(
    rig.world.log.map((write) => `${write.split?.old}:${write.split?.new}`),
    ['999:0', '900:100', '500:500', '0:999'],
    'new is attached at 0, then every step is written once'
  )
  t.equal(rig.world.live('web').new, 999)
  t.equal(rig.world.served().all.errors, 0, 'no user saw an error')
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('new fails from its first request: everything comes back, and few users saw it', async (t) => {
  const rig = await aRig(t)
  rig.world.new.errorRate = 0.05
  const { id } = await rig.start()
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 0)
  const started = (await rig.events(id)).find((event) => event.type === 'rollback.started')
  const first = rig.world.history('web').find((standing) => standing.new > 0)
  const seconds = started && first ? (started.at - first.at) / 1000 : Infinity
  t.ok(seconds <= 240, `seen ${seconds} s after the first request, one period and the delay allow 240`)
  await rig.replay(id)
})

for (const step of [0, 1, 2]) {
  t.test(`new begins to fail at step ${step}: rolled back from there`, async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === step)
    await rig.clock.advance('3m')
    const brokeAt = rig.clock.now()
    rig.world.new.errorRate = 0.1
    const back = await rig.until(id, (shift) => isGoingBack(shift.phase))
    t.ok(rig.clock.now() - brokeAt <= 245_000, `rolling back ${(rig.clock.now() - brokeAt) / 1000} s after it broke`)
    t.equal(back.phase.kind, 'rolling_back')
    const end = await rig.untilEnd(id)
    t.equal(end.phase.kind, 'rolled_back')
    t.equal(rig.world.live('web').new, 0)
    t.equal(rig.world.log.at(-1)?.split?.new, 0)
    t.strictSame(rig.broken, [])
    await rig.replay(id)
  })
}

t.test('a shift of two routes moves them together, and one bad route brings both back', async (t) => {
  const rig = await aRig(t, { routes: ['web', { name: 'api', kind: 'listener' }] })
  const { id } = await rig.start(aProductionPolicy())
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  t.equal(rig.world.live('web').new, 500)
  t.equal(rig.world.live('api').new, 500)
  rig.world.route('api').new.errorRate = 0.2
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 0)
  t.equal(rig.world.live('api').new, 0)
  await rig.replay(id)
})
