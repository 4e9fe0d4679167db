/** The edge cases of judging counts, each in a whole shift: what no formula alone can promise. */
import t, { type Test } from 'tap'
import type { Policy } from '../../src/core/policy.ts'
import { isGoingBack, type Shift } from '../../src/core/shift.ts'
import { anErrorRateGate, aSlowGate, aStatusMixGate } from '../support/builders.ts'
import { aProductionPolicy, aRig, type Rig, type RigOptions } from './rig.ts'

const MINUTE = 60_000

/** 5, 25, 50 %, and what a test adds; new is compared with old. */
const policyWith = (fields: Partial<Policy> = {}, percents: readonly number[] = [50, 250, 500]): Policy =>
  aProductionPolicy({
    steps: percents.map((percent) => ({ percent, bakeMs: 6 * MINUTE, approval: null })),
    gates: [anErrorRateGate({ against: 'old' })],
    ...fields
  })

const baking = (step: number) => (shift: Shift) => shift.phase.kind === 'baking' && shift.step === step

async function usualRig(t: Test, options: RigOptions = {}): Promise<Rig> {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 7, ...options })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.002
  return rig
}

/** Both sides fail from a moment on, for so long. */
function sharedOutage(rig: Rig, forMs: number): { from: number } {
  const outage = { from: Infinity }
  const rate = ({ at }: { at: number }) => (at >= outage.from && at < outage.from + forMs ? 0.1 : 0.002)
  rig.world.old.errorRate = rate
  rig.world.new.errorRate = rate
  return outage
}

const served = (rig: Rig): string => {
  const { new: fresh, old } = rig.world.served()
  return `new served ${fresh.requests} requests and failed ${fresh.errors}; old ${old.requests} and ${old.errors}`
}

t.test('no traffic on new: scores stay, no step is left, and on-call is told within minutes', async (t) => {
  const rig = await usualRig(t, { dataPlaneLag: '3h' })
  const { id } = await rig.start(policyWith())
  const baked = await rig.until(id, baking(0))
  const told = await rig.until(id, ({ shareTold }) => shareTold, '10m')
  t.ok(told.updatedAt - baked.updatedAt <= 7 * MINUTE, 'three minutes, and the delay of the measurements')
  const event = (await rig.events(id)).find(({ type }) => type === 'share.late')
  t.match(event, { page: true, reason: { route: 'web', observed: 0, asked: 0.05 } })
  t.match(told.gates[0], { verdict: 'inconclusive', note: 'few_requests:0/50' })
  const halted = await rig.untilPhase(id, 'halted')
  t.equal(halted.step, 0)
  t.strictSame(rig.broken, [])
})

t.test(
  'FM-02: no traffic on new, and too little is enough by policy: requests that stay away are not too few',
  async (t) => {
    const rig = await usualRig(t, { dataPlaneLag: '3h' })
    const { id } = await rig.start({ ...policyWith(), onInsufficient: 'advance' })
    t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'share' })
    t.equal((await rig.shift(id)).step, 0, await rig.story(id))
    await rig.replay(id)
  }
)

t.test('advance goes on before the share can have been seen, and not where it is known to stay away', async (t) => {
  const lag = { dataPlaneLag: '3h' }
  const rig = await usualRig(t, lag)
  const { id } = await rig.start({
    ...policyWith(),
    onHold: { afterMs: 60 * MINUTE, action: 'halt' },
    maxBakeMs: 60 * MINUTE
  })
  await rig.until(id, baking(0))
  await rig.order(id, { verb: 'advance', step: 0 })
  await rig.until(id, baking(1), '10m')
  await rig.clock.advance('25m')
  await rig.order(id, { verb: 'advance', step: 1 })
  await rig.clock.advance('5m')
  t.equal((await rig.shift(id)).step, 1, await rig.story(id))
  t.match((await rig.view(id)).explain, /cannot go on yet because new receives 0 % of the requests on web instead of/)
  const done = (await rig.events(id)).find(({ type }) => type === 'step.completed')
  t.match(done, { actor: 'oncall', reason: { by: 'advance', actor: 'oncall' } }, 'and it is told who said so')
  await rig.replay(id)
})

t.test('low traffic: said aloud at preflight with what can be seen, and never convicted by two errors', async (t) => {
  const rig = await usualRig(t, { rps: 0.5 })
  rig.world.new.errorRate = 0
  const { id } = await rig.start(policyWith())
  const shift = await rig.until(id, baking(0))
  t.match(
    shift.findings.find(({ code }) => code === 'low_traffic'),
    { severity: 'warning', route: 'web' }
  )
  t.match(
    shift.findings.find(({ code }) => code === 'smallest_regression'),
    { severity: 'info' }
  )
  t.match(
    shift.findings.find(({ code }) => code === 'false_rollback_budget'),
    { severity: 'info' }
  )
  rig.world.new.errorRate = ({ at }) => (at < shift.updatedAt + 40_000 ? 1 : 0)
  const end = await rig.until(id, ({ phase }) => phase.kind === 'halted' || isGoingBack(phase))
  t.equal(end.phase.kind, 'halted', await rig.story(id))
  t.ok(rig.world.served().new.errors < 3)
})

t.test('zero errors in the baseline: a healthy new passes, one that fails 1 % is taken back', async (t) => {
  for (const rate of [0, 0.01]) {
    const rig = await usualRig(t)
    rig.world.old.errorRate = 0
    rig.world.new.errorRate = rate
    const { id } = await rig.start(policyWith())
    t.equal((await rig.untilEnd(id)).phase.kind, rate === 0 ? 'completed' : 'rolled_back')
    t.comment(served(rig))
    rig.end()
  }
})

t.test('old below 10 %: the past leads back to 50 %, and there old itself convicts or acquits', async (t) => {
  const rig = await usualRig(t)
  rig.world.new.errorRate = ({ share }) => (share > 0.9 ? 0.0045 : 0.002)
  const { id } = await rig.start(policyWith({}, [500, 1000]))
  const back = await rig.until(id, (shift) => shift.back !== null || isGoingBack(shift.phase))
  t.equal(back.step, 1)
  const stepped = (await rig.events(id)).find(({ type }) => type === 'step.stepped_back')
  t.match(stepped?.reason, { to: 500 }, 'to 50 %, where old has half of the users again')
  t.match(stepped?.reason, { words: /errors where .* expected, compared with old before the shift/ })
})

t.test(
  'the share is another than asked, by sticky sessions: real counts are compared, nothing is misjudged',
  async (t) => {
    const sticky = { routes: [{ name: 'web', stickySeconds: 3_600 }], visit: '20m' }
    const healthy = await usualRig(t, sticky)
    const first = await healthy.start(policyWith())
    t.equal((await healthy.untilEnd(first.id)).phase.kind, 'completed', await healthy.story(first.id))
    t.notOk((await healthy.events(first.id)).some(({ type }) => type === 'step.stepped_back'))
    healthy.end()
    const bad = await usualRig(t, sticky)
    const second = await bad.start(policyWith())
    await bad.until(second.id, baking(1))
    bad.world.new.errorRate = 0.02
    t.equal((await bad.untilEnd(second.id)).phase.kind, 'rolled_back')
    t.comment(served(bad))
  }
)

t.test('a shared outage in the middle of a step holds, is told, and never rolls back', async (t) => {
  const rig = await usualRig(t)
  const outage = sharedOutage(rig, 14 * MINUTE)
  const steps = [50, 250].map((percent) => ({ percent, bakeMs: 20 * MINUTE, approval: null }))
  const { id } = await rig.start(policyWith({ steps, onHold: { afterMs: 60 * MINUTE, action: 'halt' } }))
  await rig.until(id, baking(1))
  outage.from = Math.ceil(rig.clock.now() / MINUTE) * MINUTE + 8 * MINUTE
  const holding = await rig.until(id, ({ gates }) => gates[0]?.verdict === 'hold')
  t.equal(holding.step, 1)
  t.match(holding.gates[0]?.compared?.words, /^old is in trouble as well: .*moving users would not help them$/)
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  t.strictSame(rig.broken, [])
})

t.test("a shared outage that began right after an increase and lasts is taken for new's doing", async (t) => {
  const rig = await usualRig(t)
  const outage = sharedOutage(rig, 60 * MINUTE)
  const { id } = await rig.start(policyWith({ onHold: { afterMs: 60 * MINUTE, action: 'halt' } }))
  await rig.until(id, baking(1))
  outage.from = rig.clock.now()
  const back = await rig.until(id, (shift) => isGoingBack(shift.phase))
  t.match(back.phase, { cause: { kind: 'policy', why: 'shared' } })
  const minutes = (rig.clock.now() - outage.from) / MINUTE
  t.ok(minutes >= 10 && minutes < 16, `after ${minutes.toFixed(1)} minutes, ten periods and their delay`)
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
})

for (const action of ['halt', 'rollback'] as const) {
  t.test(`a hold that does not end: onHold.after, then ${action}`, async (t) => {
    const rig = await usualRig(t)
    const outage = sharedOutage(rig, 120 * MINUTE)
    const { id } = await rig.start(policyWith({ onHold: { afterMs: 15 * MINUTE, action } }))
    await rig.until(id, baking(1))
    outage.from = Math.ceil(rig.clock.now() / MINUTE) * MINUTE + 5 * MINUTE
    if (action === 'halt') t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'hold' })
    else t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
    t.ok(rig.clock.now() - outage.from >= 15 * MINUTE)
  })
}

t.test('several metrics share the budget; any of them takes new back, and it is said which', async (t) => {
  const rig = await usualRig(t)
  for (const side of [rig.world.old, rig.world.new]) {
    side.clientErrorRate = 0.02
    side.slowRate = 0.002
  }
  rig.world.new.slowRate = 0.02
  const gates = [anErrorRateGate({ against: 'old' }), aStatusMixGate(), aSlowGate({ name: 'slow' })]
  const { id } = await rig.start(policyWith({ gates }))
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back')
  const reason = (await rig.events(id)).find(({ type }) => type === 'breach.detected')?.reason
  t.match(reason, { cause: { gate: 'slow', words: /^new takes over 800ms/ } })
  const alpha = end.gates[0]?.compared?.evidence.rule.knobs.alpha.relative ?? 0
  t.ok(Math.abs(alpha - 0.02 / 3) < 1e-12, 'a third for each of the three gates')
})
