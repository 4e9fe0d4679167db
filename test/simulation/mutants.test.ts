/**
 * A simulation that cannot fail proves nothing: the system is broken in many ways, and each must be caught within few seeds.
 */
import t from 'tap'
import { MUTANTS } from './mutants.ts'
import { hunt, openPool } from './pool.ts'

/** Where the seed that was known to catch a mutant does no more, so many are tried from 1 on. */
const WITHIN = 200

t.test('every broken system is caught', async (t) => {
  const pool = openPool()
  t.teardown(() => pool.close())
  t.ok(MUTANTS.length >= 20, `${MUTANTS.length} mutants`)
  await hunt(pool, MUTANTS, { from: 1, count: WITHIN }, ({ name }, caught) => {
    t.ok(caught, caught ? `${name}: seed ${caught.seed} breaks ${caught.law}` : `${name}: not in ${WITHIN} seeds`)
  })
})
