import t from 'tap'
import fc from 'fast-check'
import { RAMP_KINDS, rampPercents, type Ramp } from '../../src/core/ramp.ts'

const ramps: fc.Arbitrary<Ramp> = fc.record({
  kind: fc.constantFrom(...RAMP_KINDS),
  from: fc.integer({ min: -5, max: 1005 }),
  to: fc.integer({ min: -5, max: 1005 }),
  steps: fc.integer({ min: 0, max: 120 })
})

t.test('a linear ramp adds the same number of points each time', async (t) => {
  t.same(rampPercents({ kind: 'linear', from: 200, to: 1000, steps: 5 }), [200, 400, 600, 800, 1000])
  t.same(rampPercents({ kind: 'linear', from: 10, to: 1000, steps: 4 }), [10, 340, 670, 1000])
})

t.test('an exponential ramp multiplies by the same factor', async (t) => {
  t.same(rampPercents({ kind: 'exponential', from: 10, to: 640, steps: 7 }), [10, 20, 40, 80, 160, 320, 640])
  t.same(rampPercents({ kind: 'exponential', from: 10, to: 1000, steps: 8 }), [10, 19, 37, 72, 139, 268, 518, 1000])
})

t.test('neighbours that would round to the same percent are pushed apart', async (t) => {
  t.same(rampPercents({ kind: 'exponential', from: 1, to: 8, steps: 8 }), [1, 2, 3, 4, 5, 6, 7, 8])
})

t.test('the lowest and the highest percent there are can be the ends', async (t) => {
  t.same(rampPercents({ kind: 'linear', from: 1, to: 1000, steps: 2 }), [1, 1000])
})

t.test('there is no ramp that falls, stands, leaves the range or has more steps than tenths', async (t) => {
  for (const wrong of [
    { from: 500, to: 100, steps: 3 },
    { from: 500, to: 500, steps: 2 },
    { from: 0, to: 100, steps: 3 },
    { from: 10, to: 1001, steps: 3 },
    { from: 10, to: 20, steps: 12 },
    { from: 10, to: 100, steps: 1 },
    { from: 10, to: 100, steps: 2.5 },
    { from: 10.5, to: 100, steps: 3 }
  ]) {
    for (const kind of RAMP_KINDS) t.equal(rampPercents({ kind, ...wrong }), null, JSON.stringify(wrong))
  }
})

t.test('every ramp has its length, both its ends, whole tenths, and rises strictly', async () => {
  fc.assert(
    fc.property(ramps, (ramp) => {
      const percents = rampPercents(ramp)
      const possible = ramp.from > 0 && ramp.to <= 1000 && ramp.steps >= 2 && ramp.to - ramp.from >= ramp.steps - 1
      if (percents === null) return !possible
      return (
        possible &&
        percents.length === ramp.steps &&
        percents[0] === ramp.from &&
        percents.at(-1) === ramp.to &&
        percents.every((percent, i) => Number.isInteger(percent) && percent > (percents[i - 1] ?? 0))
      )
    })
  )
})

t.test('no step of a linear ramp is more than a tenth larger than another', async () => {
  fc.assert(
    fc.property(ramps, (ramp) => {
      const percents = rampPercents({ ...ramp, kind: 'linear' }) ?? []
      const jumps = percents.slice(1).map((percent, i) => percent - (percents[i] ?? 0))
      return Math.max(0, ...jumps) - Math.min(Infinity, ...jumps) <= 1 || jumps.length === 0
    })
  )
})

t.test('an exponential ramp is never above the linear one: it risks less, later', async () => {
  fc.assert(
    fc.property(ramps, (ramp) => {
      const linear = rampPercents({ ...ramp, kind: 'linear' }) ?? []
      const exponential = rampPercents({ ...ramp, kind: 'exponential' }) ?? []
      return exponential.every((percent, i) => percent <= (linear[i] ?? 0))
    })
  )
})
