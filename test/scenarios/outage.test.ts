import t from 'tap'
import { anErrorRateGate, aTargetHealthGate } from '../support/builders.ts'
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

t.test(
  'away for seconds, over the last moment of maxBake: what belongs to it is read before it is called too little',
  async (t) => {
    // Ten periods make one verdict, which lets the step go on right before maxBake is over.
    const gates = [anErrorRateGate({ minRequests: 600 }), aTargetHealthGate()]
    const steps = [{ percent: 1000, bakeMs: 60_000, approval: null }]
    const policy = (maxBakeMs: number) => aProductionPolicy({ steps, gates, maxBakeMs })
    const undisturbed = await aRig(t, { rps: 1 })
    const reference = await undisturbed.start(policy(3_600_000))
    const { phase } = await undisturbed.until(reference.id, baking(0))
    const leastMs = phase.kind === 'baking' ? phase.until - phase.since : 0
    const done = await undisturbed.untilPhase(reference.id, 'draining', '1h')
    const takesMs = done.updatedAt - phase.since
    t.ok(takesMs > leastMs + 120_000, `${takesMs / 1000} s`)
    undisturbed.end()

    const rig = await aRig(t, { rps: 1 })
    const { id } = await rig.start(policy(takesMs + 2_000))
    const { since } = (await rig.until(id, baking(0))).phase
    await rig.clock.advance(`${since + takesMs - 14_000 - rig.clock.now()}ms`)
    // A decision is saved, so that it was hardly away.
    rig.world.targets.set('web', 'new', { healthy: 4, total: 4 })
    const { phase: before, updatedAt } = await rig.until(id, ({ gates: [, health] }) => health?.samples === 4)
    t.equal(before.kind, 'baking')
    rig.kill()
    await rig.clock.advance(`${since + takesMs + 4_000 - rig.clock.now()}ms`)
    t.ok(rig.clock.now() - updatedAt < 15_000)
    await rig.restart()
    t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
    await rig.replay(id)
  }
)
