/** Records that others change, forget, forbid or delete. */
import t from 'tap'
import type { Shift } from '../../src/core/shift.ts'
import { baking, dnsRig, policy } from './dnsRig.ts'
import { aRig } from './rig.ts'

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

t.test('another route is adopted while records are PENDING: they still count only once they are INSYNC', async (t) => {
  const rig = await aRig(t, { routes: ['web', { name: 'api', kind: 'dns' }] })
  rig.world.dns.pendingMs = 4 * 60_000
  const { id } = await rig.start(policy)
  const at = (shift: Shift, name: string) => shift.routes.find((route) => route.name === name)
  const sent = (shift: Shift) => shift.step === 0 && (at(shift, 'api')?.changeId ?? null) !== null
  await rig.until(id, (shift) => sent(shift) && (at(shift, 'web')?.confirmedAt ?? null) !== null)
  rig.world.foreign.setWeights('web', { old: 280, new: 720 })
  t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
  await rig.order(id, { verb: 'resume', drift: 'adopt' })
  const live = await rig.until(id, (shift) => (at(shift, 'api')?.confirmedAt ?? null) !== null)
  const change = rig.world.name('api').zone.changes.at(-1)
  t.ok((at(live, 'api')?.confirmedAt ?? 0) >= (change?.syncAt ?? Infinity), 'every name server has them')
  t.equal(rig.world.name('api').zone.changes.length, 1, 'and nothing was sent again for it')
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test(
  'records that somebody else changed are adopted while PENDING: they count only once they are INSYNC',
  async (t) => {
    const rig = await dnsRig(t)
    const { id } = await rig.start(policy)
    await rig.until(id, baking(1))
    rig.world.dns.pendingMs = 4 * 60_000
    rig.world.foreign.setWeights('api', { old: 40, new: 60 })
    const theirs = rig.world.name('api').zone.changes.at(-1)
    t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'drift' })
    await rig.order(id, { verb: 'resume', drift: 'adopt' })
    await rig.untilPhase(id, 'converging')
    const live = await rig.until(id, (shift) => shift.routes[0]?.confirmedAt !== null)
    t.ok((live.routes[0]?.confirmedAt ?? 0) >= (theirs?.syncAt ?? Infinity), 'every name server has them')
    t.equal(rig.world.told('api').new, 60)
    t.strictSame(rig.broken, [])
    await rig.replay(id)
  }
)

t.test('records that a person already took back: a rollback is confirmed only once that is INSYNC', async (t) => {
  const rig = await dnsRig(t)
  const { id } = await rig.start(policy)
  await rig.until(id, baking(1))
  rig.world.dns.pendingMs = 4 * 60_000
  const before = await rig.shift(id)
  const restore = before.routes[0]?.restore ?? { old: 255, new: 0 }
  rig.world.foreign.setWeights('api', restore)
  const theirs = rig.world.name('api').zone.changes.at(-1)
  await rig.order(id, { verb: 'abort', reason: 'by hand already', force: false })
  const back = await rig.until(
    id,
    ({ phase, routes }) => phase.kind === 'rolling_back' && routes[0]?.confirmedAt !== null
  )
  t.ok((back.routes[0]?.confirmedAt ?? 0) >= (theirs?.syncAt ?? Infinity), 'every name server has them')
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted', await rig.story(id))
  t.equal(rig.world.told('api').new, 0)
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('a way back from where the records stood all along writes none', async (t) => {
  const rig = await aRig(t, { routes: ['web', { name: 'api', kind: 'dns' }] })
  const { id } = await rig.start(policy)
  await rig.until(id, ({ phase, step }) => phase.kind === 'converging' && step === -1)
  await rig.order(id, { verb: 'abort', reason: 'not today', force: false })
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted', await rig.story(id))
  t.equal(rig.world.name('api').zone.changes.length, 0)
  await rig.replay(id)
})
