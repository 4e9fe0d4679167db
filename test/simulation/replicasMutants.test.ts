/**
 * What keeps two processes apart, broken one rule at a time: each must be caught.
 */
import t from 'tap'
import { hunt, openPool } from './pool.ts'
import { REPLICA_MUTANTS } from './replicasMutants.ts'

/** Where the seed that was known to catch a mutant does no more, so many are tried from 1 on. */
const WITHIN = 60

t.setTimeout(900_000)

t.test('every broken way to lead is caught', async (t) => {
  const pool = openPool()
  t.teardown(() => pool.close())
  await hunt(pool, REPLICA_MUTANTS, { from: 1, count: WITHIN, replicas: 3 }, ({ name }, caught) => {
    t.ok(caught, caught ? `${name}: seed ${caught.seed} breaks ${caught.law}` : `${name}: not in ${WITHIN} seeds`)
  })
})
