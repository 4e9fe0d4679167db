import t from 'tap'
import { isGoingBack } from '../../src/core/shift.ts'
import { anErrorRateGate } from '../support/builders.ts'
import { aProductionPolicy, aRig } from './rig.ts'

t.test('FM-43: new loses all its targets: rolled back within seconds, without any gate that counts', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ gates: [] }))
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  const lostAt = rig.clock.now()
  rig.world.targets.set('web', 'new', { healthy: 0, total: 0 })
  await rig.until(id, (shift) => isGoingBack(shift.phase), '2m')
  t.ok(rig.clock.now() - lostAt <= 20_000, `rolling back ${(rig.clock.now() - lostAt) / 1000} s after the loss`)
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 0)
})

t.test('one empty read of new is not enough: a glimpse does not roll back', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ gates: [] }))
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
  const health = rig.world.calls('DescribeTargetHealth')
  rig.world.targets.set('web', 'new', { healthy: 0, total: 3 })
  await rig.clock.runUntil(() => rig.world.calls('DescribeTargetHealth') >= health + 2, '1m')
  await rig.clock.advance('1s')
  rig.world.targets.set('web', 'new', { healthy: 3 })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
})

t.test('every second call is throttled: the shift still completes, later', async (t) => {
  const rig = await aRig(t)
  rig.world.faults.throttleEvery(2)
  const { id } = await rig.start()
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  t.equal(rig.world.live('web').new, 999)
  t.strictSame(rig.broken, [])
})

t.test('every second call is throttled and new fails: rolled back and verified', async (t) => {
  const rig = await aRig(t)
  rig.world.faults.throttleEvery(2)
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  rig.world.new.errorRate = 0.2
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
  t.equal(rig.world.live('web').new, 0)
})

t.test('FM-36: AWS answers 500 for a minute: nothing is rolled back, nothing is lost', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  rig.world.faults.fail500(rig.clock.now() + 60_000)
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'completed', await rig.story(id))
  t.ok((await rig.events(id)).some((event) => event.type === 'blind.ended'))
  await rig.replay(id)
})

t.test(
  'FM-36: CloudWatch is away for an hour: halted as blind after onBlind.hold, and a person lets it go on',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
    const lift = rig.world.faults.fail500(() => true, { service: 'cloudwatch' })
    const halted = await rig.untilPhase(id, 'halted')
    t.match(halted.phase, { why: 'blind' })
    t.equal(rig.world.live('web').new, 500, 'the weights stay where they are')
    lift()
    await rig.order(id, { verb: 'resume', drift: null })
    t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  }
)

t.test('onBlind.rollback: blind for that long goes back', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ onBlind: { holdMs: 3_600_000, rollbackMs: 240_000 } }))
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
  rig.world.faults.metrics('PartialData')
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
})

t.test(
  'an endpoint that never answers: halted as blind; the abort given then goes out when it answers again',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
    const lift = rig.world.faults.neverAnswer(() => true)
    const halted = await rig.untilPhase(id, 'halted')
    t.match(halted.phase, { why: 'blind' })
    await rig.order(id, { verb: 'abort', reason: 'blind', force: false })
    await rig.clock.advance('3m')
    lift()
    t.equal((await rig.untilEnd(id)).phase.kind, 'aborted', await rig.story(id))
    t.equal(rig.world.live('web').new, 0)
  }
)

t.test('reads that never answer do not hold a rollback back: its write goes out', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  rig.world.faults.neverAnswer(() => true, {
    operation: ['DescribeRules', 'DescribeListeners', 'DescribeTargetHealth']
  })
  await rig.order(id, { verb: 'abort', reason: 'blind', force: false })
  const gone = await rig.clock.runUntil(() => rig.world.told('web').new === 0, '1m')
  t.ok(gone, 'the weights are back although nothing can be read')
})

t.test(
  'FM-47: a write that timed out and lands after the rollback was read back is written over before the end',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
    rig.world.faults.timeout({ after: '40s' }, { operation: 'ModifyRule', times: 1 })
    await rig.until(id, (shift) => shift.phase.kind === 'converging' && shift.step === 1)
    await rig.clock.advance('5s')
    await rig.order(id, { verb: 'abort', reason: 'enough', force: false })
    const end = await rig.untilEnd(id)
    t.equal(end.phase.kind, 'aborted', await rig.story(id))
    await rig.clock.advance('10m')
    t.equal(rig.world.live('web').new, 0, await rig.story(id))
    t.strictSame(rig.broken, [])
  }
)

t.test('reads that lag some seconds behind are not taken for drift', async (t) => {
  const rig = await aRig(t)
  rig.world.faults.readLag('6s')
  const { id } = await rig.start()
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  t.notOk((await rig.events(id)).some((event) => event.type === 'drift.detected'))
})

t.test('FM-03: new has no healthy target: it stays at weight 0 and the shift is halted', async (t) => {
  const rig = await aRig(t)
  rig.world.targets.set('web', 'new', { healthy: 0, total: 3 })
  const { id } = await rig.start()
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'new_unhealthy' })
  t.equal(rig.world.live('web').new, 0)
  t.equal(rig.world.log.length, 1, 'only the attaching was written')
  rig.world.targets.set('web', 'new', { healthy: 3 })
  await rig.order(id, { verb: 'resume', drift: null })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
})

t.test('FM-40: new stands in no rule: it is attached at weight 0 and waited for', async (t) => {
  const rig = await aRig(t, { healthyAfter: '3m' })
  const { id } = await rig.start()
  const first = await rig.until(id, (shift) => shift.step === 0)
  t.ok(first.updatedAt - first.createdAt >= 180_000, 'no weight before it was healthy')
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test('capacity.new: a step waits for enough healthy targets, then is halted', async (t) => {
  const rig = await aRig(t, {
    routes: [{ name: 'web', old: { targets: { healthy: 10 } }, new: { targets: { healthy: 2 } } }]
  })
  const { id } = await rig.start()
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'new_unhealthy' })
  t.equal(rig.world.live('web').new, 100, '10 % needs 1 target, 50 % needs 5')
  rig.world.targets.set('web', 'new', { healthy: 10 })
  await rig.order(id, { verb: 'resume', drift: null })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
})

t.test(
  'FM-39: old was scaled in: forward steps are held and on-call is told that a rollback would land on too little',
  async (t) => {
    const rig = await aRig(t, {
      routes: [{ name: 'web', old: { targets: { healthy: 10 } }, new: { targets: { healthy: 10 } } }]
    })
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
    rig.world.targets.set('web', 'old', { healthy: 5 })
    await rig.clock.advance('30m')
    t.equal(rig.world.live('web').new, 100, 'no further step')
    t.equal((await rig.view(id)).attention, 'rollback_capacity')
    t.ok((await rig.events(id)).some((event) => event.type === 'capacity.short' && event.page))
    rig.world.targets.set('web', 'old', { healthy: 10 })
    t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  }
)

t.test('FM-39: shape capacity moves back only what old can take', async (t) => {
  const rig = await aRig(t, {
    routes: [{ name: 'web', old: { targets: { healthy: 10 } }, new: { targets: { healthy: 10 } } }]
  })
  const policy = aProductionPolicy({
    rollback: { to: 'zero', deadlineMs: 600_000, stickiness: 'release', shape: 'capacity' },
    capacity: { new: 1, old: 0 }
  })
  const { id } = await rig.start(policy)
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 2)
  rig.world.targets.set('web', 'old', { healthy: 4 })
  await rig.order(id, { verb: 'abort', reason: 'slow', force: false })
  await rig.clock.advance('20s')
  t.equal(rig.world.told('web').new / (rig.world.told('web').new + rig.world.told('web').old), 0.6, 'old takes 40 %')
  rig.world.targets.set('web', 'old', { healthy: 10 })
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted', await rig.story(id))
  t.equal(rig.world.live('web').new, 0)
})

t.test(
  'FM-33: old has no healthy target: a rollback is held and paged, and goes by itself once old is back',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
    rig.world.targets.set('web', 'old', { healthy: 0, total: 3 })
    rig.world.new.errorRate = 0.3
    const halted = await rig.untilPhase(id, 'halted')
    t.match(halted.phase, { why: 'old_unhealthy', cause: { kind: 'breach' } })
    t.equal(rig.world.live('web').new, 500, 'users are not sent where nobody answers')
    rig.world.targets.set('web', 'old', { healthy: 3 })
    t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
  }
)

for (const force of [false, true]) {
  const how = force ? 'abort with force goes at once' : 'goes back by itself once old is better'
  t.test(`FM-33: old fails no less than new: held and paged; ${how}`, async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
    rig.world.new.errorRate = 0.3
    rig.world.old.errorRate = 0.3
    const halted = await rig.untilPhase(id, 'halted')
    t.match(halted.phase, { why: 'old_unfit', cause: { kind: 'breach' } })
    await rig.clock.advance('10m')
    t.equal(rig.world.live('web').new, 500)
    if (force) await rig.order(id, { verb: 'abort', reason: 'I know', force: true })
    else rig.world.old.errorRate = 0
    t.equal((await rig.untilEnd(id)).phase.kind, force ? 'aborted' : 'rolled_back')
    await rig.replay(id)
  })
}

t.test(
  'FM-43: while old is unfit to take a breach back, new without a healthy target is left all the same',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
    rig.world.new.errorRate = 0.3
    rig.world.old.errorRate = 0.3
    await rig.until(id, (shift) => shift.phase.kind === 'halted' && shift.phase.why === 'old_unfit')
    rig.world.targets.set('web', 'new', { healthy: 0, total: 3 })
    await rig.clock.advance('1m')
    t.equal(rig.world.live('web').new, 0, await rig.story(id))
    await rig.replay(id)
  }
)

t.test('FM-38: stickiness is released by a rollback, because stuck clients outrank weights', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', stickySeconds: 86_400 }] })
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  rig.world.new.errorRate = 0.3
  const back = await rig.until(id, (shift) => isGoingBack(shift.phase))
  t.ok(back)
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
  await rig.clock.advance('1m')
  const served = rig.world.served(rig.clock.now() - 30_000)
  t.equal(served.new.requests, 0, 'nobody is stuck on new')
})

t.test(
  'FM-38: rollback.stickiness keep: only weights change, and the API says until when users stay stuck',
  async (t) => {
    const rig = await aRig(t, { routes: [{ name: 'web', stickySeconds: 600 }] })
    const keep = aProductionPolicy({
      rollback: { to: 'zero', deadlineMs: 600_000, stickiness: 'keep', shape: 'direct' }
    })
    const { id } = await rig.start(keep)
    await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
    const view = await rig.view(id)
    t.equal(view.rollback.inEffectWithinSeconds, null)
    t.type(view.rollback.stuckUntil, 'string')
    await rig.order(id, { verb: 'abort', reason: 'x', force: false })
    t.equal((await rig.untilEnd(id)).phase.kind, 'aborted', await rig.story(id))
    t.equal(rig.world.live('web').new, 0)
  }
)

t.test('a step that waits for old is not called off by one look at new that failed', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate()] }))
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
  rig.world.targets.set('web', 'old', { healthy: 2, total: 3 })
  await rig.clock.advance('20m')
  const lift = rig.world.faults.fail500(undefined, { operation: 'DescribeTargetHealth' })
  await rig.clock.advance('25s')
  lift()
  rig.world.targets.set('web', 'old', { healthy: 3 })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  t.notOk(
    (await rig.events(id)).some(({ type }) => type === 'shift.halted'),
    'nobody is called for it'
  )
  await rig.replay(id)
})

t.test('targets of new that cannot be read for long halt the step as blind, not as unhealthy', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate()] }))
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
  const lift = rig.world.faults.error('AccessDenied', 403, 'not authorized', { operation: 'DescribeTargetHealth' })
  const halted = await rig.untilPhase(id, 'halted', '20m')
  t.match(halted.phase, { why: 'blind' }, await rig.story(id))
  t.equal(rig.world.live('web').new, 100)
  lift()
  await rig.order(id, { verb: 'resume', drift: null })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  await rig.replay(id)
})
