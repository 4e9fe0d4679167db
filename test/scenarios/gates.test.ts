/** Gates beside errorRate, in whole shifts through the real engine: what each sees that the others do not. */
import t from 'tap'
import type { GateSpec } from '../../src/core/policy.ts'
import type { Shift } from '../../src/core/shift.ts'
import {
  aBurnRateGate,
  aLatencyGate,
  aMetricGate,
  anErrorRateGate,
  aSlowGate,
  aStatusMixGate
} from '../support/builders.ts'
import { aProductionPolicy, aRig, type Rig, type RigOptions } from './rig.ts'

const MINUTE = 60_000

/** 5, 25, 50, 100 %: errorRate is always there, as in every shipped policy. */
const policyWith = (...gates: readonly GateSpec[]) =>
  aProductionPolicy({
    steps: [50, 250, 500, 1000].map((percent) => ({ percent, bakeMs: 6 * MINUTE, approval: null })),
    gates: [anErrorRateGate({ against: 'old' }), ...gates]
  })

const baking = (step: number) => (shift: Shift) => shift.phase.kind === 'baking' && shift.step === step

async function rigWith(t: Parameters<typeof aRig>[0], options: RigOptions = {}): Promise<Rig> {
  const rig = await aRig(t, { rps: 500, counts: 'random', seed: 7, ...options })
  for (const side of [rig.world.old, rig.world.new]) {
    side.errorRate = 0.002
    side.clientErrorRate = 0.02
    side.redirectRate = 0.05
    side.slowRate = 0.002
  }
  return rig
}

/** What it was taken back for. */
async function breachOf(rig: Rig, id: string) {
  const reason = (await rig.events(id)).find(({ type }) => type === 'breach.detected')?.reason
  return JSON.parse(JSON.stringify(reason ?? null)) as {
    cause: { gate: string; counts: boolean; words: string }
  } | null
}

async function rolledBackBy(t: Parameters<typeof aRig>[0], rig: Rig, id: string, gate: string, words: RegExp) {
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'rolled_back', await rig.story(id))
  t.equal(rig.world.live('web').new, 0)
  const breach = await breachOf(rig, id)
  t.equal(breach?.cause.gate, gate)
  t.match(breach?.cause.words, words)
  t.strictSame(rig.broken, [])
  await rig.replay(id)
  return end
}

const EVERY = [aStatusMixGate(), aSlowGate({ name: 'slow' }), aBurnRateGate({ objective: 0.99 })]

t.test('a healthy new passes every gate and completes', async (t) => {
  const rig = await rigWith(t)
  const { id } = await rig.start(policyWith(...EVERY))
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'completed', await rig.story(id))
  t.strictSame(
    end.gates.map(({ gate, verdict }) => [gate, verdict]),
    [
      ['errors', 'pass'],
      ['statuses', 'pass'],
      ['slow', 'pass'],
      ['burn', 'pass']
    ]
  )
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('FM-46: new answers 4xx to a tenth of users: errorRate passes, statusMix takes it back', async (t) => {
  const rig = await rigWith(t)
  rig.world.new.clientErrorRate = 0.1
  const { id } = await rig.start(policyWith(aStatusMixGate()))
  const end = await rolledBackBy(
    t,
    rig,
    id,
    'statuses',
    /^new answers 4xx on 1?\d\.?\d* % of .*old .*by chance at most/
  )
  t.not(end.gates.find(({ gate }) => gate === 'errors')?.verdict, 'breach')
  t.ok((await breachOf(rig, id))?.cause.counts, 'its share decides whether old is fit')
})

t.test('FM-46: the same fault in the middle of a step steps back first', async (t) => {
  const rig = await rigWith(t)
  const { id } = await rig.start(policyWith(aStatusMixGate()))
  await rig.until(id, baking(1))
  await rig.clock.advance('2m')
  rig.world.new.clientErrorRate = 0.05
  await rolledBackBy(t, rig, id, 'statuses', /^new answers 4xx/)
  const back = (await rig.events(id)).find(({ type }) => type === 'step.stepped_back')
  t.match(back?.reason, { gate: 'statuses', words: /4xx answers where/ })
})

t.test('a shared wave of 4xx answers never takes new back', async (t) => {
  const rig = await rigWith(t)
  const wave = { from: Infinity }
  const rate = ({ at }: { at: number }) => (at >= wave.from && at < wave.from + 5 * MINUTE ? 0.3 : 0.02)
  rig.world.old.clientErrorRate = rate
  rig.world.new.clientErrorRate = rate
  const { id } = await rig.start(policyWith(aStatusMixGate()))
  await rig.until(id, baking(1))
  wave.from = rig.clock.now()
  t.equal((await rig.untilEnd(id)).phase.kind, 'completed')
})

t.test('slow answers count like errors: new is taken back, by statistics that CloudWatch has', async (t) => {
  const rig = await rigWith(t)
  rig.world.new.slowRate = 0.03
  const { id } = await rig.start(policyWith(aSlowGate()))
  await rolledBackBy(t, rig, id, 'latency', /^new takes over 800ms for \d.* by chance at most once/)
})

t.test('a percentile above its bound takes new back; below it, and with enough requests, it passes', async (t) => {
  const steps = [250, 500].map((percent) => ({ percent, bakeMs: 6 * MINUTE, approval: null }))
  const gates = [anErrorRateGate(), aLatencyGate()]
  const bad = await rigWith(t)
  bad.world.new.slowRate = 0.03
  const first = await bad.start({ ...policyWith(), steps, gates })
  await rolledBackBy(t, bad, first.id, 'latency', /^p99 of new is 2,000 ms over [\d,]+ requests, of old 50 ms/)
  bad.end()
  const good = await rigWith(t)
  const second = await good.start({ ...policyWith(), steps, gates })
  t.equal((await good.untilEnd(second.id)).phase.kind, 'completed')
})

t.test('by its ratio to old alone a percentile needs several bad periods, and holds before', async (t) => {
  const steps = [250, 500].map((percent) => ({ percent, bakeMs: 6 * MINUTE, approval: null }))
  const gate = aLatencyGate({ percentile: { stat: 'p99', maxMs: null, maxRatio: 1.5 } })
  const rig = await rigWith(t)
  rig.world.new.slowRate = 0.03
  const { id } = await rig.start({ ...policyWith(), steps, gates: [anErrorRateGate(), gate] })
  await rolledBackBy(t, rig, id, 'latency', /^p99 of new is 2,000 ms/)
  const verdicts = (await rig.events(id)).flatMap(({ reason }) =>
    reason.code === 'judged' && reason.gate === 'latency' ? [reason.verdict] : []
  )
  t.strictSame(verdicts, ['hold', 'breach'])
})

t.test('too few requests for a percentile: never a pass, and the step ends on insufficient evidence', async (t) => {
  const rig = await rigWith(t, { rps: 20 })
  rig.world.new.errorRate = 0
  const { id } = await rig.start({ ...policyWith(), gates: [anErrorRateGate(), aLatencyGate()] })
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'insufficient' })
  t.equal(halted.step, 0)
  t.match(halted.gates[1], { verdict: 'inconclusive', note: /^few_requests:\d+\/1000$/ })
})

t.test('a metric of the application, by the vars of new: 2 of 3 periods out of bounds take it back', async (t) => {
  const rig = await rigWith(t)
  const bad = { from: Infinity }
  const of = (metric: string) => ({ namespace: 'Shop', metric, dimensions: { Cluster: 'shop-134', Side: 'new' } })
  rig.world.custom.set(of('Checkout'), () => 500)
  rig.world.custom.set(of('CheckoutFailed'), (at) => (at >= bad.from ? 25 : null))
  const migration = rig.world.migration()
  const routes = migration.routes.map((route) =>
    route.type === 'alb' ? { ...route, new: { ...route.new, vars: { cluster: 'shop-134' } } } : route
  )
  const query = { namespace: 'Shop', stat: 'Sum', dimensions: { Cluster: '${cluster}', Side: '$side' } }
  const gate = aMetricGate({
    queries: [
      { id: 'failed', metric: 'CheckoutFailed', ...query },
      { id: 'all', metric: 'Checkout', ...query }
    ]
  })
  const { id } = await rig.start(policyWith(gate), {}, { ...migration, routes })
  await rig.until(id, baking(2))
  t.match((await rig.shift(id)).gates[1], { gate: 'checkout-failures', value: 0 })
  bad.from = rig.clock.now()
  await rolledBackBy(
    t,
    rig,
    id,
    'checkout-failures',
    /is 0.05 on new, at most 0.02; out of bounds in 2 of the newest 3/
  )
})

t.test('a metric without any value is blind, and blind is never a pass', async (t) => {
  const rig = await rigWith(t)
  const nowhere = [{ id: 'failed', namespace: 'Shop', metric: 'Nowhere', stat: 'Sum', dimensions: { Side: '$side' } }]
  const { id } = await rig.start(policyWith(aMetricGate({ queries: nowhere, expression: 'failed' })))
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'blind' })
  t.match(halted.gates[1], { verdict: 'blind', note: 'no_data' })
  t.equal(halted.step, 0)
})

t.test('a budget that burns too fast on new alone takes it back', async (t) => {
  const rig = await rigWith(t)
  const gates = [aBurnRateGate()]
  rig.world.old.errorRate = 0.0005
  rig.world.new.errorRate = 0.03
  const { id } = await rig.start({ ...policyWith(), gates })
  await rolledBackBy(t, rig, id, 'burn', /times its budget of 0\.1 %; at most 14\.4 times/)
})

t.test('a budget that burns on both sides holds, and goes on once it is over', async (t) => {
  const rig = await rigWith(t, { counts: 'exact' })
  const outage = { from: Infinity }
  const rate = ({ at }: { at: number }) => (at >= outage.from && at < outage.from + 4 * MINUTE ? 0.1 : 0.0005)
  rig.world.old.errorRate = rate
  rig.world.new.errorRate = rate
  const { id } = await rig.start({ ...policyWith(), gates: [aBurnRateGate()] })
  await rig.until(id, baking(1))
  outage.from = rig.clock.now()
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, 'completed', await rig.story(id))
  const held = (await rig.events(id)).some(({ reason }) => reason.code === 'judged' && reason.note === 'shared')
  t.ok(held)
})
