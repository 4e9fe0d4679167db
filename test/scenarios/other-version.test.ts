/**
 * A daemon over a database that another version has written: what it cannot read is shown and left alone, the rest goes on.
 */
import t, { type Test } from 'tap'
import type { DatabaseSync } from 'node:sqlite'
import type { ShiftId } from '../../src/core/shift.ts'
import { openDatabase } from '../../src/stores/sqlite/database.ts'
import { storeOver } from '../../src/stores/sqlite/sqlite.ts'
import { T0 } from '../support/builders.ts'
import { aRig, type Rig } from './rig.ts'

async function aTown(t: Test): Promise<{ rig: Rig; db: DatabaseSync }> {
  const db = openDatabase(':memory:', T0)
  const rig = await aRig(t, { routes: ['web', 'api'], store: (clock) => storeOver(db, clock) })
  return { rig, db }
}

const start = (rig: Rig, route: string) => rig.start(undefined, { routes: [route] })

function stateOf(db: DatabaseSync, id: ShiftId): string {
  return String(db.prepare('SELECT state FROM shifts WHERE id = ?').get(id)?.['state'])
}

/** As if a later version had stored it. */
function storeAsOther(db: DatabaseSync, id: ShiftId, change: (state: Record<string, unknown>) => unknown): string {
  const text = JSON.stringify(change(JSON.parse(stateOf(db, id)) as Record<string, unknown>))
  db.prepare('UPDATE shifts SET state = ? WHERE id = ?').run(text, id)
  return text
}

t.test('an open shift of another format is shown as unreadable and left alone; others run on', async (t) => {
  const { rig, db } = await aTown(t)
  const web = await start(rig, 'web')
  const api = await start(rig, 'api')
  await rig.until(web.id, (shift) => shift.phase.kind === 'baking' && shift.step === 0)
  rig.kill()
  const foreign = storeAsOther(db, web.id, (state) => ({ ...state, format: 7, phase: { kind: 'sailing', since: 1 } }))
  await rig.restart()
  rig.world.route('web').new.errorRate = 0.5

  const view = await rig.view(web.id)
  t.match(view, { phase: 'halted', attention: 'unreadable', migration: web.migration, percent: 10 })
  t.match(view.explain, /^halted: .*written by another version of Sluice .*start the version that stored it/)
  t.match(view.findings, [{ code: 'unreadable', detail: /format 7, and this version reads format 1/ }])
  t.equal(view.rollback.possible, false)
  t.match(view.rollback.commands, [/^aws elbv2 modify-rule /], 'what was recorded still tells how to go back by hand')
  t.same(
    new Set(
      (await rig.sluice().list({ phases: null, migration: null, limit: 9, cursor: null })).items.map(({ id }) => id)
    ),
    new Set([web.id, api.id])
  )
  t.match((await rig.sluice().events(web.id, 0, 3)).items, [{ type: 'shift.started', reason: 'started' }])
  t.match(await rig.sluice().report(web.id), { outcome: null })

  const end = await rig.untilEnd(api.id)
  t.equal(end.phase.kind, 'completed', 'the other shift is not disturbed')
  t.equal(stateOf(db, web.id), foreign, 'the version that stored it can go on with it')
  t.equal(rig.world.live('web').new, 100, 'nothing was written')
})

t.test('the only order that an unreadable shift obeys is release, which gives its routes back', async (t) => {
  const { rig, db } = await aTown(t)
  const { id } = await start(rig, 'web')
  await rig.until(id, (shift) => shift.step === 0)
  rig.kill()
  storeAsOther(db, id, (state) => ({ ...state, format: undefined }))
  await rig.restart()
  await t.rejects(rig.order(id, { verb: 'abort', reason: 'now', force: true }), {
    code: 'not_available',
    message: /without a number/
  })
  await t.rejects(start(rig, 'web'), { code: 'route_busy' })
  t.match(await rig.order(id, { verb: 'release', reason: 'moved by hand' }), { phase: 'released', outcome: 'released' })
  t.match((await rig.events(id)).at(-1), { type: 'shift.ended', actor: 'oncall' })
  await t.rejects(rig.order(id, { verb: 'release', reason: 'again' }), { code: 'shift_ended' })
  t.match(await start(rig, 'web'), { phase: 'preflight' })
})

t.test('a state that is not even JSON, and the stored past, stop nobody', async (t) => {
  const { rig, db } = await aTown(t)
  const web = await start(rig, 'web')
  const api = await start(rig, 'api')
  await rig.untilEnd(web.id)
  rig.kill()
  storeAsOther(db, web.id, (state) => ({ ...state, format: 2 }))
  db.prepare('UPDATE shifts SET state = ? WHERE id = ?').run('{"cut off', api.id)
  await rig.restart()
  t.match(await rig.view(web.id), { phase: 'completed', outcome: 'completed' }, 'what has ended stays ended')
  t.match(await rig.view(api.id), { phase: 'halted', attention: 'unreadable', routes: [] })
  t.match(await rig.sluice().report(web.id), { outcome: 'completed' })
  await t.rejects(rig.sluice().restore(web.id, 'slow', 'oncall'), { code: 'not_available' })
  t.match(await rig.order(api.id, { verb: 'release', reason: 'lost' }), { outcome: 'released' })
  t.match(await start(rig, 'api'), { phase: 'preflight' })
})
