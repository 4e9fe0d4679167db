// CloudWatch's memory at given instants: what is visible when. No server and no clock.

import t from 'tap'
import { createMetricStore } from '../../src/lab/metrics.ts'
import { isStatistic } from '../../src/lab/statistics.ts'
import type { MetricId, MetricOptions } from '../../src/lab/metrics.ts'

const requests: MetricId = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', dimensions: { a: '1', b: '2' } }
const aStore = (options: Partial<MetricOptions> = {}) =>
  createMetricStore({ periodMs: 1000, delayMs: 1000, partialMs: 500, showUnfinished: false, ...options })
const all = { from: 0, to: 1_000_000, periodMs: 1000, stat: 'Sum' }

t.test('a period is invisible until the delay after its end, then partial, then revised upward', async (t) => {
  const store = aStore()
  for (let count = 0; count < 9; count += 1) store.put(requests, 1, 10_500)
  store.put(requests, 1, 10_900, true)
  const at = (now: number) => store.read(requests, { ...all, now })
  t.same(at(11_999), [])
  t.same(at(12_000), [{ at: 10_000, value: 9 }])
  t.same(at(12_499), [{ at: 10_000, value: 9 }])
  t.same(at(12_500), [{ at: 10_000, value: 10 }])
})

t.test('a period whose values all come late is absent at first, not zero', async (t) => {
  const store = aStore()
  store.put(requests, 1, 10_500, true)
  t.same(store.read(requests, { ...all, now: 12_100 }), [])
  t.same(store.read(requests, { ...all, now: 12_500 }), [{ at: 10_000, value: 1 }])
})

t.test('longer periods are sums of buckets and lie on whole periods; start is inclusive, end exclusive', async (t) => {
  const store = aStore()
  for (const at of [4999, 5000, 7200, 9999, 10_000]) store.put(requests, 1, at)
  const read = (from: number, to: number) =>
    store.read(requests, { from, to, periodMs: 5000, stat: 'Sum', now: 60_000 })
  t.same(read(0, 60_000), [
    { at: 0, value: 1 },
    { at: 5000, value: 3 },
    { at: 10_000, value: 1 }
  ])
  t.same(read(5000, 10_000), [{ at: 5000, value: 3 }])
})

t.test('a longer period shows nothing before its own end and delay, unless unfinished ones are shown', async (t) => {
  const ask = { from: 0, to: 60_000, periodMs: 5000, stat: 'Sum', now: 9000 }
  const [strict, like] = [aStore(), aStore({ showUnfinished: true })]
  for (const store of [strict, like]) store.put(requests, 1, 5500)
  t.same(strict.read(requests, ask), [])
  t.same(like.read(requests, ask), [{ at: 5000, value: 1 }])
  t.same(strict.read(requests, { ...ask, now: 11_000 }), [{ at: 5000, value: 1 }])
})

t.test('statistics follow from the single values', async (t) => {
  const store = aStore()
  for (let value = 1; value <= 100; value += 1) store.put(requests, value, 10_000)
  const stat = (name: string) => store.read(requests, { ...all, stat: name, now: 60_000 })[0]?.value
  t.same(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'].map(stat), [5050, 50.5, 1, 100, 100])
  t.same(['p50', 'p99', 'p99.9', 'p100'].map(stat), [50, 99, 100, 100])
  t.same(['PR(:80)', 'PR(20:80)', 'PR(80:)', 'PR(:0.5)', 'PR(:100)'].map(stat), [80, 60, 20, 0, 100])
  t.same(['TC(:80)', 'TC(20.5:80)', 'TC(99:)'].map(stat), [80, 60, 1])
  t.same(['PR(:0.8)', 'TC(1:)', 'p99.9'].map(isStatistic), [true, true, true], 'what Sluice asks for is known')
  t.same(['PR(:)', 'PR(:10%)', 'TM(:1)', 'p101', 'Median'].map(isStatistic), [false, false, false, false, false])
})

t.test('every dimension set is a metric of its own, in whatever order it is named', async (t) => {
  const store = aStore()
  store.put(requests, 1, 10_000)
  const read = (dimensions: Readonly<Record<string, string>>) =>
    store.read({ ...requests, dimensions }, { ...all, now: 60_000 }).length
  t.equal(read({ b: '2', a: '1' }), 1)
  t.equal(read({ a: '1' }), 0, 'no roll-up')
  t.equal(read({}), 0)
})

t.test('what is older than three hours is forgotten', async (t) => {
  const store = aStore()
  const hours = 3_600_000
  store.put(requests, 1, 1000)
  store.put(requests, 1, 4 * hours)
  t.same(store.read(requests, { ...all, to: 9 * hours, now: 9 * hours }), [{ at: 4 * hours, value: 1 }])
})
