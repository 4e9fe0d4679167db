import t from 'tap'
import { aProductionPolicy, aRig } from './rig.ts'

const baking = (step: number) => (shift: { phase: { kind: string }; step: number }) =>
  shift.phase.kind === 'baking' && shift.step === step

t.test('FM-12: a controller resets the rule in the middle of a shift: halted, told, not fought', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  const writes = rig.world.log.length
  rig.world.foreign.setWeights('web', { old: 300, new: 700 })
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'drift' })
  await rig.clock.advance('30m')
  t.strictSame(rig.world.told('web').new, 700, 'what somebody else wrote stands')
  t.equal(rig.world.log.length, writes + 1, 'nothing was written but by them')
  t.ok((await rig.events(id)).some((event) => event.type === 'drift.detected' && event.page))
  await rig.replay(id)
})

t.test('FM-37: on-call sets old to 100 % by hand in an emergency: it stands', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.world.foreign.setWeights('web', { old: 999, new: 0 })
  await rig.clock.advance('15s')
  t.equal(rig.world.told('web').new, 0)
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  await rig.clock.advance('1h')
  t.equal(rig.world.told('web').new, 0, 'an hour later it still stands')
})

t.test('FM-37: setting the previous step by hand is respected too, because its write was answered', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.world.foreign.setWeights('web', { old: 900, new: 100 })
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  t.equal(rig.world.told('web').new, 100)
})

t.test('resume without a choice is refused while a foreign share stands, whatever the halt was for', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  await rig.order(id, { verb: 'pause', reason: 'look' })
  await rig.untilPhase(id, 'paused')
  t.equal((await rig.view(id)).drifted, false)
  rig.world.foreign.setWeights('web', { old: 800, new: 200 })
  await rig.clock.advance('1m')
  t.equal((await rig.view(id)).drifted, true, 'whoever looks is told that there is a choice to make')
  await t.rejects(rig.order(id, { verb: 'resume', drift: null }), { code: 'drift_choice_needed' })
  t.equal(rig.world.told('web').new, 200)
})

t.test('FM-15, FM-49: adopt takes the greatest step at or below the live share, and goes on from there', async (t) => {
  const rig = await aRig(t)
  const policy = aProductionPolicy({ maxJump: 500 })
  const { id } = await rig.start(policy)
  await rig.until(id, baking(2))
  rig.world.foreign.setWeights('web', { old: 670, new: 330 })
  await rig.untilPhase(id, 'halted')
  await rig.order(id, { verb: 'resume', drift: 'adopt' })
  const adopted = await rig.until(id, (shift) => shift.phase.kind === 'baking')
  t.equal(adopted.step, 0, 'the step of 10 %')
  t.equal(rig.world.told('web').new, 330, 'and the live share is kept')
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  t.strictSame(
    rig.world.log.slice(-2).map((write) => write.split?.new),
    [500, 999],
    'not completed at 33 %: the ladder goes on'
  )
  await rig.replay(id)
})

t.test('overwrite takes the foreign share back to the step, with every precondition of an increase', async (t) => {
  const rig = await aRig(t, {
    routes: [{ name: 'web', old: { targets: { healthy: 10 } }, new: { targets: { healthy: 10 } } }]
  })
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.world.foreign.setWeights('web', { old: 999, new: 0 })
  await rig.untilPhase(id, 'halted')
  rig.world.targets.set('web', 'new', { healthy: 1 })
  await rig.order(id, { verb: 'resume', drift: 'overwrite' })
  await rig.clock.advance('2m')
  t.equal(rig.world.told('web').new, 0, 'one healthy target is too few for 50 %')
  rig.world.targets.set('web', 'new', { healthy: 10 })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test('onDrift: rollback goes back over the foreign change', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ onDrift: 'rollback' }))
  await rig.until(id, baking(1))
  rig.world.foreign.setWeights('web', { old: 100, new: 900 })
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 0)
})

t.test('a breach comes before a drift: users first', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.world.foreign.setWeights('web', { old: 200, new: 800 })
  rig.world.new.errorRate = 0.5
  await rig.untilPhase(id, 'halted')
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 0)
})

t.test('FM-48: one route is changed by hand while the others wait: no step goes forward', async (t) => {
  const rig = await aRig(t, { routes: ['web', 'api'] })
  const { id } = await rig.start()
  const before = await rig.until(id, baking(1))
  const until = before.phase.kind === 'baking' ? before.phase.until : 0
  rig.clock.at(until - 2_000, () => rig.world.foreign.setWeights('api', { old: 999, new: 0 }))
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  t.equal(rig.world.told('web').new, 500, 'web did not go on to 100 %')
})

t.test('a rollback keeps a live share that is already lower: it never raises', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.world.foreign.setWeights('web', { old: 990, new: 10 })
  await rig.untilPhase(id, 'halted')
  await rig.order(id, { verb: 'abort', reason: 'x', force: false })
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted')
  const news = rig.world.log.map((write) => write.split?.new ?? 0)
  t.strictSame(news.slice(-2), [10, 0])
})

t.test('the rule is deleted under us: halted as gone', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.world.foreign.remove('web')
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'gone' })
})

t.test('another facet is changed (a third group): drift of the shape, never written over', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', others: { canary: 0 } }] })
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  rig.world.foreign.setOther('web', 'canary', 50)
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  await rig.order(id, { verb: 'resume', drift: 'overwrite' })
  await rig.clock.advance('10s')
  t.ok(
    (await rig.events(id)).some((event) => event.type === 'command.refused'),
    'overwrite is refused'
  )
  await rig.order(id, { verb: 'resume', drift: 'adopt' })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test('FM-13: somebody writes between our read and our write: the write is withheld', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(0))
  const stop = rig.world.watch((call) => {
    // After the decision's own health read and before the write's fresh read of the rule.
    if (call.operation !== 'DescribeTargetHealth' || rig.world.told('web').new !== 100) return
    if (rig.world.log.length > 2) return
    const writes = rig.world.log.length
    rig.clock.after(1, () => {
      if (rig.world.log.length === writes && stepNow === 1) rig.world.foreign.setWeights('web', { old: 850, new: 150 })
    })
  })
  let stepNow = 0
  await rig.until(id, (shift) => {
    stepNow = shift.step
    return shift.phase.kind === 'halted' || shift.phase.kind === 'completed'
  })
  stop()
  t.match((await rig.shift(id)).phase, { kind: 'halted', why: 'drift' })
  t.equal(rig.world.told('web').new, 150, 'what they wrote stands')
})
