import t from 'tap'
import { isGoingBack } from '../../src/core/shift.ts'
import { anErrorRateGate, aTargetHealthGate } from '../support/builders.ts'
import { aProductionPolicy, aRig } from './rig.ts'

const MINUTE = 60_000
const baking = (step: number) => (shift: { phase: { kind: string }; step: number }) =>
  shift.phase.kind === 'baking' && shift.step === step

t.test('FM-29: a breach while paused, while waiting for approval and while halted rolls back', async (t) => {
  const approving = aProductionPolicy({
    steps: [
      { percent: 100, bakeMs: 8 * MINUTE, approval: { by: 'anyone', expiresMs: 86_400_000 } },
      { percent: 1000, bakeMs: 8 * MINUTE, approval: null }
    ]
  })
  for (const where of ['paused', 'awaiting_approval', 'halted'] as const) {
    await t.test(where, async (t) => {
      const rig = await aRig(t)
      const { id } = await rig.start(approving)
      await rig.until(id, baking(0))
      if (where === 'paused') await rig.order(id, { verb: 'pause', reason: 'x' })
      if (where === 'halted') rig.world.foreign.setWeights('web', { old: 600, new: 400 })
      await rig.untilPhase(id, where)
      rig.world.new.errorRate = 0.1
      const since = rig.clock.now()
      await rig.until(id, (shift) => isGoingBack(shift.phase))
      t.ok(rig.clock.now() - since <= 250_000, `seen after ${(rig.clock.now() - since) / 1000} s`)
      t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
    })
  }
})

t.test('FM-41: approve, reject and advance carry the step that was seen; a stale one is refused', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  await t.rejects(rig.order(id, { verb: 'advance', step: 0 }), { code: 'step_moved' })
  await t.rejects(rig.order(id, { verb: 'approve', step: 1, comment: '' }), { code: 'illegal_in_phase' })
})

t.test('an order that was legal when it was accepted and is not any more is refused aloud', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(0))
  await rig.store.command(id, 'bot', { verb: 'advance', step: 0 }, rig.clock.now())
  await rig.store.command(id, 'oncall', { verb: 'abort', reason: 'x', force: false }, rig.clock.now())
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted')
  const refused = (await rig.events(id)).filter((event) => event.type === 'command.refused')
  t.match(refused, [{ actor: 'bot', reason: { verb: 'advance', problem: 'illegal_in_phase' } }])
})

t.test('an approval lets the next step begin, once; nobody approving in time halts', async (t) => {
  const policy = aProductionPolicy({
    steps: [
      { percent: 100, bakeMs: 8 * MINUTE, approval: { by: 'other', expiresMs: 60 * MINUTE } },
      { percent: 1000, bakeMs: 8 * MINUTE, approval: null }
    ]
  })
  const rig = await aRig(t)
  const { id } = await rig.start(policy)
  await rig.untilPhase(id, 'awaiting_approval')
  await t.rejects(rig.order(id, { verb: 'approve', step: 0, comment: '' }, 'tester'), { code: 'approver_must_differ' })
  await t.rejects(
    rig.order(id, { verb: 'approve', step: 0, comment: '' }, 'chatbot (on behalf of tester)'),
    { code: 'approver_must_differ' },
    'not through a bot either'
  )
  const expired = await rig.untilPhase(id, 'halted')
  t.match(expired.phase, { why: 'approval_expired' })
  await rig.order(id, { verb: 'resume', drift: null })
  await rig.untilPhase(id, 'awaiting_approval')
  await rig.order(id, { verb: 'approve', step: 0, comment: 'fine' })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test('reject rolls back, and the shift ends aborted', async (t) => {
  const policy = aProductionPolicy({
    steps: [{ percent: 500, bakeMs: 8 * MINUTE, approval: { by: 'anyone', expiresMs: 60 * MINUTE } }]
  })
  const rig = await aRig(t)
  const { id } = await rig.start(policy)
  await rig.untilPhase(id, 'awaiting_approval')
  await rig.order(id, { verb: 'reject', step: 0, comment: 'no' })
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted')
  t.equal(rig.world.live('web').new, 0)
})

t.test('pause holds the weight, resume bakes the same step anew', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(0))
  await rig.order(id, { verb: 'pause', reason: 'standup' })
  await rig.clock.advance('3h')
  t.equal((await rig.shift(id)).phase.kind, 'paused')
  t.equal(rig.world.live('web').new, 100)
  t.ok((await rig.events(id)).filter((event) => event.type === 'shift.reminder').length >= 2, 'told again hourly')
  await rig.order(id, { verb: 'resume', drift: null })
  const again = await rig.until(id, baking(0))
  t.ok(again.phase.kind === 'baking' && again.phase.until - again.phase.since === 8 * MINUTE)
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test('advance ends the bake and overrides inconclusive, but never a breach', async (t) => {
  const quiet = await aRig(t, { rps: 0.2 })
  const { id } = await quiet.start()
  await quiet.until(id, baking(0))
  await quiet.clock.advance('1m')
  await quiet.order(id, { verb: 'advance', step: 0 })
  const next = await quiet.until(id, (shift) => shift.step === 1, '2m')
  t.equal(next.step, 1)
})

t.test(
  'FM-28: too few requests are neither good nor bad: the step waits, then is halted as insufficient',
  async (t) => {
    const rig = await aRig(t, { rps: 0.2 })
    const { id } = await rig.start()
    const halted = await rig.untilPhase(id, 'halted')
    t.match(halted.phase, { why: 'insufficient' })
    t.equal(rig.world.live('web').new, 100)
  }
)

t.test('FM-28: onInsufficient advance goes on', async (t) => {
  const rig = await aRig(t, { rps: 0.2 })
  const { id } = await rig.start(aProductionPolicy({ onInsufficient: 'advance' }))
  t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'completed')
})

t.test('the red button: hold pauses every shift, rollback brings every one back, and nothing starts', async (t) => {
  for (const action of ['hold', 'rollback'] as const) {
    await t.test(action, async (t) => {
      const rig = await aRig(t, { routes: ['web', 'api'] })
      const web = await rig.start(aProductionPolicy(), { routes: ['web'] })
      const api = await rig.start(aProductionPolicy(), { routes: ['api'] })
      await rig.until(web.id, baking(0))
      await rig.until(api.id, baking(0))
      await rig.clock.complete(rig.sluice().setStop(action, 'incident', 'oncall'))
      await rig.clock.advance('5m')
      for (const { id } of [web, api]) {
        t.equal((await rig.shift(id)).phase.kind, action === 'hold' ? 'paused' : 'aborted')
      }
      await t.rejects(rig.start(aProductionPolicy(), { routes: ['web'] }), { code: 'stopped' })
      if (action === 'rollback') return t.equal(rig.world.live('api').new, 0)
      await t.rejects(rig.order(web.id, { verb: 'resume', drift: null }), { code: 'stopped' })
      await rig.clock.complete(rig.sluice().liftStop('oncall'))
      await rig.clock.advance('10m')
      t.equal((await rig.shift(web.id)).phase.kind, 'paused', 'lifting resumes nothing by itself')
      await rig.order(web.id, { verb: 'resume', drift: null })
      return t.equal((await rig.untilEnd(web.id)).phase.kind, 'completed')
    })
  }
})

t.test('action: hold freezes the step and lifts by itself; onHold halts one that does not', async (t) => {
  const holding = aProductionPolicy({
    gates: [anErrorRateGate({ action: 'hold' })],
    onHold: { afterMs: 15 * MINUTE, action: 'halt' }
  })
  const rig = await aRig(t)
  const { id } = await rig.start(holding)
  await rig.until(id, baking(0))
  rig.world.new.errorRate = 0.1
  await rig.clock.advance('12m')
  t.equal((await rig.shift(id)).phase.kind, 'baking', 'frozen, not rolled back')
  t.equal((await rig.shift(id)).step, 0)
  rig.world.new.errorRate = 0
  await rig.until(id, (shift) => shift.step === 1)
  rig.world.new.errorRate = 0.1
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'hold' })
})

t.test('action: warn tells and does not stop', async (t) => {
  const rig = await aRig(t)
  rig.world.new.errorRate = 0.1
  const { id } = await rig.start(
    aProductionPolicy({ gates: [anErrorRateGate({ action: 'warn' }), aTargetHealthGate()] })
  )
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  t.ok((await rig.events(id)).some((event) => event.type === 'gate.warned' && event.page))
})

t.test('mode observe follows what others move, never writes, and is halted by a breach', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', attached: true }] })
  const { id } = await rig.start(aProductionPolicy({ mode: 'observe' }))
  await rig.untilPhase(id, 'baking')
  rig.world.foreign.setWeights('web', { old: 900, new: 100 })
  await rig.until(id, (shift) => shift.step === 0)
  rig.world.foreign.setWeights('web', { old: 400, new: 600 })
  await rig.until(id, (shift) => shift.step === 1)
  rig.world.new.errorRate = 0.2
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'breach_observed' })
  t.ok(rig.world.log.every((write) => write.by === 'foreign'))
  await rig.order(id, { verb: 'abort', reason: 'seen', force: false })
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted')
  t.equal(rig.world.told('web').new, 600)
})

t.test('mode observe: its deadline releases', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', attached: true }] })
  const { id } = await rig.start(aProductionPolicy({ mode: 'observe', deadlineMs: 60 * MINUTE }))
  t.equal((await rig.untilEnd(id)).phase.kind, 'released')
})

t.test('from: zero is refused where new already has weight; from: live skips the steps at or below it', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', weights: { old: 700, new: 300 } }] })
  const refused = await rig.start()
  const end = await rig.untilEnd(refused.id)
  t.equal(end.phase.kind, 'refused')
  t.match(end.findings, [{ code: 'new_has_weight', severity: 'blocker' }])
  const { id } = await rig.start(aProductionPolicy(), { from: 'live' })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  t.strictSame(
    rig.world.log.map((write) => write.split?.new),
    [500, 999]
  )
})

t.test('from: live with rollback.to start: a rollback comes back to what was live, not to zero', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', weights: { old: 700, new: 300 } }] })
  const policy = aProductionPolicy({
    rollback: { to: 'start', deadlineMs: 600_000, stickiness: 'release', shape: 'direct' }
  })
  const { id } = await rig.start(policy, { from: 'live' })
  await rig.until(id, baking(1))
  rig.world.new.errorRate = 0.1
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 300)
})

t.test('routes at different shares are refused, and nothing is written', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', weights: { old: 700, new: 300 } }, 'api'] })
  const { id } = await rig.start(aProductionPolicy(), { from: 'live' })
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'refused')
  t.ok(end.findings.some((finding) => finding.code === 'uneven_start'))
  t.strictSame(rig.world.log, [])
})

t.test('toPercent ends the ladder there, completed after its bake, without draining', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy(), { toPercent: 250 })
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  t.strictSame(
    rig.world.log.map((write) => write.split?.new),
    [0, 100, 250]
  )
  t.notOk((await rig.events(id)).some((event) => event.type === 'old.drained'))
})

t.test('release leaves the weights and watches no more', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, baking(1))
  await rig.order(id, { verb: 'release', reason: 'by hand from here' })
  t.equal((await rig.untilEnd(id)).phase.kind, 'released')
  t.equal(rig.world.live('web').new, 500)
})

t.test(
  'FM-47: a release waits for a write that may still land: afterwards nothing of ours moves any more',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, baking(0))
    const lift = rig.world.faults.timeout({ after: '50s' }, { operation: 'ModifyRule' })
    await rig.until(id, ({ step, routes }) => step === 1 && routes.some(({ asks }) => asks.length > 0))
    await rig.clock.advance('8s')
    lift()
    await rig.order(id, { verb: 'release', reason: 'by hand from here' })
    t.match((await rig.untilPhase(id, 'paused', '10s')).phase, { by: 'person' })
    t.match(await rig.story(id), /paused by a person: released \(by hand from here\) once no write/)
    const end = await rig.untilEnd(id, '2m')
    t.equal(end.phase.kind, 'released')
    const then = rig.world.told('web')
    t.match((await rig.events(id)).at(-1)?.reason, { outcome: 'released', percent: then.new })
    await rig.clock.advance('5m')
    t.strictSame(rig.world.told('web'), then, await rig.story(id))
    await rig.replay(id)
  }
)

t.test(
  'restore takes a completed shift back at once, and is refused where the weights are not its own any more',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.untilEnd(id)
    const restored = await rig.clock.complete(rig.sluice().restore(id, 'slow at the peak', 'oncall'))
    t.equal(restored.restores, id)
    t.equal((await rig.untilEnd(restored.id)).phase.kind, 'aborted')
    t.equal(rig.world.live('web').new, 0)
    await t.rejects(rig.clock.complete(rig.sluice().restore(id, 'again', 'oncall')), { code: 'weights_not_own' })
  }
)

for (const action of ['hold', 'rollback'] as const) {
  t.test(`restore is a way back: the red button does not refuse it (${action})`, async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.untilEnd(id)
    await rig.clock.complete(rig.sluice().setStop(action, 'network', 'oncall'))
    await t.rejects(rig.start(), { code: 'stopped' })
    const restored = await rig.clock.complete(rig.sluice().restore(id, 'slow at the peak', 'oncall'))
    t.equal((await rig.untilEnd(restored.id)).phase.kind, 'aborted')
    t.equal(rig.world.live('web').new, 0)
  })
}

t.test('restore is a way back: as many open shifts as may be do not refuse it', async (t) => {
  const rig = await aRig(t, { routes: ['web', 'api'], maxOpen: 1 })
  const { id } = await rig.start(aProductionPolicy(), { routes: ['web'] })
  await rig.untilEnd(id)
  await rig.start(aProductionPolicy(), { routes: ['api'] })
  const restored = await rig.clock.complete(rig.sluice().restore(id, 'slow at the peak', 'oncall'))
  t.equal((await rig.untilEnd(restored.id)).phase.kind, 'aborted')
  t.equal(rig.world.live('web').new, 0)
  await t.rejects(rig.start(aProductionPolicy(), { routes: ['web'] }), { code: 'too_many_shifts' })
})

t.test('the same route cannot be in two active shifts', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await t.rejects(rig.start(), { code: 'route_busy', extra: { shift: id } })
})

t.test('FM-32: the shift deadline halts; resume grants one more', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ deadlineMs: 12 * MINUTE }))
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'deadline' })
  await rig.order(id, { verb: 'resume', drift: null })
  await rig.until(id, (shift) => shift.phase.kind !== 'halted')
  t.ok(((await rig.shift(id)).deadlineAt ?? 0) >= rig.clock.now() + 11 * MINUTE)
})

t.test('FM-44: a step completes only on two mature periods that lie wholly inside it', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  const before = await rig.until(id, baking(0))
  const since = before.phase.since
  await rig.until(id, (shift) => shift.step === 1)
  const deeds = await rig.store.deeds(id, 0, 10_000)
  const inside = deeds
    .flatMap((deed) => deed.seen.meters.flatMap((meter) => meter.periods))
    .filter((period) => period.start >= since)
  t.ok(inside.length >= 2)
})

t.test('FM-01, FM-06: a write that AWS accepted and did not apply is not taken for applied', async (t) => {
  const rig = await aRig(t, { routes: ['web', 'api'] })
  const { id } = await rig.start()
  await rig.until(id, baking(0))
  await rig.until(id, (shift) => shift.step === 1)
  rig.world.faults.readLag('5m')
  await rig.clock.advance('2m')
  t.equal((await rig.shift(id)).phase.kind, 'converging', 'accepted twice, not seen: not in effect')
  rig.world.faults.readLag(0)
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test(
  'FM-02: the data plane lags: the share that each group really received decides, not the read-back',
  async (t) => {
    const rig = await aRig(t)
    rig.world.faults.dataPlaneLag('30m')
    const { id } = await rig.start()
    await rig.until(id, baking(0))
    await rig.clock.advance('20m')
    t.equal((await rig.shift(id)).step, 0, 'no request on new was counted: no further step')
  }
)

t.test(
  'FM-35: what was called off is not passed: a shift that is released or aborted never says completed',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, baking(0))
    await rig.order(id, { verb: 'abort', reason: 'x', force: false })
    const end = await rig.untilEnd(id)
    t.equal(end.phase.kind, 'aborted')
    t.notOk((await rig.events(id)).some((event) => event.type === 'step.completed'))
  }
)
