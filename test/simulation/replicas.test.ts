/**
 * Two and three processes over one table, under the same faults and more of their own: safe while things go wrong, and everything
 * ends once they do not. 40 seeds each, or a tenth of what SLUICE_SEEDS says; more: `npm run simulate -- --replicas 3 --seeds 5000`.
 */
import t from 'tap'
import { openPool, search } from './pool.ts'

const SEEDS = Math.max(40, Math.floor(Number(process.env['SLUICE_SEEDS'] ?? 0) / 10))
// A noisy machine does not cut it off.
t.setTimeout(Math.max(600, SEEDS * 30) * 1_000)

for (const replicas of [2, 3]) {
  t.test(`seeds 1 to ${SEEDS} with ${replicas} replicas`, async (t) => {
    const pool = openPool()
    t.teardown(() => pool.close())
    const ends = new Map<string, number>()
    let done = 0
    const caught = await search(pool, { from: 1, count: SEEDS, mutant: null, replicas }, (verdict) => {
      done += 1
      for (const end of verdict.ends) ends.set(end, (ends.get(end) ?? 0) + 1)
    })
    t.equal(
      caught,
      null,
      `npm run simulate -- --replicas ${replicas} --from ${caught?.seed} --seeds 1 tells how it came to this`
    )
    t.equal(done, SEEDS)
    for (const end of ['completed', 'rolled_back', 'aborted']) {
      t.ok((ends.get(end) ?? 0) > 0, `${ends.get(end)} shifts ended ${end}`)
    }
  })
}
