/** The dashboard of a migration, with what its newest shift has learned. */
import t from 'tap'
import { dashboardFor } from '../../src/engine/dashboard.ts'
import type { Catalogue } from '../../src/engine/sluice.ts'
import { makeStore } from '../../src/stores/index.ts'
import { virtualClock } from '../support/virtual.ts'
import { aDnsRoute, aMigration, aShift } from '../support/builders.ts'

const KNOWN = aDnsRoute()
const UNKNOWN = { ...KNOWN, old: { ...KNOWN.old, loadBalancer: null }, new: { ...KNOWN.new, loadBalancer: null } }
const CATALOGUE: Catalogue = {
  policies: () => [],
  migrations: () => [{ name: 'shop', file: 'shop.yaml', value: aMigration({ name: 'shop', routes: [UNKNOWN] }) }],
  reload: async () => ({ policies: 0, migrations: 1 })
}

t.test('load balancers of records come from the newest shift', async (t) => {
  const store = makeStore({ type: 'memory' }, virtualClock())
  const before = await dashboardFor({ catalogue: CATALOGUE, store }, 'shop')
  t.match(JSON.stringify(before), 'not known yet')
  await store.create(aShift({ migration: 'shop', routeSpecs: [KNOWN] }), [], [], { maxOpen: 1, idempotency: null })
  const after = await dashboardFor({ catalogue: CATALOGUE, store }, 'shop')
  t.notMatch(JSON.stringify(after), 'not known yet')
  t.ok(after.widgets.length > before.widgets.length)
})

t.test('a migration that there is not is told as everywhere', async (t) => {
  const store = makeStore({ type: 'memory' }, virtualClock())
  await t.rejects(dashboardFor({ catalogue: CATALOGUE, store }, 'other'), { code: 'migration_not_found' })
})
