/**
 * Several replicas, in virtual time: whoever is asked answers, one decides and writes, and when that one is lost another goes on.
 */
import t from 'tap'
import { isEnded } from '../../src/core/shift.ts'
import { aReplicasRig } from './replicasRig.ts'

/** What is promised: losing the leader delays a rollback by at most so long. */
const PROMISE_MS = 15_000
const phase = (kind: string, step?: number) => (shift: { phase: { kind: string }; step: number }) =>
  shift.phase.kind === kind && (step === undefined || shift.step === step)

t.test('an order, a start and the red button through a follower are carried out within a second or so', async (t) => {
  const rig = await aReplicasRig(t, [0, 0, 0])
  const { clock } = rig
  const id = await rig.start()
  const startedAt = clock.now()
  await rig.until((shift) => shift.phase.kind !== 'preflight' || shift.version > 1, '30s')
  t.ok(clock.now() - startedAt <= 4_000, `its first decision comes after ${clock.now() - startedAt} ms`)
  await rig.until(phase('baking', 0))
  const orderedAt = clock.now()
  await rig.complete(rig.follower().sluice.order(id, { verb: 'pause', reason: 'lunch' }, 'oncall'))
  await rig.until(phase('paused'), '1m')
  t.ok(clock.now() - orderedAt <= 1_200, `paused after ${clock.now() - orderedAt} ms`)
  await rig.complete(rig.follower().sluice.order(id, { verb: 'resume', drift: null }, 'oncall'))
  await rig.until(phase('baking', 0))
  const stoppedAt = clock.now()
  await rig.complete(rig.follower().sluice.setStop('rollback', 'fire', 'boss'))
  await rig.until(phase('rolling_back'), '1m')
  t.ok(clock.now() - stoppedAt <= 1_200, `rolling back after ${clock.now() - stoppedAt} ms`)
  t.equal((await rig.until((shift) => isEnded(shift.phase))).phase.kind, 'aborted')
})

t.test('a follower shows what the leader saw, and tells who waits or listens there', async (t) => {
  const rig = await aReplicasRig(t, [0, 0])
  const { clock } = rig
  const id = await rig.start()
  await rig.until(phase('converging', 0))
  const { sluice } = rig.follower()
  const told: number[] = []
  const stop = sluice.subscribe(id, () => told.push(clock.now()))
  const waited = sluice.wait(id, 'step', 60 * 60_000, new AbortController().signal)
  await rig.until(phase('baking', 0))
  const bakedAt = clock.now()
  await clock.advance('1200ms')
  t.ok(
    told.some((at) => at >= bakedAt),
    'of each save, within a second'
  )
  const view = await rig.complete(sluice.get(id))
  t.match(view, {
    phase: 'baking',
    percent: 10,
    routes: [{ livePercent: 10, healthyTargets: { old: Number, new: Number } }]
  })
  t.match(await rig.complete(sluice.health()), { leader: false, ready: true, shifts: 0 })
  stop()
  t.equal((await clock.complete(waited, '1h')).step?.index, 1)
})

t.test('FM-34: a leader that is stopped between its save and its write sends nothing when it wakes up', async (t) => {
  const rig = await aReplicasRig(t, [0, 0, 0])
  const { clock } = rig
  await rig.start()
  rig.ledger.onSave(({ next, events }) => {
    const asked = events.some(({ reason }) => reason.code === 'write' && reason.why === 'step' && next.step === 1)
    if (asked && !rig.replicas[0]?.frozen()) rig.replicas[0]?.incarnation.freeze()
  })
  const asked = await rig.until((shift) => shift.step === 1 && shift.phase.kind === 'converging')
  const stoppedAt = clock.now()
  await clock.runUntil(() => rig.sent.some(({ at }) => at > stoppedAt), '1m')
  const [first] = rig.sent.filter(({ at }) => at > stoppedAt)
  t.match(first, { percent: 50 })
  t.not(first?.by, 'r1.1')
  t.ok((first?.at ?? Infinity) - stoppedAt <= PROMISE_MS, `written after ${(first?.at ?? 0) - stoppedAt} ms`)
  const before = rig.sent.length
  rig.replicas[0]?.incarnation.thaw()
  await clock.advance('3s')
  t.notOk(
    rig.sent.slice(before).some(({ by }) => by === 'r1.1'),
    'the former leader wrote nothing'
  )
  t.equal((await rig.until((shift) => isEnded(shift.phase))).phase.kind, 'completed')
  t.equal(rig.sent.filter(({ percent }) => percent === 50).length, 1, 'once, by one')
  t.ok(asked.version > 1)
  t.same(rig.broken, [])
})

for (const afterMs of [0, 500, 900]) {
  t.test(`a leader that dies ${afterMs} ms into a bake: a rollback is written within the promise`, async (t) => {
    const rig = await aReplicasRig(t, [0, 0])
    const { clock } = rig
    const id = await rig.start()
    await rig.until(phase('baking', 1))
    await clock.advance(afterMs)
    rig.leader()?.incarnation.kill()
    const diedAt = clock.now()
    await rig.complete(rig.follower().sluice.order(id, { verb: 'abort', reason: 'enough', force: false }, 'oncall'))
    await clock.runUntil(() => rig.sent.some(({ at }) => at > diedAt), '1m')
    const [first] = rig.sent.filter(({ at }) => at > diedAt)
    t.equal(first?.percent, 0)
    t.ok((first?.at ?? Infinity) - diedAt <= 9_000, `written ${(first?.at ?? 0) - diedAt} ms after the death`)
    t.equal((await rig.until((shift) => isEnded(shift.phase))).phase.kind, 'aborted')
  })
}

t.test('clocks minutes apart, and a new leader every few minutes: the shift is completed as planned', async (t) => {
  const rig = await aReplicasRig(t, [0, 20_000, -20_000])
  const { clock } = rig
  await rig.start()
  let deaths = 0
  for (let shift = rig.ledger.newest(); !shift || !isEnded(shift.phase); shift = rig.ledger.newest()) {
    await clock.advance('3m')
    const leader = rig.leader()
    if (!leader || (shift && isEnded(shift.phase))) continue
    leader.incarnation.kill()
    deaths += 1
    rig.reborn(leader)
    if (deaths > 60) break
  }
  t.equal(rig.ledger.newest()?.phase.kind, 'completed')
  t.ok(deaths >= 5, `${deaths} leaders died`)
  t.same(
    [...new Set(rig.sent.map(({ percent }) => percent))],
    [0, 10, 50, 100],
    'every percent of the plan, in its order'
  )
  t.same(rig.broken, [])
})

t.test('a leader that cannot reach the table decides no more, and writes no more once its lease is over', async (t) => {
  const rig = await aReplicasRig(t, [0, 0])
  const { clock } = rig
  await rig.start()
  await rig.until(phase('baking', 0))
  const leader = rig.leader()
  if (!leader) throw new Error('nobody leads')
  leader.cut = true
  await clock.advance('12s')
  t.not(rig.leader(), leader)
  t.ok(rig.leader(), 'the other one leads')
  t.same(leader.supervisor.running(), [], 'the former one has stopped')
  leader.cut = false
  await rig.until((shift) => isEnded(shift.phase))
  t.notOk(rig.sent.slice(2).some(({ by }) => by === leader.name))
})
