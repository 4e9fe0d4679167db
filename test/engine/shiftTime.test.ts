import t from 'tap'
import { inShiftTime, makeShiftTime } from '../../src/engine/shiftTime.ts'
import { aHealth, anObservation, aReading, aRouteSeen } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'

t.test('on a clock that is right it is the clock', async (t) => {
  const clock = virtualClock()
  const time = makeShiftTime(clock)
  time.notBefore(clock.now() - 5_000)
  await clock.advance('1m')
  t.equal(time.now(), clock.now())
  t.equal(time.aheadMs(), 0)
})

t.test('behind what is stored it goes on from there, at half speed, until the clock has caught up', async (t) => {
  const clock = virtualClock()
  const time = makeShiftTime(clock)
  const stored = clock.now() + 60_000
  time.notBefore(stored)
  t.equal(time.now(), stored, 'never back')
  await clock.advance('10s')
  t.equal(time.now(), stored + 5_000, 'and never still')
  t.equal(time.aheadMs(), 55_000)
  await clock.advance('3m')
  t.equal(time.now(), clock.now())
})

t.test('what was looked at is as old in its time as it is', (t) => {
  const seen = anObservation({
    routes: { web: aRouteSeen({ reading: aReading({ readAt: 1_000 }), health: aHealth({ readAt: 1_000 }) }) },
    alarms: [{ gate: 'alarms', route: 'web', readAt: 2_000, unusable: null, alarms: [] }]
  })
  t.equal(inShiftTime(seen, 0), seen, 'nothing is copied where nothing is to be moved')
  const moved = inShiftTime(seen, 500)
  t.match(moved.routes['web'], { reading: { readAt: 1_500 }, health: { readAt: 1_500 } })
  t.match(moved.alarms, [{ readAt: 2_500 }])
  t.end()
})
