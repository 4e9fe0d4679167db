import t from 'tap'
import { aProductionPolicy, aRig } from './rig.ts'

const baking = (step: number) => (shift: { phase: { kind: string }; step: number }) =>
  shift.phase.kind === 'baking' && shift.step === step

t.test('the daemon is away for longer than maxBake: it reads before it judges by the clock, and goes on', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.kill()
  await rig.clock.advance('2h')
  await rig.restart()
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  await rig.replay(id)
})

t.test('blind when it was killed, well again when it starts: the time in between is no blindness', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  const lift = rig.world.faults.fail500(() => true, { service: 'cloudwatch' })
  await rig.until(id, (shift) => shift.blindSince !== null)
  rig.kill()
  await rig.clock.advance('1h')
  lift()
  await rig.restart()
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test(
  'the write of a step was lost with the process: it is tried again before converge.deadline counts',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start(aProductionPolicy())
    await rig.until(id, baking(0))
    rig.world.faults.timeout('never', { operation: 'ModifyRule', times: 1 })
    await rig.until(id, (shift) => shift.phase.kind === 'converging' && shift.step === 1)
    rig.kill()
    await rig.clock.advance('30m')
    await rig.restart()
    t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  }
)

t.test('new broke while the daemon was away: the outage forgives nothing that hurts users', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.kill()
  rig.world.new.errorRate = 0.2
  await rig.clock.advance('30m')
  await rig.restart()
  const since = rig.clock.now()
  await rig.untilPhase(id, 'rolling_back')
  t.ok(rig.clock.now() - since <= 90_000, `going back ${(rig.clock.now() - since) / 1000} s after the start`)
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
})
