/** A step back is a weight change like any other: it has to arrive, and while it stands nobody ends the bake. */
import t from 'tap'
import { formatPercent } from '../../src/core/percent.ts'
import type { Shift } from '../../src/core/shift.ts'
import { percentWanted } from '../../src/core/standing.ts'
import { anErrorRateGate } from '../support/builders.ts'
import { aProductionPolicy, aRig, type Rig } from './rig.ts'

const MINUTE = 60_000
const baking = (shift: Shift) => shift.phase.kind === 'baking' && shift.step === 0
const policy = aProductionPolicy({
  steps: [250, 1000].map((percent) => ({ percent, bakeMs: 30 * MINUTE, approval: null })),
  gates: [anErrorRateGate({ against: 'old' })]
})

/** For one minute new fails enough to be looked at twice, and too little to be convicted. */
function suspectFor(rig: Rig, lengthMs: number): void {
  const from = rig.clock.now()
  rig.world.new.errorRate = ({ at }) => (at >= from && at < from + lengthMs ? 0.008 : 0.002)
}

async function bakingRig(t: Parameters<typeof aRig>[0]): Promise<{ rig: Rig; id: string }> {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 7 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.002
  const { id } = await rig.start(policy)
  await rig.until(id, baking)
  await rig.clock.advance('5m')
  return { rig, id }
}

t.test('FM-32: a step back that cannot be written is a percent that is not live: told, and back', async (t) => {
  const { rig, id } = await bakingRig(t)
  rig.world.faults.error('AccessDenied', 403, 'not authorized', { operation: 'ModifyRule' })
  suspectFor(rig, MINUTE)
  const stepped = await rig.until(id, ({ back }) => back !== null)
  await rig.clock.advance('1m')
  const to = formatPercent(percentWanted(stepped))
  t.ok(percentWanted(stepped) < 50, `${to}, of 25 %`)
  const { explain } = await rig.view(id)
  t.match(explain, `stepping back to ${to} `)
  t.match(explain, /stepping back to 2\.\d %.*read back on 0 of 1 route.*not authorized/)
  const back = await rig.untilPhase(id, 'rolling_back', '10m')
  t.match(back.phase, { cause: { kind: 'policy', why: 'converge', routes: ['web'] } })
  const afterMs = back.phase.since - (stepped.back?.since ?? 0)
  t.ok(afterMs >= 5 * MINUTE && afterMs < 5.5 * MINUTE, `${afterMs / MINUTE} min`)
  rig.world.faults.clear()
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
  await rig.replay(id)
})

t.test('a step back that was not written when the process died has its whole time after the restart', async (t) => {
  const { rig, id } = await bakingRig(t)
  const lift = rig.world.faults.error('AccessDenied', 403, 'not authorized', { operation: 'ModifyRule' })
  suspectFor(rig, MINUTE)
  await rig.until(id, ({ back }) => back !== null)
  rig.kill()
  await rig.clock.advance('30m')
  lift()
  await rig.restart()
  await rig.until(id, ({ back }) => back === null, '30m')
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
})

t.test('advance is refused while the step is stepped back', async (t) => {
  const { rig, id } = await bakingRig(t)
  suspectFor(rig, MINUTE)
  await rig.until(id, ({ back }) => back !== null)
  await t.rejects(rig.order(id, { verb: 'advance', step: 0 }), { code: 'illegal_in_phase', message: /stepped back/ })
  await rig.store.command(id, 'bot', { verb: 'advance', step: 0 }, rig.clock.now())
  const told = await rig.until(id, ({ back }) => back === null)
  t.equal(told.advance, false)
  t.ok((await rig.events(id)).some(({ type, actor }) => type === 'command.refused' && actor === 'bot'))
  await rig.replay(id)
})

t.test('advance is refused where a shift only watches', async (t) => {
  const watching = await aRig(t)
  const started = await watching.start(aProductionPolicy({ mode: 'observe', deadlineMs: 60 * MINUTE }))
  await watching.untilPhase(started.id, 'baking')
  const { step } = await watching.shift(started.id)
  await t.rejects(watching.order(started.id, { verb: 'advance', step }), { code: 'illegal_in_phase' })
})

t.test('a step back ends in stages where its step is further away than maxJump', async (t) => {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 7 })
  rig.world.old.errorRate = 0.002
  rig.world.new.errorRate = 0.002
  const steps = [250, 500, 750].map((percent) => ({ percent, bakeMs: 6 * MINUTE, approval: null }))
  const { id } = await rig.start({ ...policy, steps, maxJump: 300 })
  await rig.until(id, ({ phase, step }) => phase.kind === 'baking' && step === 2)
  await rig.clock.advance('3m')
  const before = rig.world.log.length
  suspectFor(rig, MINUTE)
  await rig.until(id, ({ back }) => back !== null)
  const end = await rig.untilEnd(id, '6h')
  t.equal(end.phase.kind, 'completed', await rig.story(id))
  const shares = rig.world.log
    .slice(before)
    .flatMap(({ split }) => (split ? [split.new / (split.old + split.new)] : []))
  const jumps = shares.map((share, i) => share - (shares[i - 1] ?? 0.75))
  t.ok(Math.max(...jumps) <= 0.3, shares.join(', '))
  t.equal(shares.at(-1), 0.75)
  t.equal((await rig.events(id)).filter(({ type }) => type === 'step.stepped_back').length, 1, 'going up is none')
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})
