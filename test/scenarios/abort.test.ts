import t from 'tap'
import type { ShiftEvent } from '../../src/core/event.ts'
import { todoOf } from '../../src/core/explain/notices.ts'
import type { Shift } from '../../src/core/shift.ts'
import { isEnded } from '../../src/core/shift.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Store } from '../../src/stores/store.ts'
import { aProductionPolicy, aRig, type Rig } from './rig.ts'

const approving = aProductionPolicy({
  steps: [
    { percent: 100, bakeMs: 480_000, approval: { by: 'anyone', expiresMs: 3_600_000 } },
    { percent: 1000, bakeMs: 480_000, approval: null }
  ]
})

interface Case {
  readonly phase: string
  readonly isSo: (shift: Shift) => boolean
  readonly bring?: (rig: Rig, id: string) => Promise<void>
  readonly outcome?: string
}

const at = (kind: Shift['phase']['kind'], step?: number) => (shift: Shift) =>
  shift.phase.kind === kind && (step === undefined || shift.step === step)

const bake = async (rig: Rig, id: string) => void (await rig.until(id, at('baking', 0)))

const CASES: readonly Case[] = [
  { phase: 'converging: attaching', isSo: at('converging', -1) },
  { phase: 'converging: first step', isSo: at('converging', 0) },
  { phase: 'baking', isSo: at('baking') },
  { phase: 'awaiting_approval', isSo: at('awaiting_approval') },
  {
    phase: 'paused',
    isSo: at('paused'),
    bring: async (rig, id) => {
      await bake(rig, id)
      await rig.order(id, { verb: 'pause', reason: 'lunch' })
    }
  },
  {
    phase: 'halted',
    isSo: at('halted'),
    bring: async (rig, id) => {
      await bake(rig, id)
      rig.world.foreign.setWeights('web', { old: 800, new: 200 })
    }
  },
  {
    phase: 'draining',
    isSo: at('draining'),
    bring: async (rig, id) => {
      await rig.until(id, at('awaiting_approval'))
      await rig.order(id, { verb: 'approve', step: 0, comment: '' })
    }
  },
  {
    phase: 'rolling_back (idempotent)',
    isSo: at('rolling_back'),
    bring: async (rig, id) => {
      await bake(rig, id)
      await rig.order(id, { verb: 'abort', reason: 'first', force: false })
    }
  },
  {
    phase: 'stuck',
    isSo: at('stuck'),
    bring: async (rig, id) => {
      await bake(rig, id)
      rig.world.faults.fail500(() => true, { operation: ['ModifyRule', 'ModifyListener'] })
      await rig.order(id, { verb: 'abort', reason: 'first', force: false })
      await rig.untilPhase(id, 'stuck')
      rig.world.faults.clear()
    }
  }
]

for (const { phase, isSo, bring } of CASES) {
  t.test(`abort while ${phase}: every route is restored, and the shift ends aborted`, async (t) => {
    const rig = await aRig(t, { routes: ['web', { name: 'api', kind: 'listener' }] })
    const { id } = await rig.start(approving)
    await bring?.(rig, id)
    await rig.until(id, isSo)
    await rig.order(id, { verb: 'abort', reason: 'enough', force: false })
    const end = await rig.untilEnd(id)
    t.equal(end.phase.kind, 'aborted', await rig.story(id))
    t.equal(rig.world.live('web').new, 0)
    t.equal(rig.world.live('api').new, 0)
    t.strictSame(rig.broken, [])
    await rig.clock.advance('5m')
    t.equal(rig.world.live('web').new, 0, 'and stays restored')
    await rig.replay(id)
  })
}

t.test('abort in preflight writes nothing and ends aborted', async (t) => {
  const rig = await aRig(t)
  rig.world.faults.neverAnswer('2m', { service: 'cloudwatch' })
  const { id } = await rig.start()
  await rig.clock.advance('10s')
  t.equal((await rig.shift(id)).phase.kind, 'preflight')
  await rig.order(id, { verb: 'abort', reason: 'no', force: false })
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted')
  t.strictSame(rig.world.log, [])
})

t.test('FM-31: an abort of an ended shift is refused, and nothing moves', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.untilEnd(id)
  const writes = rig.world.log.length
  await t.rejects(rig.order(id, { verb: 'abort', reason: 'late', force: false }), { code: 'shift_ended' })
  await rig.clock.advance('10m')
  t.equal(rig.world.log.length, writes)
  t.equal(rig.world.live('web').new, 999, 'a completed shift stays completed')
})

t.test('FM-30: a rollback whose writes fail is stuck and paged, keeps trying, and ends verified', async (t) => {
  const rig = await aRig(t)
  const { id } = await rig.start()
  await rig.until(id, at('baking', 1))
  rig.world.faults.fail500(() => true, { operation: 'ModifyRule' })
  await rig.order(id, { verb: 'abort', reason: 'bad', force: false })
  const stuck = await rig.untilPhase(id, 'stuck')
  t.ok((await rig.events(id)).some((event) => event.type === 'shift.stuck' && event.page))
  t.equal(stuck.routes[0]?.problem?.includes('500') || stuck.routes[0]?.problem !== null, true, 'the reason is kept')
  rig.world.faults.clear()
  t.equal((await rig.untilEnd(id)).phase.kind, 'aborted')
  t.equal(rig.world.live('web').new, 0)
  const confirmed = (await rig.events(id)).find(({ reason }) => reason.code === 'rollback_confirmed')?.reason
  const took = confirmed?.code === 'rollback_confirmed' ? confirmed.afterMs : 0
  t.ok(took > stuck.policy.rollback.deadlineMs, `its duration counts from its beginning, not from stuck: ${took} ms`)
})

t.test(
  'a rollback that stays stuck tries on with waits that grow to 30 s, and writes soon after the way is free',
  async (t) => {
    const rig = await aRig(t)
    const { id } = await rig.start()
    await rig.until(id, at('baking', 1))
    rig.world.faults.fail500(() => true, { operation: 'ModifyRule' })
    await rig.order(id, { verb: 'abort', reason: 'bad', force: false })
    await rig.untilPhase(id, 'stuck')
    const asksIn = async (time: string) => {
      const before = (await rig.events(id)).filter(({ type }) => type === 'weight.requested').length
      await rig.clock.advance(time)
      return (await rig.events(id)).filter(({ type }) => type === 'weight.requested').length - before
    }
    const first = await asksIn('1m')
    await rig.clock.advance('10m')
    const hour = await asksIn('1h')
    t.ok(first >= 10, `at first it hurries: ${first} in a minute`)
    t.ok(hour >= 90 && hour <= 125, `later about one in 30 s: ${hour} in an hour`)
    const reminded = async () => (await rig.events(id)).filter(({ type }) => type === 'shift.reminder')
    const [reminder] = await reminded()
    t.match(reminder, { page: true, reason: { phase: 'stuck', forMs: Number } }, 'told again after an hour')
    t.match(todoOf(await rig.shift(id), reminder as ShiftEvent), [/sluice undo/])
    rig.world.faults.clear()
    await rig.clock.advance('40s')
    t.equal(rig.world.live('web').new, 0)
    t.equal((await reminded()).length, 1, 'and not once it is read back')
    t.equal((await rig.untilEnd(id)).phase.kind, 'aborted')
  }
)

t.test('an abort that is accepted while the shift is about to be completed takes it back all the same', async (t) => {
  let late: (() => Promise<unknown>) | null = null
  const rig = await aRig(t, {
    store: (clock) => {
      const store = memoryStore(clock)
      const save: Store['save'] = async (next, ...rest) => {
        const order = isEnded(next.phase) ? late : null
        if (order) late = null
        // After the last look, and before what was decided on it is saved.
        await order?.()
        return store.save(next, ...rest)
      }
      return { ...store, save }
    }
  })
  const { id } = await rig.start()
  late = () => rig.order(id, { verb: 'abort', reason: 'users call', force: false })
  const end = await rig.untilEnd(id)
  t.equal(late, null, 'it was accepted')
  t.equal(end.phase.kind, 'aborted')
  t.equal(rig.world.live('web').new, 0)
})
