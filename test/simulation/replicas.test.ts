/**
 * Two and three processes over one table, under the same faults and more of their own: safe while things go wrong, and everything
 * ends once they do not. Of three 25 seeds, of two 15; more: `npm run simulate -- --replicas 3 --seeds 5000`.
 */
import t from 'tap'
import { openPool, search } from './pool.ts'

const OF_THREE = 25
const OF_TWO = 15
// A noisy machine does not cut it off.
t.setTimeout(Math.max(600, (OF_THREE + OF_TWO) * 30) * 1_000)

for (const [replicas, seeds] of [
  [2, OF_TWO],
  [3, OF_THREE]
] as const) {
  t.test(`seeds 1 to ${seeds} with ${replicas} replicas`, async (t) => {
    const pool = openPool()
    t.teardown(() => pool.close())
    const ends = new Map<string, number>()
    let done = 0
    const caught = await search(pool, { from: 1, count: seeds, mutant: null, replicas }, (verdict) => {
      done += 1
      for (const end of verdict.ends) ends.set(end, (ends.get(end) ?? 0) + 1)
    })
    t.equal(
      caught,
      null,
      `npm run simulate -- --replicas ${replicas} --from ${caught?.seed} --seeds 1 tells how it came to this`
    )
    t.equal(done, seeds)
    for (const end of ['completed', 'rolled_back', 'aborted']) {
      t.ok((ends.get(end) ?? 0) > 0, `${ends.get(end)} shifts ended ${end}`)
    }
  })
}
