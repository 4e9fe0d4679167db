/** Users who do not follow the records: whether the share has arrived is counted, not believed. */
import t from 'tap'
import type { Test } from 'tap'
import type { Resolvers } from '../support/world/resolvers.ts'
import { baking, MINUTE, policy } from './dnsRig.ts'
import { aRig, type Rig } from './rig.ts'

/** Most users are pinned to old for good (a JVM, nginx without a resolver); the others follow at once. */
async function pinned(t: Test, follows: number): Promise<Rig> {
  const users: Resolvers = { follow: (_at, share) => share * follows }
  return aRig(t, { routes: [{ name: 'api', kind: 'dns' }], dns: { users }, rps: 500 })
}

const halves = [
  { percent: 500, bakeMs: 8 * MINUTE, approval: null },
  { percent: 1000, bakeMs: 8 * MINUTE, approval: null }
]

t.test('FM-02: most users stay where they were: told after 15 minutes, then held, then halted', async (t) => {
  const rig = await pinned(t, 0.4)
  const { id } = await rig.start({ ...policy, steps: halves })
  const began = await rig.until(id, baking(0))
  const halted = await rig.untilPhase(id, 'halted')
  t.match(halted.phase, { why: 'share' })
  const told = (await rig.events(id)).find(({ reason }) => reason.code === 'share_late')
  t.match(told?.reason, { route: 'api', asked: 0.5 })
  const after = (told?.at ?? 0) - began.phase.since
  t.ok(after >= 15 * MINUTE && after < 20 * MINUTE, `${after / MINUTE} min after it was in effect`)
  t.equal(rig.world.told('api').new, 50, 'and nobody was moved further')
  t.strictSame(rig.broken, [])
})

t.test('onShare: advance says it and goes on; what still arrives at old keeps it from being drained', async (t) => {
  const rig = await pinned(t, 0.4)
  const { id } = await rig.start({ ...policy, steps: halves, onShare: 'advance' })
  const end = await rig.untilEnd(id, '12h')
  t.equal(end.phase.kind, 'completed')
  const events = await rig.events(id)
  t.ok(events.some(({ reason }) => reason.code === 'share_late'))
  t.match(events.find(({ type }) => type === 'old.drained')?.reason, { code: 'drain_deadline' })
  t.strictSame(rig.broken, [])
})

t.test('a few who stay are no reason to hold', async (t) => {
  const rig = await pinned(t, 0.9)
  const { id } = await rig.start({ ...policy, steps: halves, drain: { ...policy.drain, deadlineMs: 20 * MINUTE } })
  const end = await rig.untilEnd(id, '12h')
  t.equal(end.phase.kind, 'completed')
  t.notOk((await rig.events(id)).some(({ reason }) => reason.code === 'share_late'))
})
