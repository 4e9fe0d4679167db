/**
 * kill -9 before and after every single call of a port, in a healthy and in a bad shift: the next process finishes as if nothing
 * had been.
 */
import t from 'tap'
import type { Test } from 'tap'
import { aProductionPolicy, aRig } from './rig.ts'

const MINUTE = 60_000
const policy = aProductionPolicy({
  steps: [
    { percent: 100, bakeMs: 6 * MINUTE, approval: null },
    { percent: 1000, bakeMs: 6 * MINUTE, approval: null }
  ],
  drain: { residual: 0.005, forMs: MINUTE, deadlineMs: 60 * MINUTE }
})

const PLAN = ['999:0', '900:100', '0:999', '1:0']

/** Runs one shift whose process dies at the given point of its life; answers false where it never came so far. */
async function dieAt(t: Test, point: number, bad: boolean): Promise<boolean> {
  const rig = await aRig(t, { routes: ['web', { name: 'api', kind: 'listener' }], rps: 50, past: '10m' })
  if (bad) rig.world.new.errorRate = ({ elapsedMs }) => (elapsedMs > 10 * MINUTE ? 0.2 : 0)
  const { id } = await rig.start(policy)
  rig.dieAt(point)
  const died = await rig.clock.runUntil(() => !rig.alive(), '40m')
  if (died) {
    await rig.clock.advance('7s')
    await rig.restart()
  }
  const end = await rig.untilEnd(id)
  t.equal(end.phase.kind, bad ? 'rolled_back' : 'completed', `killed at point ${point}`)
  for (const route of ['web', 'api']) t.equal(rig.world.live(route).new === 0, bad)
  const written = rig.world.log.map((write) => `${write.split?.old}:${write.split?.new}`)
  t.strictSame(
    written.filter((weights) => !PLAN.includes(weights)),
    [],
    'no weight that the plan does not contain'
  )
  const seqs = (await rig.events(id)).map((event) => event.seq)
  t.strictSame(
    seqs,
    seqs.map((_, i) => i + 1),
    'no event is lost or doubled'
  )
  t.strictSame(rig.broken, [])
  await rig.replay(id)
  rig.end()
  return died
}

for (const bad of [false, true]) {
  t.test(`killed at points all over a ${bad ? 'bad' : 'healthy'} shift`, async (t) => {
    let points = 0
    // A step that shares no factor with the calls of one look, so that all kinds of calls are met.
    for (let point = 1; ; point += 61) {
      if (!(await dieAt(t, point, bad))) break
      points += 1
    }
    t.ok(points >= 12, `${points} points`)
    t.comment(`${points} processes were killed`)
  })
}

t.test('killed at every second of the first 60 points: creation, preflight, the first write', async (t) => {
  for (let point = 1; point <= 60; point += 2) await dieAt(t, point, false)
})
