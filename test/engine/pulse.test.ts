/**
 * The sign of life: every minute, with the percent of every route, from whoever leads, and never where a shift is not looked at.
 */
import t, { type Test } from 'tap'
import { makePulse, STALE_MS } from '../../src/engine/pulse.ts'
import type { Beat } from '../../src/heartbeats/heartbeat.ts'
import type { ShiftId } from '../../src/core/shift.ts'
import { anObservation, anUnreadable, aReading, aRouteSeen, aShare, aShift } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'

function aDesk(t: Test, fails: () => boolean = () => false) {
  const clock = virtualClock()
  const beats: Beat[] = []
  const failures: string[] = []
  const state = { leads: true, running: [] as ShiftId[] }
  const heartbeat = {
    beat: async (beat: Beat) => {
      if (fails()) throw new Error('cloudwatch PutMetricData: AccessDenied')
      beats.push(beat)
    }
  }
  const pulse = makePulse(heartbeat, clock)
  const off = new AbortController()
  const done = pulse.run({
    leads: () => state.leads,
    running: () => state.running,
    failed: (err) => failures.push((err as Error).message),
    signal: off.signal
  })
  t.teardown(async () => {
    off.abort()
    await clock.complete(done)
  })
  const shift = aShift()
  const look = (reading = aReading({ share: aShare(100) })) =>
    pulse.looked(shift, anObservation({ routes: { web: aRouteSeen({ reading }) } }), clock.now())
  return { clock, beats, failures, state, shift, look, pulse }
}

void t.test('every minute a beat, also where no shift is open', async (t) => {
  const { clock, beats } = aDesk(t)
  await clock.advance('5m')
  t.equal(beats.length, 6)
  t.match(beats[0], { openShifts: 0, routes: [] })
})

void t.test('every route of every open shift is in it, as it is live', async (t) => {
  const { clock, beats, state, shift, look, pulse } = aDesk(t)
  state.running = [shift.id, 'shf_2']
  look(aReading({ share: aShare(125) }))
  pulse.looked(
    aShift({ id: 'shf_2', migration: 'other' }),
    anObservation({ routes: { web: aRouteSeen({ reading: anUnreadable() }) } }),
    clock.now()
  )
  await clock.advance('1m')
  t.same(beats.at(-1)?.routes, [
    { migration: shift.migration, route: 'web', percent: 12.5 },
    { migration: 'other', route: 'web', percent: 10 }
  ])
  t.equal(beats.at(-1)?.openShifts, 2)
  state.running = ['shf_2']
  await clock.advance('1m')
  t.same(
    beats.at(-1)?.routes.map(({ migration }) => migration),
    ['other'],
    'an ended shift is not shown any more'
  )
})

void t.test('a shift that nobody looks at is no sign of life, until somebody does', async (t) => {
  const { clock, beats, failures, state, shift, look } = aDesk(t)
  state.running = [shift.id]
  look()
  await clock.advance(STALE_MS - 1)
  const before = beats.length
  t.ok(before >= 5)
  await clock.advance('3m')
  t.equal(beats.length, before)
  t.match(failures[0], shift.id)
  look()
  await clock.advance('1m')
  t.equal(beats.length, before + 1)
})

void t.test('a shift that only begins to run has five minutes for its first look', async (t) => {
  const { clock, beats, failures, state, shift } = aDesk(t)
  state.running = [shift.id]
  await clock.advance('4m')
  t.match(beats.at(-1), { openShifts: 1, routes: [] })
  t.same(failures, [])
})

void t.test('the first shift to open is told within seconds: whoever dies right after must be missed', async (t) => {
  const { clock, beats, state, shift } = aDesk(t)
  await clock.advance('20s')
  state.running = [shift.id]
  await clock.advance('5s')
  t.same(
    beats.map(({ openShifts }) => openShifts),
    [0, 1]
  )
  await clock.advance('59s')
  t.equal(beats.length, 2, 'and from then on every minute')
  await clock.advance('1s')
  t.equal(beats.length, 3)
})

void t.test('a new leader gives its first sign within seconds', async (t) => {
  const { clock, beats, state } = aDesk(t)
  state.leads = false
  await clock.advance('62s')
  const before = beats.length
  state.leads = true
  await clock.advance('5s')
  t.equal(beats.length, before + 1)
})

void t.test('whoever does not lead is silent, and forgets what it had looked at', async (t) => {
  const { clock, beats, failures, state, shift, look } = aDesk(t)
  state.running = [shift.id]
  look()
  await clock.advance('1m')
  state.leads = false
  const before = beats.length
  await clock.advance('10m')
  t.equal(beats.length, before)
  state.leads = true
  await clock.advance('1m')
  t.equal(beats.length, before + 1, 'and does not take its own old looks for a stuck shift')
  t.same(failures, [])
})

void t.test('a beat that does not arrive is told, and the next one is tried', async (t) => {
  let broken = true
  const { clock, beats, failures } = aDesk(t, () => broken)
  await clock.advance('2m')
  t.equal(failures.length, 3)
  t.match(failures[0], 'AccessDenied')
  broken = false
  await clock.advance('1m')
  t.equal(beats.length, 1)
})
