import t from 'tap'
import { anErrorRateGate } from '../support/builders.ts'
import { isGoingBack } from '../../src/core/shift.ts'
import { aProductionPolicy, aRig, type RigOptions } from './rig.ts'
import type { Test } from 'tap'

const MINUTE = 60_000
const baking = (step: number) => (shift: { phase: { kind: string }; step: number }) =>
  shift.phase.kind === 'baking' && shift.step === step

const policy = aProductionPolicy({
  steps: [
    { percent: 100, bakeMs: 8 * MINUTE, approval: null },
    { percent: 500, bakeMs: 8 * MINUTE, approval: null },
    { percent: 1000, bakeMs: 8 * MINUTE, approval: null }
  ],
  gates: [anErrorRateGate()],
  drain: { residual: 0.03, forMs: 3 * MINUTE, deadlineMs: 120 * MINUTE }
})

const dnsRig = (t: Test, options: RigOptions = {}) =>
  aRig(t, { routes: [{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }], ...options })

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

t.test('rights for UPSERT alone: refused before anything is written, and dns.write: upsert goes through', async (t) => {
  const rig = await dnsRig(t)
  rig.world.name('api').zone.allow = ['UPSERT']
  const before = rig.world.name('api').zone.control.newest()
  const refused = await rig.start(policy)
  const end = await rig.untilEnd(refused.id)
  t.equal(end.phase.kind, 'refused')
  t.match(
    end.findings.find(({ code }) => code === 'swap_not_allowed'),
    { severity: 'blocker', remedy: /dns\.write: upsert/ }
  )
  t.equal(rig.world.name('api').zone.control.newest(), before)
  const { id } = await rig.start({ ...policy, dns: { ...policy.dns, write: 'upsert' } })
  t.equal((await rig.untilEnd(id, '12h')).phase.kind, 'completed')
  t.strictSame(rig.broken, [])
})

t.test('mode observe: rights to write are neither needed nor asked for', async (t) => {
  const rig = await dnsRig(t)
  rig.world.name('api').zone.allow = []
  const asked: string[] = []
  rig.world.watch((call) => {
    if (call.operation === 'ChangeResourceRecordSets') asked.push(call.operation)
  })
  const { id } = await rig.start({ ...policy, mode: 'observe' })
  await rig.untilPhase(id, 'baking')
  t.notOk((await rig.shift(id)).findings.some(({ code }) => code === 'swap_not_allowed'))
  t.same(asked, [])
})

t.test('a foreign change of a record is drift: told and not fought', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(1))
  rig.world.foreign.setWeights('api', { old: 30, new: 70 })
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  await rig.clock.advance('30m')
  t.equal(rig.world.told('api').new, 70)
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

t.test('a change that Route 53 knows no more, after a long pause, is proven by the same batch again', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(1))
  await rig.order(id, { verb: 'pause', reason: 'the weekend' })
  await rig.clock.advance('3h')
  rig.world.name('api').zone.changes.splice(0)
  await rig.order(id, { verb: 'resume', drift: null })
  t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'completed', await rig.story(id))
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('a change that Route 53 still knows is not sent again after a pause', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(1))
  await rig.order(id, { verb: 'pause', reason: 'lunch' })
  await rig.clock.advance('1h')
  const sent = rig.world.calls('ChangeResourceRecordSets')
  await rig.order(id, { verb: 'resume', drift: null })
  await rig.until(id, (shift) => shift.phase.kind === 'baking')
  t.equal(rig.world.calls('ChangeResourceRecordSets'), sent)
})

t.test('FM-12: a foreign change between our read and our write is refused by Route 53 and is drift', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(0))
  let met = 0
  rig.world.watch((call) => {
    // It lands before our batch does, and after the read that the batch was built on.
    if (call.operation !== 'ChangeResourceRecordSets' || met > 0) return
    met += 1
    rig.world.foreign.setWeights('api', { old: 70, new: 30 })
  })
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  t.equal(met, 1)
  t.equal(rig.world.told('api').new, 30, 'and is not written over')
  await rig.order(id, { verb: 'resume', drift: 'overwrite' })
  t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'completed')
  t.strictSame(rig.broken, [])
})

t.test('FM-12: a TTL that somebody raises is drift, and once it is adopted a rollback is promised by it', async (t) => {
  const rig = await aRig(t, { routes: [{ name: 'api', kind: 'dns', alias: false, ttl: 60 }] })
  const { id } = await rig.start(policy)
  await rig.until(id, baking(1))
  const before = (await rig.view(id)).rollback.inEffectWithinSeconds ?? 0
  rig.world.foreign.setRecords('api', (sets) => sets.map((set) => ({ ...set, TTL: 3600 })))
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  await rig.order(id, { verb: 'resume', drift: 'adopt' })
  await rig.until(id, (shift) => shift.phase.kind === 'converging')
  const after = (await rig.view(id)).rollback.inEffectWithinSeconds ?? 0
  t.ok(before < 600 && after >= 7200, `${before} s before, ${after} s after`)
  await rig.order(id, { verb: 'abort', reason: 'enough', force: false })
  t.equal((await rig.untilEnd(id, '24h')).phase.kind, 'aborted')
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('a record is deleted under us: halted as gone', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(1))
  rig.world.foreign.remove('api')
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'gone' })
})

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
