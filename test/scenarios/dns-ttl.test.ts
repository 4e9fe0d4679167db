/** TTLs that are too long, lowered, put back; percents that weights cannot hold. */
import t from 'tap'
import type { Shift } from '../../src/core/shift.ts'
import { fractionOf } from '../../src/core/share.ts'
import { baking, dnsRig, MINUTE, policy } from './dnsRig.ts'
import { aRig } from './rig.ts'

t.test(
  'a TTL that is too long is refused; lowerTtl lowers it first, waits one old TTL, and puts it back',
  async (t) => {
    const rig = await aRig(t, { routes: [{ name: 'api', kind: 'dns', alias: false, ttl: 600 }] })
    const refused = await rig.start(policy)
    const end = await rig.untilEnd(refused.id)
    t.equal(end.phase.kind, 'refused')
    t.ok(end.findings.some((finding) => finding.code === 'ttl_too_long'))
    const lowering = { ...policy, dns: { ...policy.dns, lowerTtlMs: MINUTE } }
    const { id } = await rig.start(lowering)
    const first = await rig.until(id, (shift) => shift.step === 0)
    t.ok(first.updatedAt - first.createdAt >= 600_000, 'one old TTL before the first step')
    t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'completed')
    const ttls = rig.world
      .name('api')
      .zone.control.newest()
      .filter((set) => set.SetIdentifier !== undefined)
    t.strictSame(
      ttls.map((set) => set.TTL),
      [600, 600],
      'put back at the end'
    )
    t.strictSame(rig.broken, [])
    await rig.replay(id)
  }
)

t.test('a TTL that was lowered is put back at every end; a released shift writes no more, and says so', async (t) => {
  const lowering = { ...policy, dns: { ...policy.dns, lowerTtlMs: MINUTE } }
  const abort = { verb: 'abort', reason: 'enough', force: false } as const
  const ends = [
    ['aborted while it is being lowered', abort, (shift: Shift) => shift.step === -1 && shift.firstWriteAt !== null],
    ['aborted in a step', abort, baking(1)],
    ['released', { verb: 'release', reason: 'ours now' } as const, baking(1)]
  ] as const
  for (const [what, order, when] of ends) {
    const rig = await aRig(t, { routes: [{ name: 'api', kind: 'dns', alias: false, ttl: 600 }] })
    const ttls = () =>
      new Set(
        rig.world
          .name('api')
          .zone.control.newest()
          .map(({ TTL }) => TTL)
      )
    const { id } = await rig.start(lowering)
    await rig.until(id, when)
    await rig.order(id, order)
    const end = await rig.untilEnd(id, '24h')
    await rig.clock.advance('10m')
    const left = end.findings.find(({ code }) => code === 'ttl_left_lowered')
    t.notOk(
      (await rig.events(id)).some(({ type }) => type === 'shift.stuck'),
      `${what}: nobody is called for a TTL`
    )
    if (order.verb === 'abort') {
      t.same([...ttls()], [600], `${what}: ${await rig.story(id)}`)
      t.equal(left, undefined)
    } else {
      t.same([...ttls()], [60], what)
      t.match(left, { severity: 'warning', detail: /stays at 60 s; before, it was 600 s/ })
    }
    t.strictSame(rig.broken, [], what)
    rig.end()
  }
})

t.test('a percent that weights of records cannot hold is told before the first write', async (t) => {
  const rig = await dnsRig(t)
  const fine = [
    { percent: 1, bakeMs: 8 * MINUTE, approval: null },
    { percent: 1000, bakeMs: 8 * MINUTE, approval: null }
  ]
  const { id } = await rig.start({ ...policy, steps: fine })
  const shift = await rig.until(id, (now) => now.firstWriteAt !== null)
  t.match(
    shift.findings.find(({ code }) => code === 'percent_rounded'),
    { severity: 'warning', detail: /0\.39 %/ }
  )
})

t.test(
  'from: live, and the TTL is lowered first: new keeps what it has, and no step below that is taken',
  async (t) => {
    const rig = await aRig(t, { routes: ['web', { name: 'api', kind: 'dns', alias: false, ttl: 600 }] })
    rig.world.foreign.setWeights('web', { old: 500, new: 500 })
    rig.world.foreign.setWeights('api', { old: 50, new: 50 })
    await rig.clock.advance('20m')
    const { id } = await rig.start({ ...policy, dns: { ...policy.dns, lowerTtlMs: MINUTE } }, { from: 'live' })
    const ground = await rig.until(id, ({ phase }) => phase.kind === 'converging')
    t.equal(ground.step, -1)
    t.match((await rig.view(id)).explain, /weights as they are: new stays at 50 %.*then 100 %/)
    const { rollback } = await rig.view(id)
    t.equal(rollback.inEffectWithinSeconds, 60 + 2 * 600, 'resolvers still hold answers for the TTL that there was')
    await rig.until(id, ({ step }) => step >= 0)
    t.equal((await rig.view(id)).rollback.inEffectWithinSeconds, 60 + 2 * 60)
    t.equal((await rig.shift(id)).step, 2, await rig.story(id))
    for (const name of ['web', 'api']) {
      const shares = rig.world.log.flatMap(({ route, sentAt, split }) =>
        route === name && sentAt > ground.createdAt && split ? [fractionOf(split)] : []
      )
      const lowest = Math.min(...shares)
      t.ok(lowest >= 0.5, `${name} had ${lowest}`)
    }
    t.match(await rig.story(id), /the routes are prepared and new is healthy, which has 50 % already/)
    t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'completed')
    t.strictSame(rig.broken, [])
    await rig.replay(id)
  }
)

t.test('FM-32: a TTL that cannot be put back at the end does not keep a shift open without a word', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'api', kind: 'dns', alias: false, ttl: 600 }] })
  const drain = { residual: 0.03, forMs: 2 * MINUTE, deadlineMs: 20 * MINUTE }
  const dns = { ...policy.dns, lowerTtlMs: MINUTE }
  const { id } = await rig.start({ ...policy, dns, drain, steps: policy.steps.slice(2) })
  const draining = await rig.untilPhase(id, 'draining', '12h')
  const lift = rig.world.faults.error('AccessDenied', 403, 'not authorized', {
    operation: 'ChangeResourceRecordSets'
  })
  const halted = await rig.untilPhase(id, 'halted', '3h')
  t.match(halted.phase, { why: 'deadline' })
  t.ok(halted.phase.since - draining.phase.since <= 26 * MINUTE)
  t.ok((await rig.events(id)).some(({ type, page }) => type === 'shift.halted' && page))
  lift()
  await rig.order(id, { verb: 'resume', drift: null })
  t.equal((await rig.untilEnd(id, '12h')).phase.kind, 'completed', await rig.story(id))
  await rig.replay(id)
})

t.test('from: live: what somebody changes while the TTL is lowered can be written over', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'api', kind: 'dns', alias: false, ttl: 600 }] })
  rig.world.foreign.setWeights('api', { old: 50, new: 50 })
  await rig.clock.advance('20m')
  const { id } = await rig.start({ ...policy, dns: { ...policy.dns, lowerTtlMs: MINUTE } }, { from: 'live' })
  await rig.until(id, ({ step, routes }) => step === -1 && routes.every(({ confirmedAt }) => confirmedAt !== null))
  rig.world.foreign.setWeights('api', { old: 90, new: 10 })
  await rig.untilPhase(id, 'halted')
  await rig.order(id, { verb: 'resume', drift: 'overwrite' })
  await rig.until(id, ({ step, phase }) => step === 2 && phase.kind === 'baking', '2h')
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})
