import t from 'tap'
import { plusPeriod, resolversOf, type Lumps } from '../../../src/core/dns/lumps.ts'
import { seededRandom } from '../../../src/lab/random.ts'

const NONE: Lumps = { periods: 0, sum: 0 }
const REQUESTS = 10_000

/** Steps of so many periods, each drawn from `resolvers` at `p`, of whose share only `arriving` arrives. */
function fitted(
  resolvers: number,
  p: number,
  options: { arriving?: number; steps?: number; seed?: number } = {}
): number {
  const { arriving = 1, steps = 4, seed = 1 } = options
  const random = seededRandom(seed)
  let lumps = NONE
  for (let step = 0; step < steps; step += 1) {
    let before = { old: 0, new: 0 }
    for (let nth = 0; nth < 10; nth += 1) {
      const on = Array.from({ length: resolvers }, () => random() < p).filter(Boolean).length
      const observed = (on / resolvers) * arriving
      lumps = plusPeriod(lumps, { observed, expected: p, before, nth })
      before = { old: before.old + REQUESTS * (1 - observed), new: before.new + REQUESTS * observed }
    }
  }
  return resolversOf(lumps)
}

t.test('before anything was counted it is a cautious guess', async (t) => {
  t.equal(resolversOf(NONE), 50)
})

t.test('the effective number of resolvers is fitted from how much periods of a step differ', async (t) => {
  for (const [resolvers, low, high] of [
    [10, 8, 20],
    [50, 35, 75],
    [1000, 250, 1500]
  ] as const) {
    const found = fitted(resolvers, 0.3)
    t.ok(found > low && found < high, `${resolvers} resolvers: ${found.toFixed(0)}`)
  }
  t.ok(fitted(1000, 0.3, { steps: 40 }) > 600, 'and the more was counted, the less the guess counts')
})

t.test('a share that stays away is no lumpiness: it must not excuse itself', async (t) => {
  t.ok(fitted(1000, 0.5, { arriving: 0.4 }) > 250)
})

t.test('nothing is learned from the first period of a step, nor where there is nothing to split', async (t) => {
  const first = { observed: 0.9, expected: 0.1, before: { old: 0, new: 0 }, nth: 0 }
  t.equal(plusPeriod(NONE, first), NONE)
  t.equal(plusPeriod(NONE, { ...first, expected: 1, before: { old: 5, new: 5 }, nth: 3 }), NONE)
})
