/**
 * The whole system under faults, from seeds: whatever is broken here is broken in production too. 300 seeds, or as many as
 * SLUICE_SEEDS says (.ci/run: 2,000); more: `npm run simulate -- --seeds 20000`.
 */
import t from 'tap'
import { openPool, search } from './pool.ts'

const SEEDS = Number(process.env['SLUICE_SEEDS'] ?? 300)
if (!Number.isSafeInteger(SEEDS) || SEEDS < 300) throw new Error('SLUICE_SEEDS must be a whole number from 300 on')
// A noisy machine does not cut it off: 1 s for each seed, and no less than any test has.
t.setTimeout(Math.max(300, SEEDS) * 1_000)

t.test(`seeds 1 to ${SEEDS}: safe while things go wrong, and everything ends once they do not`, async (t) => {
  const pool = openPool()
  t.teardown(() => pool.close())
  const ends = new Map<string, number>()
  let [done, virtualMs] = [0, 0]
  const caught = await search(pool, { from: 1, count: SEEDS, mutant: null }, (verdict) => {
    done += 1
    virtualMs += verdict.virtualMs
    for (const end of verdict.ends) ends.set(end, (ends.get(end) ?? 0) + 1)
  })
  t.equal(caught, null, `npm run simulate -- --from ${caught?.seed} --seeds 1 tells how it came to this`)
  t.equal(done, SEEDS)
  for (const end of ['completed', 'rolled_back', 'aborted', 'released', 'refused']) {
    t.ok((ends.get(end) ?? 0) > 0, `${ends.get(end)} shifts ended ${end}`)
  }
  t.comment(`${Math.round(virtualMs / 3_600_000)} hours of virtual time`)
})
