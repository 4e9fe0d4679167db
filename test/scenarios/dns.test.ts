import t from 'tap'
import { isGoingBack } from '../../src/core/shift.ts'
import { baking, dnsRig, policy } from './dnsRig.ts'
import { aRig } from './rig.ts'

t.test('a healthy shift by records: in effect by INSYNC and TTL, drained by what arrives, completed', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  const first = await rig.until(id, baking(0))
  const route = first.routes[0]
  const waited = (route?.inEffectAt ?? 0) - (route?.confirmedAt ?? 0)
  t.equal(waited, 120_000, 'two TTLs of an alias after INSYNC')
  const view = await rig.view(id)
  t.type(view.routes[0]?.expectedPercent, 'number')
  const end = await rig.untilEnd(id, '12h')
  t.equal(end.phase.kind, 'completed')
  t.ok(
    (await rig.events(id)).some((event) => event.type === 'old.drained'),
    'FM-22: told when old is safe to remove'
  )
  t.equal(rig.world.live('api').old, 0)
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test(
  'FM-23: new fails: all records go back in one batch, and what still arrives at new is watched until it is gone',
  async (t) => {
    const rig = await dnsRig(t)
    const { id } = await rig.start(policy)
    await rig.until(id, baking(1))
    const promised = (await rig.view(id)).rollback
    t.ok(promised.inEffectWithinSeconds !== null && promised.inEffectWithinSeconds > 60)
    t.ok((promised.residualPercent ?? 0) > 0, 'and says that some stay')
    rig.world.new.errorRate = 0.1
    await rig.until(id, (shift) => isGoingBack(shift.phase))
    const end = await rig.untilEnd(id, '6h')
    t.equal(end.phase.kind, 'rolled_back')
    t.equal(rig.world.told('api').new, 0)
    t.ok(rig.world.usersOnNew('api') < 0.05, `still ${(rig.world.usersOnNew('api') * 100).toFixed(1)} % on new`)
    t.strictSame(rig.broken, [])
    await rig.replay(id)
  }
)

t.test('a rollback in the middle of a PENDING change', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, (shift) => shift.phase.kind === 'converging' && shift.step === 1)
  await rig.clock.advance('5s')
  await rig.order(id, { verb: 'abort', reason: 'now', force: false })
  t.equal((await rig.untilEnd(id, '6h')).phase.kind, 'aborted')
  t.equal(rig.world.told('api').new, 0)
  t.strictSame(rig.broken, [])
})

t.test('while a change is PENDING users are expected to follow already, and nothing is in effect', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(0))
  const before = (await rig.view(id)).routes[0]?.expectedPercent ?? 100
  await rig.until(id, (shift) => shift.phase.kind === 'converging' && shift.step === 1)
  await rig.clock.advance('20s')
  const pending = await rig.view(id)
  const expected = pending.routes[0]?.expectedPercent ?? 0
  t.ok(expected > before + 2 && expected < 30, `from ${before} to ${expected} %, as some name servers have it`)
  t.equal(pending.routes[0]?.inEffectAt, null, 'INSYNC, and TTLs after it, decide')
  await rig.order(id, { verb: 'abort', reason: 'now', force: false })
  await rig.clock.advance('10s')
  const back = (await rig.view(id)).routes[0]?.expectedPercent ?? 0
  t.ok(back > before, 'who followed the change that was taken back is not forgotten')
  await rig.clock.advance('10m')
  t.ok(((await rig.view(id)).routes[0]?.expectedPercent ?? 100) < 3)
  await rig.untilEnd(id, '6h')
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('FM-19: a zone at its request limit, and a busy one: the shift completes, later', async (t) => {
  const rig = await dnsRig(t)
  rig.world.faults.throttleEvery(2, { service: 'route53' })
  const { id } = await rig.start(policy)
  t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'completed')
  t.strictSame(rig.broken, [])
})

t.test('FM-19: a throttled INSYNC poll is not taken for in sync', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(0))
  const lift = rig.world.faults.throttle({ operation: 'GetChange' })
  await rig.until(id, (shift) => shift.step === 1)
  await rig.clock.advance('4m')
  t.equal((await rig.shift(id)).phase.kind, 'converging', `nobody said INSYNC: ${await rig.story(id)}`)
  lift()
  t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'completed')
})

t.test('a load balancer route and records move together; the slowest decides', async (t) => {
  const rig = await aRig(t, { routes: ['web', { name: 'api', kind: 'dns' }] })
  const { id } = await rig.start(policy)
  const shift = await rig.until(id, baking(0))
  const at = (name: string) => shift.routes.find((route) => route.name === name)?.inEffectAt ?? 0
  t.ok(shift.phase.since >= at('api') && at('api') > at('web'))
  rig.world.route('web').new.errorRate = 0.2
  t.equal((await rig.untilEnd(id, '6h')).phase.kind, 'rolled_back')
  t.equal(rig.world.told('api').new, 0)
  t.equal(rig.world.told('web').new, 0)
})

t.test(
  'kill -9 all over a shift by records: the change id that was lost is proven by the same batch again',
  async (t) => {
    for (let point = 5; point < 900; point += 89) {
      const rig = await dnsRig(t, { rps: 50, past: '10m' })
      const { id } = await rig.start(policy)
      rig.dieAt(point)
      if (await rig.clock.runUntil(() => !rig.alive(), '30m')) {
        await rig.clock.advance('7s')
        await rig.restart()
      }
      t.equal((await rig.untilEnd(id, '12h')).phase.kind, 'completed', `killed at point ${point}`)
      t.strictSame(rig.broken, [])
      rig.end()
    }
  }
)

t.test('written again over a reset: only the INSYNC of the newest change proves it', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, ({ step, routes }) => step === 0 && routes[0]?.changeId !== null)
  // Right before it has spread everywhere: when ours stands again, the first change is INSYNC, and the one that counts is not.
  await rig.clock.run((rig.world.name('api').zone.changes.at(-1)?.syncAt ?? 0) - 100)
  rig.world.foreign.setWeights('api', { old: 100, new: 0 })
  const { routes } = await rig.until(id, (shift) => shift.step === 0 && shift.routes[0]?.confirmedAt !== null)
  const newest = rig.world.name('api').zone.changes.at(-1)
  t.ok(
    (routes[0]?.confirmedAt ?? 0) >= (newest?.syncAt ?? Infinity),
    'the change that stands has reached every name server'
  )
  t.strictSame(rig.broken, [])
})
