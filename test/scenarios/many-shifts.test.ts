/** Many services of one cluster, each with a shift of its own, at once: all read within one rate budget. */
import t, { type Test } from 'tap'
import type { Shift } from '../../src/core/shift.ts'
import { aProductionPolicy, aRig, type Rig } from './rig.ts'

const MINUTE = 60_000
const SERVICES = 20

const policy = aProductionPolicy({
  steps: [500, 1000].map((percent) => ({ percent, bakeMs: 4 * MINUTE, approval: null })),
  drain: { residual: 0.05, forMs: MINUTE, deadlineMs: 5 * MINUTE }
})

async function startAll(rig: Rig, names: readonly string[]): Promise<readonly string[]> {
  const { routes, ...migration } = rig.world.migration()
  const ids: string[] = []
  for (const name of names) {
    const own = { ...migration, name, routes: routes.filter((route) => route.name === name) }
    ids.push((await rig.start(policy, {}, own)).id)
  }
  return ids
}

async function endsAs(t: Test, rig: Rig, id: string, end: string): Promise<void> {
  const { kind } = (await rig.untilEnd(id)).phase
  t.equal(kind, end, kind === end ? id : await rig.story(id))
}

async function untilAll(rig: Rig, ids: readonly string[], isSo: (shift: Shift) => boolean): Promise<void> {
  for (const id of ids) await rig.until(id, isSo, '1h')
}

for (const kind of ['rule', 'dns'] as const) {
  t.test(
    `${SERVICES} shifts of ${kind === 'dns' ? 'records' : 'rules'} at once: none is blind, all complete`,
    async (t) => {
      const names = Array.from({ length: SERVICES }, (_, i) => `svc${i}`)
      const rig = await aRig(t, { rps: 20, routes: names.map((name) => ({ name, kind })) })
      const ids = await startAll(rig, names)
      for (const id of ids) {
        await endsAs(t, rig, id, 'completed')
        t.notOk((await rig.events(id)).some(({ type }) => type === 'blind.started'))
      }
      t.strictSame(rig.broken, [])
      t.comment(`all over after ${rig.world.stamp(rig.clock.now())}`)
    }
  )
}

t.test(
  `the red button, with ${SERVICES} shifts on their way: every user is back, and each is heard at once`,
  async (t) => {
    const names = Array.from({ length: SERVICES }, (_, i) => `svc${i}`)
    const rig = await aRig(t, { rps: 20, routes: names })
    const ids = await startAll(rig, names)
    await untilAll(rig, ids, ({ phase, step }) => phase.kind === 'baking' && step === 0)
    await rig.clock.complete(rig.sluice().setStop('rollback', 'a scenario', 'oncall'))
    const since = rig.clock.now()
    await untilAll(rig, ids, ({ phase }) => phase.kind === 'rolling_back' || phase.kind === 'aborted')
    t.ok(rig.clock.now() - since <= 10_000, `heard by all after ${(rig.clock.now() - since) / 1000} s`)
    await rig.clock.runUntil(() => names.every((name) => rig.world.live(name).new === 0), '2m')
    t.comment(`all weights are back after ${(rig.clock.now() - since) / 1000} s`)
    for (const name of names) t.equal(rig.world.live(name).new, 0)
    for (const id of ids) await endsAs(t, rig, id, 'aborted')
    t.strictSame(rig.broken, [])
  }
)

t.test(
  'a shift of 20 rules: its writes find room beside its looks, and an abort brings all of them back',
  async (t) => {
    const names = Array.from({ length: 20 }, (_, i) => `svc${i}`)
    const rig = await aRig(t, { rps: 200, routes: names })
    const { id } = await rig.start(policy)
    await rig.until(id, ({ phase, step }) => phase.kind === 'baking' && step === 0, '10m')
    t.notOk((await rig.events(id)).some(({ type }) => type === 'blind.started'))
    const since = rig.clock.now()
    await rig.order(id, { verb: 'abort', reason: 'a scenario', force: false })
    await rig.clock.runUntil(() => names.every((name) => rig.world.live(name).new === 0), '1m')
    t.comment(`all weights are back after ${(rig.clock.now() - since) / 1000} s`)
    for (const name of names) t.equal(rig.world.live(name).new, 0)
    await endsAs(t, rig, id, 'aborted')
    t.strictSame(rig.broken, [])
  }
)

t.test('while preflight of 12 names asks hundreds of things, a dead cluster is seen as soon as ever', async (t) => {
  const names = Array.from({ length: 12 }, (_, i) => `dns${i}`)
  const rig = await aRig(t, {
    rps: 20,
    routes: ['web', ...names.map((name) => ({ name, kind: 'dns' as const }))]
  })
  const { routes, ...migration } = rig.world.migration()
  const web = { ...migration, name: 'web', routes: routes.filter(({ name }) => name === 'web') }
  const { id } = await rig.start(aProductionPolicy({ gates: [] }), {}, web)
  await rig.until(id, ({ phase, step }) => phase.kind === 'baking' && step === 0)
  await rig.clock.advance('30s')
  await rig.start(policy, {}, { ...migration, name: 'names', routes: routes.filter(({ name }) => name !== 'web') })
  await rig.clock.advance('1s')
  const diedAt = rig.clock.now()
  rig.world.targets.set('web', 'new', { healthy: 0, total: 3 })
  await rig.until(id, ({ phase }) => phase.kind === 'rolling_back', '2m')
  const seconds = (rig.clock.now() - diedAt) / 1000
  t.ok(seconds <= 20, `seen after ${seconds} s`)
  t.notOk((await rig.events(id)).some(({ type }) => type === 'blind.started'))
  await endsAs(t, rig, id, 'rolled_back')
})
