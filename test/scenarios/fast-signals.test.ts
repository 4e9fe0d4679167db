import t from 'tap'
import { isGoingBack, type Shift } from '../../src/core/shift.ts'
import { anAlarmGate, anErrorRateGate, aProbeGate } from '../support/builders.ts'
import { aProductionPolicy, aRig, type Rig } from './rig.ts'

const MINUTE = 60_000
const baking = (step: number) => (shift: Shift) => shift.phase.kind === 'baking' && shift.step === step

/** Seconds from now until the shift goes back. */
async function secondsUntilBack(rig: Rig, id: string): Promise<number> {
  const since = rig.clock.now()
  await rig.until(id, (shift) => isGoingBack(shift.phase), '20m')
  return (rig.clock.now() - since) / 1000
}

/** New answers everything with an error from 50 % on, and its health checks do not see it. */
async function dies(rig: Rig, gates: Parameters<typeof aProductionPolicy>[0], dead: { now: boolean }) {
  const { id } = await rig.start(aProductionPolicy(gates))
  await rig.until(id, baking(1))
  await rig.clock.advance('1m')
  dead.now = true
  rig.world.new.errorRate = 1
  return { id, seconds: await secondsUntilBack(rig, id) }
}

t.test('a dead cluster is seen by a probe within seconds, where CloudWatch needs minutes', async (t) => {
  const blind = { now: false }
  const counted = await aRig(t)
  const slow = await dies(counted, { gates: [anErrorRateGate()] }, blind)
  counted.end()
  const dead = { now: false }
  const rig = await aRig(t, { probe: () => (dead.now ? 503 : 200) })
  const fast = await dies(rig, { gates: [anErrorRateGate(), aProbeGate()] }, dead)
  t.comment(`by its counts after ${slow.seconds} s, by probes after ${fast.seconds} s`)
  t.ok(slow.seconds > 120, `${slow.seconds} s`)
  t.ok(fast.seconds <= 35, `${fast.seconds} s`)
  t.equal((await rig.untilEnd(fast.id)).phase.kind, 'rolled_back')
  t.equal(rig.world.live('web').new, 0)
  const back = (await rig.events(fast.id)).find((event) => event.type === 'breach.detected')
  t.match(back?.reason, { cause: { gate: 'probe', counts: false, words: /probes failed in the last 30 s/ } })
  t.strictSame(rig.broken, [])
  await rig.replay(fast.id)
})

t.test('probes that hang have failed as well', async (t) => {
  const dead = { now: false }
  const rig = await aRig(t, { probe: () => (dead.now ? null : 200) })
  const { seconds } = await dies(rig, { gates: [anErrorRateGate(), aProbeGate({ everyMs: 1000 })] }, dead)
  t.ok(seconds <= 20, `${seconds} s`)
})

t.test('a healthy shift with probes completes, and its probes end with it', async (t) => {
  let probes = 0
  const rig = await aRig(t, { probe: () => ((probes += 1), 200) })
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), aProbeGate()] }))
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  const ended = probes
  t.ok(ended > 250, `${ended} probes`)
  await rig.clock.advance('5m')
  t.equal(probes, ended)
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test(
  'before any user: probes that fail at weight 0 keep new at 0, and the first step waits for two good ones',
  async (t) => {
    const sick = { now: true }
    const rig = await aRig(t, { probe: () => (sick.now ? 503 : 200) })
    const { id } = await rig.start(aProductionPolicy({ gates: [aProbeGate()] }))
    await rig.until(id, (shift) => shift.phase.kind === 'converging' && shift.step === -1)
    await rig.clock.advance('5m')
    t.match((await rig.shift(id)).phase, { kind: 'converging' })
    t.equal(rig.world.live('web').new, 0)
    sick.now = false
    const mendedAt = rig.clock.now()
    await rig.until(id, (shift) => shift.step === 0, '1m')
    t.ok(rig.clock.now() - mendedAt <= 15_000)
    t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  }
)

t.test('before any user: probes that never pass halt the shift at weight 0', async (t) => {
  const rig = await aRig(t, { probe: () => 404 })
  const { id } = await rig.start(aProductionPolicy({ gates: [aProbeGate()] }))
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'new_unhealthy' })
  t.match(await rig.story(id), /probes of new do not pass at weight 0: gate probe on web/)
  t.equal(rig.world.served().new.requests, 0)
})

t.test('a new that is attached already and fails its probes is refused, with nothing written', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', attached: true }], probe: () => 500 })
  const { id } = await rig.start(aProductionPolicy({ gates: [aProbeGate()] }))
  t.equal((await rig.untilEnd(id)).phase.kind, 'refused')
  t.match(await rig.story(id), /probe_failing:probe on web/)
  t.equal(rig.world.log.length, 0)
})

t.test('one failed probe in a while rolls nothing back', async (t) => {
  let n = 0
  const rig = await aRig(t, { probe: () => ((n += 1) % 60 === 0 ? 503 : 200) })
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), aProbeGate()] }))
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
})

t.test('quiet probes write little: a decision is not saved for each', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), aProbeGate({ everyMs: 1000 })] }))
  await rig.until(id, baking(0))
  await rig.clock.advance('2m')
  const before = (await rig.shift(id)).version
  await rig.clock.advance('5m')
  const saved = (await rig.shift(id)).version - before
  t.ok(saved <= 20, `${saved} saved decisions in five minutes of 300 probes`)
})

t.test('a probe that only holds: the step waits, and goes on once it is mended', async (t) => {
  const sick = { now: false }
  const rig = await aRig(t, { probe: () => (sick.now ? 503 : 200) })
  const gates = [anErrorRateGate(), aProbeGate({ action: 'hold' })]
  const { id } = await rig.start(aProductionPolicy({ gates }))
  await rig.until(id, baking(1))
  sick.now = true
  await rig.until(id, ({ gates }) => gates.some(({ gate, verdict }) => gate === 'probe' && verdict === 'hold'), '1m')
  sick.now = false
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
})

t.test('probes go on after a restart', async (t) => {
  const dead = { now: false }
  const rig = await aRig(t, { probe: () => (dead.now ? 503 : 200) })
  const { id } = await rig.start(aProductionPolicy({ gates: [aProbeGate()] }))
  await rig.until(id, baking(1))
  rig.kill()
  dead.now = true
  await rig.clock.advance('1m')
  await rig.restart()
  t.ok((await secondsUntilBack(rig, id)) <= 35)
})

t.test('an alarm that fires rolls back', async (t) => {
  const rig = await aRig(t)
  rig.world.alarms.set('checkout', 'OK')
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), anAlarmGate()] }))
  await rig.until(id, baking(1))
  rig.world.alarms.set('checkout', 'ALARM')
  const seconds = await secondsUntilBack(rig, id)
  t.ok(seconds <= 35, `${seconds} s`)
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back')
  t.match(await rig.story(id), /gate alarms on web is breached: the alarm checkout fires/)
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('every: how often alarms are read', async (t) => {
  const rig = await aRig(t)
  rig.world.alarms.set('checkout', 'OK')
  const gates = [anErrorRateGate(), anAlarmGate({ everyMs: 5 * MINUTE })]
  const { id } = await rig.start(aProductionPolicy({ gates }))
  await rig.until(id, baking(1))
  const before = rig.world.calls('DescribeAlarms')
  await rig.clock.advance('10m')
  const reads = rig.world.calls('DescribeAlarms') - before
  t.ok(reads >= 1 && reads <= 3, `${reads} reads in ten minutes`)
})

t.test('a healthy shift with an alarm that stays OK completes: two reads in each step', async (t) => {
  const rig = await aRig(t)
  rig.world.alarms.set('checkout', 'OK')
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), anAlarmGate()] }))
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
  await rig.replay(id)
})

t.test('an alarm that fires already is refused: nothing is written', async (t) => {
  const rig = await aRig(t)
  rig.world.alarms.set('checkout', 'ALARM')
  const { id } = await rig.start(aProductionPolicy({ gates: [anAlarmGate()] }))
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'refused')
  t.match(end.findings, [{ severity: 'blocker', code: 'alarm_firing', route: 'web' }])
  t.equal(rig.world.log.length, 0)
})

t.test('ignoreIfAlreadyFiring: it is left out until it has been OK once, then it counts', async (t) => {
  const rig = await aRig(t)
  rig.world.alarms.set('checkout', 'ALARM')
  const gates = [anErrorRateGate(), anAlarmGate({ ignoreIfAlreadyFiring: true })]
  const { id } = await rig.start(aProductionPolicy({ gates }))
  await rig.until(id, baking(1))
  rig.world.alarms.set('checkout', 'OK')
  await rig.clock.advance('2m')
  rig.world.alarms.set('checkout', 'ALARM')
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
})

t.test('a missing alarm is blind: it is said before the start, and halts after onBlind.hold', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), anAlarmGate()] }))
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'blind' })
  t.match(halted.findings, [{ severity: 'warning', code: 'alarm_missing' }])
  t.match(
    halted.gates.find(({ gate }) => gate === 'alarms'),
    { verdict: 'blind', note: 'missing_alarm:checkout' }
  )
})

t.test('FM-36: an alarm that is deleted on the way is blind, not OK', async (t) => {
  const rig = await aRig(t)
  rig.world.alarms.set('checkout', 'OK')
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), anAlarmGate()] }))
  await rig.until(id, baking(1))
  rig.world.alarms.remove('checkout')
  await rig.until(id, ({ gates }) => gates.some(({ verdict }) => verdict === 'blind'), '2m')
  rig.world.alarms.set('checkout', 'OK')
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed', await rig.story(id))
})
