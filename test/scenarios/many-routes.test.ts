/** Several routes in one shift, behind records and load balancers: what no route could say alone, all of them say together. */
import t, { type Test } from 'tap'
import { comparisonsOf } from '../../src/core/gates/comparison.ts'
import type { Shift } from '../../src/core/shift.ts'
import { anErrorRateGate, aSlowGate, aStatusMixGate } from '../support/builders.ts'
import type { RouteOptions } from '../support/world/spec.ts'
import { aProductionPolicy, aRig, type Rig, type RigOptions } from './rig.ts'

const MINUTE = 60_000

/** 5, 25, 50 %: errors, classes of answers and slow answers, each compared with old. */
const policy = aProductionPolicy({
  steps: [50, 250, 500].map((percent) => ({ percent, bakeMs: 8 * MINUTE, approval: null })),
  gates: [anErrorRateGate({ against: 'old' }), aStatusMixGate(), aSlowGate({ name: 'slow' })],
  drain: { residual: 0.03, forMs: 3 * MINUTE, deadlineMs: 120 * MINUTE }
})

const names = (many: number): readonly RouteOptions[] =>
  Array.from({ length: many }, (_, i) => ({ name: `api${i}`, kind: 'dns' as const }))

async function usualRig(t: Test, options: RigOptions): Promise<Rig> {
  const rig = await aRig(t, { counts: 'random', ...options })
  for (const side of [rig.world.old, rig.world.new]) {
    side.errorRate = 0.002
    side.clientErrorRate = 0.02
    side.redirectRate = 0.05
    side.slowRate = 0.002
  }
  return rig
}

async function wordsOf(rig: Rig, id: string): Promise<{ gate: string; words: string }> {
  const reason = (await rig.events(id)).find(({ type }) => type === 'breach.detected')?.reason
  const { cause } = JSON.parse(JSON.stringify(reason ?? { cause: null })) as { cause: { gate: string; words: string } }
  return cause
}

const served = (rig: Rig): string => {
  const { new: fresh, old } = rig.world.served()
  return `new served ${fresh.requests} requests and failed ${fresh.errors}; old ${old.requests} and ${old.errors}`
}

t.test('three quiet names, healthy: every gate passes on each, the shift completes', async (t) => {
  const rig = await usualRig(t, { rps: 60, routes: names(3), seed: 6 })
  const { id } = await rig.start(policy)
  const end = await rig.untilEnd(id, '3h')
  t.equal(end.phase.kind, 'completed', await rig.story(id))
  t.equal(end.gates.length, 9)
  t.strictSame(
    end.pools.map(({ gate, of }) => `${gate} ${of ?? ''}`.trim()).sort(),
    ['errors', 'slow', 'statuses 3xx', 'statuses 4xx'],
    'one pool for each comparison'
  )
  t.comment(served(rig))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('FM-46: five quiet names, on each of them a little more 4xx: together they convict', async (t) => {
  const rig = await usualRig(t, { rps: 8, routes: names(5), seed: 9 })
  rig.world.new.clientErrorRate = 0.08
  const { id } = await rig.start(policy)
  t.equal((await rig.untilEnd(id, '3h')).phase.kind, 'rolled_back', await rig.story(id))
  const { gate, words } = await wordsOf(rig, id)
  t.equal(gate, 'statuses')
  t.match(words, /^over 5 routes together new answers 4xx on [\d.]+ % of [\d,]+ requests, old [\d.]+ % of .*by chance/)
  for (let i = 0; i < 5; i++) t.equal(rig.world.told(`api${i}`).new, 0)
  t.comment(served(rig))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('names and a load balancer in one shift, all a little slower: together they convict', async (t) => {
  const rig = await usualRig(t, { rps: 15, routes: [...names(3), 'web'], seed: 3 })
  rig.world.new.slowRate = 0.02
  const { id } = await rig.start(policy)
  t.equal((await rig.untilEnd(id, '3h')).phase.kind, 'rolled_back', await rig.story(id))
  const { gate, words } = await wordsOf(rig, id)
  t.equal(gate, 'slow')
  t.match(words, /^over 4 routes together new takes over 800ms for [\d.]+ % of/)
  t.comment(served(rig))
  await rig.replay(id)
})

t.test('a step back because of one name ends when that one is clear, whatever chance does on the others', async (t) => {
  const rig = await usualRig(t, { rps: 40, routes: names(4), seed: 11 })
  const bad = { from: Infinity }
  const { id } = await rig.start(policy)
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 2)
  bad.from = rig.clock.now() + MINUTE
  rig.world.name('api1').new.clientErrorRate = ({ at }) => (at >= bad.from && at < bad.from + 2 * MINUTE ? 0.08 : 0.02)
  await rig.until(id, ({ back }) => back !== null)
  const since = rig.clock.now()
  await rig.until(id, ({ back }) => back === null)
  const minutes = (rig.clock.now() - since) / MINUTE
  t.ok(minutes < 15, `resumed after ${minutes.toFixed(1)} minutes`)
})

t.test('two rules with one pair of target groups are one measurement: they enter a pool once', async (t) => {
  const twins = [{ name: 'web' }, { name: 'twin', groupsOf: 'web' }, { name: 'api' }]
  const rig = await usualRig(t, { rps: 200, routes: twins, seed: 3 })
  const { id } = await rig.start(policy)
  const shift = await rig.until(id, ({ pools }: Shift) => pools.some(({ blocks }) => blocks.length > 2))
  const routes = new Set(
    shift.pools.flatMap(({ blocks }) => blocks.flatMap(({ periods }) => periods.map((p) => p.route)))
  )
  t.strictSame([...routes].sort(), ['api', 'web'])
  const parts = new Set(shift.gates.flatMap(comparisonsOf).map(({ evidence }) => evidence.rule.knobs.alpha.relative))
  t.equal(parts.size, 2, 'one gate has two classes')
  const most = Math.max(...parts)
  t.ok(Math.abs(most - 0.02 / (2 * 3 * 2)) < 1e-12, 'three gates, two measurements, half of it for the pool')
})
