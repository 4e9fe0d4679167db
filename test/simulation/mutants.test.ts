/**
 * A simulation that cannot fail proves nothing: the system is broken in many ways, and each must be caught within few seeds.
 */
import t from 'tap'
import { MUTANTS } from './mutants.ts'
import { hunt, openPool } from './pool.ts'

/** From 1 on. The first seed that catches a mutant is printed; most are caught by one of the first ten. */
const WITHIN = 150

t.test('every broken system is caught', async (t) => {
  const pool = openPool()
  t.teardown(() => pool.close())
  t.ok(MUTANTS.length >= 20, `${MUTANTS.length} mutants`)
  const names = MUTANTS.map(({ name }) => name)
  await hunt(pool, names, { from: 1, count: WITHIN }, (name, caught) => {
    t.ok(caught, caught ? `${name}: seed ${caught.seed} breaks ${caught.law}` : `${name}: not in ${WITHIN} seeds`)
  })
})
