import t from 'tap'
import { explainReason } from '../../src/core/explain.ts'
import { promotionOf } from '../../src/core/gates/promotion.ts'
import { anErrorRateGate, aProbeGate, aSlowGate, aStatusMixGate } from '../support/builders.ts'
import { aProductionPolicy, aRig, type Rig } from './rig.ts'

const MINUTE = 60_000
const baking = (step: number) => (shift: { phase: { kind: string }; step: number }) =>
  shift.phase.kind === 'baking' && shift.step === step

/** 1, 5, 25, 50, 100 % with 5 minutes each, as the gating page's plans; new is compared with old. */
const policy = aProductionPolicy({
  steps: [10, 50, 250, 500, 1000].map((percent) => ({ percent, bakeMs: 6 * MINUTE, approval: null })),
  gates: [anErrorRateGate({ against: 'old' })]
})

const served = (rig: Rig): string => {
  const { new: fresh, old } = rig.world.served()
  return `new served ${fresh.requests} requests and failed ${fresh.errors}; old ${old.requests} and ${old.errors}`
}

t.test('a healthy new goes up the ladder without a step back', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 7 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.002
  const { id } = await rig.start(policy)
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  t.comment(served(rig))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('bad from the start, under its objective: five times as bad as old is rolled back at 1 %', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 3 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.01
  const { id } = await rig.start(policy)
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 0)
  for (const { reason } of (await rig.events(id)).filter(({ type }) => type === 'gate.judged')) {
    // The share of the newest period beside the requests of the whole step would be a number that nobody measured.
    t.notMatch(explainReason(reason), / % of [0-9,]+ against /)
    if (reason.code === 'judged' && reason.verdict === 'breach')
      t.match(explainReason(reason), /new fails .* requests, old/)
  }
  const back = (await rig.events(id)).find((event) => event.type === 'breach.detected')
  t.match(back?.reason, { cause: { words: /by chance at most once in/ } })
  t.comment(served(rig))
  await rig.replay(id)
})

t.test('bad in the middle of a step: steps back first, then rolls back', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 5 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.002
  const { id } = await rig.start(policy)
  await rig.until(id, baking(2))
  await rig.clock.advance('2m')
  rig.world.new.errorRate = 0.006
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back')
  t.ok((await rig.events(id)).some((event) => event.type === 'step.stepped_back'))
  t.comment(served(rig))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('one bad minute on new: steps back, is acquitted, resumes and completes', async (t) => {
  const rig = await aRig(t, { rps: 500 })
  rig.world.old.errorRate = 0.002
  const burst = { from: Infinity }
  rig.world.new.errorRate = ({ at }) => (at >= burst.from && at < burst.from + MINUTE ? 0.006 : 0.002)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(2))
  burst.from = Math.ceil(rig.clock.now() / MINUTE) * MINUTE
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'completed')
  const types = (await rig.events(id)).map((event) => event.type)
  t.ok(types.includes('step.stepped_back') && types.includes('step.resumed'))
  t.ok(types.indexOf('step.resumed') > types.indexOf('step.stepped_back'))
  t.comment(served(rig))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

for (const how of ['plainly', 'over a foreign share'] as const) {
  t.test(
    `held while stepped back and resumed ${how}: the lower share is re-tested, and no step begins from it`,
    async (t) => {
      const rig = await aRig(t, { rps: 500 })
      rig.world.old.errorRate = 0.002
      const burst = { from: Infinity }
      rig.world.new.errorRate = ({ at }) => (at >= burst.from && at < burst.from + MINUTE ? 0.006 : 0.002)
      const { id } = await rig.start(policy)
      await rig.until(id, baking(2))
      burst.from = Math.ceil(rig.clock.now() / MINUTE) * MINUTE
      const stepped = await rig.until(
        id,
        (shift) => shift.back !== null && shift.routes.every((route) => route.confirmedAt !== null)
      )
      await rig.order(id, { verb: 'pause', reason: 'a look' })
      await rig.untilPhase(id, 'paused')
      if (how !== 'plainly') {
        rig.world.foreign.setWeights('web', { old: 999, new: 0 })
        await rig.until(id, (shift) => shift.routes.some((route) => route.drift !== null), '2m')
      }
      await rig.order(id, { verb: 'resume', drift: how === 'plainly' ? null : 'overwrite' })
      const again = await rig.until(id, baking(2))
      t.strictSame(again.back?.shares, stepped.back?.shares, 'still stepped back')
      t.same(again.routes[0]?.want.share, stepped.back?.shares['web'])
      await rig.until(id, (shift) => shift.back === null && shift.phase.kind === 'baking')
      t.equal(rig.world.told('web').new, 250, 'the step is served again before the next one')
      t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
      t.strictSame(rig.broken, [])
      await rig.replay(id)
    }
  )
}

t.test('a shared outage holds, and goes on when it is over: never a rollback', async (t) => {
  const rig = await aRig(t, { rps: 500 })
  const outage = { from: Infinity }
  const rate = ({ at }: { at: number }) => (at >= outage.from && at < outage.from + 5 * MINUTE ? 0.1 : 0.002)
  rig.world.old.errorRate = rate
  rig.world.new.errorRate = rate
  const { id } = await rig.start(policy)
  await rig.until(id, baking(2))
  outage.from = Math.ceil(rig.clock.now() / MINUTE) * MINUTE + 4 * MINUTE
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'completed')
  const held = (await rig.events(id)).some((event) => event.reason.code === 'judged' && event.reason.note === 'shared')
  t.ok(held)
  t.comment(served(rig))
  await rig.replay(id)
})

t.test('bad only under load above 50 %: found at 100 %, stepped back to 50 % or rolled back', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 11 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = ({ share }) => (share > 0.5 ? 0.05 : 0.002)
  const { id } = await rig.start(policy)
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back')
  t.comment(served(rig))
  await rig.replay(id)
})

t.test('ten quiet routes, each too quiet to convict alone: together they do', async (t) => {
  const names = Array.from({ length: 10 }, (_, i) => `r${i}`)
  const rig = await aRig(t, { rps: 5, routes: names, counts: 'random', seed: 21 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.02
  const { id } = await rig.start(policy)
  const end = await rig.untilEnd(id, '12h')
  t.equal(end.phase.kind, 'rolled_back')
  const back = (await rig.events(id)).find((event) => event.type === 'breach.detected')
  t.match(back?.reason, { cause: { words: /over 10 routes together/ } })
  t.comment(served(rig))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('promote: evidence leaves a step as soon as what was measured excludes more harm than the budget', async (t) => {
  const promoting = { ...policy, promotion: { minBakeMs: null, harmBudget: 20 } }
  const busy = await aRig(t, { rps: 5_000, counts: 'random', seed: 2 })
  busy.world.old.errorRate = 0.002
  busy.world.new.errorRate = 0.002
  const { id } = await busy.start(promoting)
  await busy.until(id, baking(1))
  const since = busy.clock.now()
  await busy.until(id, baking(2))
  t.ok(busy.clock.now() - since < 8 * MINUTE, `left after ${(busy.clock.now() - since) / 1000} s, settle included`)
  t.type((await busy.view(id)).step?.evidence, 'number')
  t.equal((await busy.untilEnd(id)).phase.kind, 'completed')
})

t.test(
  'promote: evidence on a service that never fails: what new serves without an error is evidence too',
  async (t) => {
    const promoting = { ...policy, promotion: { minBakeMs: null, harmBudget: 20 } }
    const rig = await aRig(t, { rps: 200, counts: 'random', seed: 4 })
    const { id } = await rig.start({ ...promoting, gates: [anErrorRateGate({ against: 'old' }), aStatusMixGate()] })
    t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
    const by = (await rig.events(id)).flatMap(({ reason }) => (reason.code === 'step_done' ? [reason.by] : []))
    t.strictSame(new Set(by), new Set(['bake']), 'never on insufficient evidence')
  }
)

t.test('promote: evidence waits for every gate that has a score, for probes too', async (t) => {
  const promoting = { ...policy, promotion: { minBakeMs: null, harmBudget: 20 } }
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 4 })
  for (const side of [rig.world.old, rig.world.new]) side.clientErrorRate = 0.02
  const gates = [anErrorRateGate({ against: 'old' }), aStatusMixGate(), aSlowGate({ name: 'slow' }), aProbeGate()]
  const { id } = await rig.start({ ...promoting, gates })
  const shift = await rig.until(id, baking(1))
  const along = shift.gates.map((state) => [state.gate, promotionOf(state, 1)?.lnHarm ?? null] as const)
  for (const [gate, lnHarm] of along) t.type(lnHarm, 'number', `${gate} says how far along it is`)
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

for (const onInsufficient of ['hold', 'advance'] as const) {
  t.test(`promote: evidence without evidence at maxBake: ${onInsufficient}`, async (t) => {
    const promoting = {
      ...policy,
      promotion: { minBakeMs: null, harmBudget: 0.02 },
      maxBakeMs: 12 * MINUTE,
      onInsufficient
    }
    const rig = await aRig(t, { rps: 20, counts: 'random', seed: 9 })
    rig.world.old.errorRate = 0.01
    rig.world.new.errorRate = 0.01
    const { id } = await rig.start({
      ...promoting,
      gates: [anErrorRateGate({ against: 'old', max: 0.05, minRequests: 10 })]
    })
    if (onInsufficient === 'hold') {
      t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'insufficient' })
      return
    }
    t.equal((await rig.untilEnd(id, '12h')).phase.kind, 'completed')
    const done = (await rig.events(id)).filter(
      (event) => event.reason.code === 'step_done' && event.reason.by === 'insufficient'
    )
    t.ok(done.length > 0, 'and says that it went on on insufficient evidence')
  })
}

t.test('ramp equalRisk: the steps are worked out from what old serves', async (t) => {
  const rig = await aRig(t, { rps: 500 })
  const ramp = { ...policy, ramp: { kind: 'equalRisk' as const, bakeMs: 6 * MINUTE, to: 1000 } }
  const { id } = await rig.start(ramp)
  const shift = await rig.until(id, (now) => now.firstWriteAt !== null)
  const percents = shift.steps.map((step) => step.percent)
  t.ok(percents[0] === 1 && percents.at(-1) === 1000 && percents.length >= 6, `${percents.join(', ')}`)
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test('slowly worse over an hour: convicted before it is bad', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 13 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = ({ elapsedMs }) => 0.002 * (1 + elapsedMs / (10 * MINUTE))
  const { id } = await rig.start(policy)
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
  t.comment(served(rig))
})

t.test('cold caches in the first minute: three times old, then fine; the shift completes', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 17 })
  rig.world.old.errorRate = 0.002
  const warm = { at: Infinity }
  rig.world.new.errorRate = ({ at }) => (at < warm.at ? 0.006 : 0.002)
  const { id } = await rig.start(policy)
  await rig.until(id, (shift) => shift.step === 0 && shift.routes[0]?.confirmedAt != null)
  warm.at = rig.clock.now() + MINUTE
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  t.comment(served(rig))
})

t.test('new is better than old: nothing holds it', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 19 })
  rig.world.old.errorRate = 0.004
  rig.world.new.errorRate = 0.001
  const { id } = await rig.start(policy)
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
  t.notOk((await rig.events(id)).some((event) => event.type === 'step.stepped_back'))
  t.comment(served(rig))
})

t.test('5 requests a second, half of them failing on new: rolled back', async (t) => {
  const rig = await aRig(t, { rps: 5, counts: 'random', seed: 23 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.5
  const { id } = await rig.start({ ...policy, gates: [anErrorRateGate({ against: 'old', minRequests: 5 })] })
  t.equal((await rig.untilEnd(id, '12h')).phase.kind, 'rolled_back')
  t.comment(served(rig))
})

t.test('5,000 requests a second, five times old from the start: rolled back at 1 %', async (t) => {
  const rig = await aRig(t, { rps: 5_000, counts: 'random', seed: 29 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.01
  const { id } = await rig.start(policy)
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back')
  t.equal(end.step, 0)
  t.comment(served(rig))
})
