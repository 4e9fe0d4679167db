/**
 * What every observer must do, whatever it counts with. `make` gives an observer over a source in which a test can put values.
 */
import t, { type Test } from 'tap'
import type { MetricQuery } from '../../src/core/measurement.ts'
import type { Instant } from '../../src/core/time.ts'
import type { Observer } from '../../src/observers/observer.ts'
import { MINUTE } from '../support/builders.ts'
import { aCall, aQuery, aWanted, seriesOf } from './support.ts'

export interface Source {
  readonly observer: Observer
  /** Start of a whole minute from which on the source takes and keeps values. */
  readonly start: Instant
  readonly put: (query: MetricQuery, at: Instant, value: number) => Promise<void> | void
}

export function observerContract(name: string, make: (t: Test) => Promise<Source>): void {
  t.test(`${name}: values come by the start of their period, and what is missing is absent, never 0`, async (t) => {
    const { observer, start, put } = await make(t)
    const query = aQuery()
    await put(query, start, 5)
    await put(query, start + 2 * MINUTE, 7)
    const wanted = aWanted({ query, from: start, to: start + 3 * MINUTE })
    const answer = (await observer.measure([wanted], aCall())).get('requests')
    t.same(seriesOf(answer), [
      [start, 5],
      [start + 2 * MINUTE, 7]
    ])
  })

  t.test(`${name}: a source that has no value at all gives a series without values`, async (t) => {
    const { observer, start } = await make(t)
    const wanted = aWanted({ query: aQuery({ metric: 'NobodyCounts' }), from: start, to: start + MINUTE })
    t.same(seriesOf((await observer.measure([wanted], aCall())).get('requests')), [])
  })

  t.test(`${name}: FM-24: nothing from before the window nor from its end on is handed out`, async (t) => {
    const { observer, start, put } = await make(t)
    const query = aQuery()
    for (const i of [0, 1, 2, 3]) await put(query, start + i * MINUTE, 10 + i)
    const wanted = aWanted({ query, from: start + MINUTE, to: start + 3 * MINUTE })
    const values = seriesOf((await observer.measure([wanted], aCall())).get('requests'))
    t.same(values, [
      [start + MINUTE, 11],
      [start + 2 * MINUTE, 12]
    ])
  })

  t.test(`${name}: FM-11: series differ by metric and by dimensions`, async (t) => {
    const { observer, start, put } = await make(t)
    const old = aQuery({ dimensions: { TargetGroup: 'targetgroup/web-133/1', LoadBalancer: 'app/shop/1' } })
    const fresh = aQuery({ dimensions: { TargetGroup: 'targetgroup/web-134/2', LoadBalancer: 'app/shop/1' } })
    const whole = aQuery({ dimensions: { LoadBalancer: 'app/shop/1' } })
    const failed = aQuery({ ...fresh, metric: 'HTTPCode_Target_5XX_Count' })
    const all = [old, fresh, whole, failed]
    for (const [i, query] of all.entries()) await put(query, start, i + 1)
    const wanted = all.map((query, i) => aWanted({ key: `k${i}`, query, from: start, to: start + MINUTE }))
    const answers = await observer.measure(wanted, aCall())
    t.equal(answers.size, all.length)
    for (const i of all.keys()) t.same(seriesOf(answers.get(`k${i}`)), [[start, i + 1]])
  })

  t.test(`${name}: different windows in one call are answered each for itself`, async (t) => {
    const { observer, start, put } = await make(t)
    const query = aQuery()
    for (const i of [0, 1, 2, 3]) await put(query, start + i * MINUTE, 10 + i)
    const answers = await observer.measure(
      [
        aWanted({ key: 'early', query, from: start, to: start + MINUTE }),
        aWanted({ key: 'late', query, from: start + 2 * MINUTE, to: start + 4 * MINUTE }),
        aWanted({ key: 'two', query, periodMs: 2 * MINUTE, from: start, to: start + 4 * MINUTE })
      ],
      aCall()
    )
    t.same(seriesOf(answers.get('early')), [[start, 10]])
    t.same(seriesOf(answers.get('late')).length, 2)
    t.equal(answers.get('two')?.kind, 'series')
  })

  t.test(`${name}: nothing wanted, nothing answered`, async (t) => {
    const { observer } = await make(t)
    t.equal((await observer.measure([], aCall())).size, 0)
  })
}
