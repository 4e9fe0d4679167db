import t from 'tap'
import { guardBaseline, guardTrips, pushGuard } from '../../../src/core/gates/guard.ts'
import type { PeriodCounts } from '../../../src/core/observation.ts'
import type { MeterState } from '../../../src/core/shift.ts'
import { aMeterState, aPeriod, MINUTE } from '../../support/builders.ts'

/** Requests of the load balancer, then its 502, 503, 504. */
type Row = readonly [number | null, (number | null)?, (number | null)?, (number | null)?]

const period = ([requests, e502 = null, e503 = null, e504 = null]: Row): PeriodCounts =>
  aPeriod({ lb: { requests, e502, e503, e504 } })

const after = (rows: readonly Row[], fields: Partial<MeterState> = {}): MeterState =>
  rows.reduce((meter, row) => pushGuard(meter, period(row)), aMeterState(fields))

t.test('502, 503 and 504 of three periods together trip the guard', async (t) => {
  t.equal(
    guardTrips(
      after([
        [300, 4],
        [300, null, 3],
        [300, null, null, 3]
      ])
    ),
    true
  )
  t.equal(
    guardTrips(
      after([
        [300, 4],
        [300, null, 3],
        [300, null, null, 2]
      ])
    ),
    false,
    'at least 10'
  )
})

t.test('it trips only above 1 % of the requests', async (t) => {
  t.equal(
    guardTrips(
      after([
        [400, 4],
        [300, 3],
        [300, 3]
      ])
    ),
    false,
    'exactly 1 %'
  )
  t.equal(
    guardTrips(
      after([
        [400, 4],
        [300, 3],
        [299, 3]
      ])
    ),
    true
  )
  t.equal(
    guardTrips(
      after([
        [null, 0, 4],
        [null, null, 4],
        [null, null, 4]
      ])
    ),
    true,
    '503s alone have no RequestCount'
  )
})

t.test('it trips only above three times the mean from before the shift', async (t) => {
  const rows: readonly Row[] = [
    [300, 18],
    [300, 18],
    [300, 18]
  ]
  t.equal(guardTrips(after(rows, { guardBaseline: 6 })), false, '54 is not above 3 × 3 × 6')
  t.equal(guardTrips(after(rows, { guardBaseline: 5.9 })), true)
  t.equal(guardTrips(after(rows, { guardBaseline: null })), true, 'an unknown mean excuses nothing')
})

t.test('it needs three periods, and forgets the fourth', async (t) => {
  t.equal(
    guardTrips(
      after([
        [300, 50],
        [300, 50]
      ])
    ),
    false
  )
  t.equal(
    after([
      [300, 50],
      [1, 0],
      [1, 0],
      [1, 0]
    ]).guard.length,
    3
  )
  t.equal(guardTrips(after([[300, 50], [300], [300]])), true)
  t.equal(guardTrips(after([[300, 50], [300], [300], [300]])), false, 'it lifts by itself')
})

t.test('the mean before the shift is over periods in which anything was reported', async (t) => {
  t.equal(guardBaseline([], MINUTE), null)
  t.equal(guardBaseline([period([null]), period([0])], MINUTE), null, 'silence is unknown')
  t.equal(guardBaseline([period([null]), period([100]), period([100, 2, 3, 1])], MINUTE), 3)
  t.equal(guardBaseline([period([null, null, 4])], MINUTE), 4)
  t.equal(guardBaseline([period([600, 12])], MINUTE / 6), 2, 'a minute is read for periods of 10 s: a sixth of it')
})
