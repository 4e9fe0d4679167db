/** Old fails as well: what keeps a breach from going back, and what does not (CONTRACT 4.1, built in). */
import t, { type Test } from 'tap'
import type { Shift } from '../../src/core/shift.ts'
import { aLatencyGate, anErrorRateGate, aProbeGate } from '../support/builders.ts'
import { aProductionPolicy, aRig } from './rig.ts'

const MINUTE = 60_000
const baking = (step: number) => (shift: Shift) => shift.phase.kind === 'baking' && shift.step === step
const steps = [250, 500].map((percent) => ({ percent, bakeMs: 6 * MINUTE, approval: null }))
/** Of new alone, without a look at old: by its counts of errors this never goes back to an old that fails as often. */
const slow = aLatencyGate({ percentile: { stat: 'p99', maxMs: 800, maxRatio: null } })

for (const gates of [
  [anErrorRateGate(), slow],
  [slow, anErrorRateGate()]
]) {
  const listed = gates.map(({ name }) => name).join(', ')
  t.test(
    `two gates breach in one period, one for a cause that looks at health alone: back, listed as ${listed}`,
    async (t) => {
      const rig = await aRig(t, { rps: 500 })
      const { id } = await rig.start(aProductionPolicy({ steps, gates }))
      await rig.until(id, baking(1))
      rig.world.new.errorRate = 0.3
      rig.world.old.errorRate = 0.3
      rig.world.new.slowRate = 0.5
      t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
      const told = (await rig.events(id)).find(({ type }) => type === 'breach.detected')
      t.match(told?.reason, { cause: { gate: 'latency', counts: false } })
      await rig.replay(id)
    }
  )
}

/** A breach that is not answered by going back; new still answers probes until it is `dead`. */
async function heldAsOldFails(t: Test) {
  const dead = { now: false }
  const rig = await aRig(t, { probe: () => (dead.now ? 503 : 200) })
  const { id } = await rig.start(aProductionPolicy({ gates: [anErrorRateGate(), aProbeGate()] }))
  await rig.until(id, baking(1))
  rig.world.new.errorRate = 0.3
  rig.world.old.errorRate = 0.3
  await rig.until(id, (shift) => shift.phase.kind === 'halted' && shift.phase.why === 'old_unfit')
  return { rig, id, dead }
}

t.test('held because old fails no less: another gate that breaches later takes users back all the same', async (t) => {
  const { rig, id, dead } = await heldAsOldFails(t)
  await rig.clock.advance('10m')
  t.equal(rig.world.live('web').new, 500, 'one and the same cause is held on')
  dead.now = true
  const diedAt = rig.clock.now()
  await rig.until(id, ({ phase }) => phase.kind === 'rolling_back', '2m')
  t.ok(rig.clock.now() - diedAt <= 35_000, `${(rig.clock.now() - diedAt) / 1000} s`)
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
  t.equal(rig.world.live('web').new, 0)
  await rig.replay(id)
})

t.test('held because old fails no less, and now old has nobody either: no cause sends users there', async (t) => {
  const { rig, id, dead } = await heldAsOldFails(t)
  rig.world.targets.set('web', 'old', { healthy: 0, total: 3 })
  dead.now = true
  await rig.until(id, ({ phase }) => phase.kind === 'halted' && phase.why === 'old_unhealthy', '2m')
  t.match((await rig.shift(id)).phase, { cause: { gate: 'probe' } })
  await rig.clock.advance('10m')
  t.equal(rig.world.live('web').new, 500)
  rig.world.targets.set('web', 'old', { healthy: 3 })
  t.equal((await rig.untilEnd(id)).phase.kind, 'rolled_back', await rig.story(id))
  await rig.replay(id)
})

t.test('old loses its targets while preflight still looks: refused, nothing is written (seed 10077)', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'web', kind: 'dns' }] })
  rig.world.watch(({ operation }) => {
    // Preflight asks whether it may write; the first step's write comes too late for this.
    if (operation === 'ChangeResourceRecordSets') rig.world.targets.set('web', 'old', { healthy: 0, total: 0 })
  })
  const { id } = await rig.start(aProductionPolicy({ steps }))
  const { phase, findings } = await rig.untilEnd(id, '15m')
  t.equal(phase.kind, 'refused', await rig.story(id))
  t.ok(findings.some(({ code }) => code === 'old_unhealthy'))
  t.equal(rig.world.told('web').new, 0)
  await rig.replay(id)
})
