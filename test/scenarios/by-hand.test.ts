/**
 * A person runs the printed commands in the middle of a shift, while Sluice watches: it understands what was done, and neither
 * fights nor doubles it. The AWS CLI itself runs them in test/process.
 */
import t from 'tap'
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { aProductionPolicy, aRig, type Rig } from './rig.ts'

const ROUTES = ['web', { name: 'api', kind: 'listener' }] as const
const names = ROUTES.map((route) => (typeof route === 'string' ? route : route.name))

/** What the shell would make of `--actions '…'`. */
function actionsIn(command: string): readonly Action[] {
  const [, json = ''] = /--(?:default-)?actions '(.*)' --region/.exec(command) ?? []
  return JSON.parse(json) as readonly Action[]
}

async function runByHand(rig: Rig, id: string): Promise<void> {
  const { commands } = (await rig.view(id)).rollback
  commands.forEach((command, i) => rig.world.foreign.setActions(names[i] ?? '', actionsIn(command)))
}

const own = (rig: Rig) => rig.world.log.filter(({ by }) => by === 'sluice').length

t.test('run while a step bakes: halted and told; abort then ends it without another write', async (t) => {
  const rig = await aRig(t, { routes: ROUTES })
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  const writes = own(rig)
  await runByHand(rig, id)
  for (const name of names) t.equal(rig.world.told(name).new, 0)
  t.match((await rig.untilPhase(id, 'halted', '2m')).phase, { why: 'drift' })
  await rig.order(id, { verb: 'abort', reason: 'done by hand', force: false })
  t.equal((await rig.untilEnd(id, '5m')).phase.kind, 'aborted')
  t.equal(own(rig), writes, 'what is so already is not written')
  for (const name of names) t.equal(rig.world.told(name).new, 0)
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('FM-30: run while a rollback is stuck because AWS refuses ours: it ends by itself, verified', async (t) => {
  const rig = await aRig(t, { routes: ROUTES })
  const { id } = await rig.start(
    aProductionPolicy({ rollback: { ...aProductionPolicy().rollback, deadlineMs: 30_000 } })
  )
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 1)
  rig.world.faults.error('AccessDeniedException', 403, 'not authorized', {
    operation: ['ModifyRule', 'ModifyListener']
  })
  rig.world.new.errorRate = 0.3
  await rig.untilPhase(id, 'stuck', '15m')
  await runByHand(rig, id)
  const end = await rig.untilEnd(id, '5m')
  t.equal(end.phase.kind, 'rolled_back')
  for (const name of names) t.equal(rig.world.told(name).new, 0)
  t.strictSame(rig.broken, [])
  await rig.replay(id)
})

t.test('run while a step is on its way: its late write does not win', async (t) => {
  const rig = await aRig(t, { routes: ROUTES })
  const { id } = await rig.start()
  await rig.until(id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
  rig.world.faults.timeout({ after: 60_000 }, { operation: 'ModifyRule', times: 1 })
  await rig.until(id, (shift) => shift.step === 1 && shift.routes.some(({ asks }) => asks.length > 0))
  await rig.clock.advance('2s')
  await rig.order(id, { verb: 'abort', reason: 'by hand', force: false })
  await runByHand(rig, id)
  t.equal((await rig.untilEnd(id, '10m')).phase.kind, 'aborted')
  await rig.clock.advance('3m')
  for (const name of names) t.equal(rig.world.told(name).new, 0, `${name} stays back`)
  t.strictSame(rig.broken, [])
})
