/**
 * What Prometheus is told of shifts while the engine decides: never a phase that is over, never a number that is not known.
 */
import t from 'tap'
import type { ShiftEvent } from '../../src/core/event.ts'
import type { Observation } from '../../src/core/observation.ts'
import type { Shift } from '../../src/core/shift.ts'
import { makeLogger } from '../../src/telemetry/log.ts'
import { makeMetrics } from '../../src/telemetry/metrics.ts'
import { makeWitness } from '../../src/telemetry/witness.ts'
import { handClock, settle } from '../http/handClock.ts'
import {
  ABORT,
  aGateState,
  anEvent,
  anObservation,
  anUnreadable,
  aReading,
  aRouteSeen,
  aRouteState,
  aShare,
  aShift,
  MINUTE,
  SECOND,
  T0
} from '../support/builders.ts'

function aWitness() {
  const clock = handClock(T0)
  const metrics = makeMetrics()
  const lines: string[] = []
  const log = makeLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } })
  const witness = makeWitness({ log, metrics, clock })
  const samples = async (name: string) =>
    (await metrics.render()).split('\n').filter((line) => new RegExp(`^sluice_${name}[{ ]`).test(line))
  const phase = async () =>
    (await samples('shift_phase')).filter((line) => line.endsWith(' 1')).map((line) => /phase="(\w+)"/.exec(line)?.[1])
  const decided = (before: Shift, shift: Shift, ...events: ShiftEvent[]) =>
    witness.decided(before, { shift, events, consumed: [], effects: [], wakeAt: null })
  return { clock, metrics, lines, witness, samples, phase, decided }
}

const WATCHED: Observation = anObservation({
  routes: { web: aRouteSeen({ reading: aReading({ share: aShare(100) }) }) }
})

t.test('an end is shown at once, stays for 10 minutes, and then nothing of the shift is left', async (t) => {
  const { clock, metrics, witness, samples, phase, decided } = aWitness()
  const shift = aShift({ phase: 'rolling_back' })
  witness.observed(shift, WATCHED, clock.now())
  t.same(await phase(), ['rolling_back'])
  decided(shift, aShift({ phase: 'rolled_back' }))
  t.same(await phase(), ['rolled_back'], 'not the phase of the look before')
  t.same(await samples('shift_last_decision_timestamp_seconds'), [], 'nobody looks at it any more, and nobody shall')
  t.ok((await samples('shifts')).includes('sluice_shifts{phase="rolled_back"} 1'))
  await clock.advance(10 * MINUTE - 1)
  t.match(await metrics.render(), new RegExp(`shift="${shift.id}"`))
  await clock.advance(1)
  t.notMatch(await metrics.render(), new RegExp(`shift="${shift.id}"`))
  t.ok((await samples('shifts')).includes('sluice_shifts{phase="rolled_back"} 0'))
})

t.test('a shift taken up after a restart counts from its first look, also where nothing is decided', async (t) => {
  const { clock, witness, samples, phase } = aWitness()
  witness.observed(aShift({ phase: 'halted' }), WATCHED, clock.now())
  t.same(await phase(), ['halted'])
  t.ok((await samples('shifts')).includes('sluice_shifts{phase="halted"} 1'))
})

t.test('routes that cannot be read and blind gates are counted in every phase', async (t) => {
  const { clock, witness, samples } = aWitness()
  const unread = anObservation({ routes: { web: aRouteSeen({ reading: anUnreadable() }) } })
  const shift = aShift({ phase: 'paused', gates: [aGateState({ verdict: 'blind' })] })
  witness.observed(shift, unread, clock.now())
  t.match(await samples('shift_blind'), [/ 2$/])
  t.same(await samples('last_observation_timestamp_seconds'), ['sluice_last_observation_timestamp_seconds 0'])
  witness.observed(aShift({ phase: 'paused', gates: [aGateState({ verdict: 'pass' })] }), WATCHED, clock.now())
  t.match(await samples('shift_blind'), [/ 0$/])
  t.same(await samples('last_observation_timestamp_seconds'), [
    `sluice_last_observation_timestamp_seconds ${T0 / 1000}`
  ])
})

const back = (over: { confirmedAt: number | null; inEffectAt: number | null }) =>
  aShift({
    phase: {
      kind: 'rolling_back',
      since: T0,
      cause: ABORT,
      deadlineAt: T0 + 10 * MINUTE,
      nextAt: null,
      confirmedAt: over.confirmedAt,
      lowSince: null
    },
    routes: [aRouteState({ restore: aShare(0), confirmedAt: over.confirmedAt, inEffectAt: over.inEffectAt })]
  })

const confirmedAfter = (ms: number) =>
  anEvent({
    type: 'rollback.confirmed',
    at: T0 + ms,
    reason: { code: 'rollback_confirmed', cause: 'person', afterMs: ms, percent: 0 }
  })

t.test('a rollback stands beside its promise until it is in effect', async (t) => {
  const { clock, witness, samples } = aWitness()
  witness.observed(back({ confirmedAt: null, inEffectAt: null }), WATCHED, clock.now())
  t.match(await samples('shift_rollback_started_timestamp_seconds'), [new RegExp(` ${T0 / 1000}$`)])
  t.match(await samples('shift_rollback_promised_seconds'), [/ 70$/], '10 s to read it back and 60 s to settle')
  const confirmed = back({ confirmedAt: T0 + 5 * SECOND, inEffectAt: T0 + 65 * SECOND })
  witness.observed(confirmed, WATCHED, T0 + 64 * SECOND)
  t.equal((await samples('shift_rollback_started_timestamp_seconds')).length, 1)
  witness.observed(confirmed, WATCHED, T0 + 65 * SECOND)
  t.same(await samples('shift_rollback_started_timestamp_seconds'), [])
})

t.test('only a rollback that is in effect after its promise is counted as late', async (t) => {
  const { decided, samples } = aWitness()
  const before = back({ confirmedAt: null, inEffectAt: null })
  decided(before, back({ confirmedAt: T0 + 10 * SECOND, inEffectAt: T0 + 70 * SECOND }), confirmedAfter(10 * SECOND))
  t.same(await samples('rollbacks_late_total'), ['sluice_rollbacks_late_total 0'])
  decided(before, back({ confirmedAt: T0 + 11 * SECOND, inEffectAt: T0 + 71 * SECOND }), confirmedAfter(11 * SECOND))
  t.same(await samples('rollbacks_late_total'), ['sluice_rollbacks_late_total 1'])
  t.same(await samples('rollback_seconds_sum'), ['sluice_rollback_seconds_sum 21'])
})

t.test('a rollback that went through stuck is late by its beginning, not by when it got stuck', async (t) => {
  const { decided, samples } = aWitness()
  const stuck = (inEffectAt: number | null) =>
    aShift({
      phase: {
        kind: 'stuck',
        since: T0 + 10 * MINUTE,
        begunAt: T0,
        cause: ABORT,
        nextAt: null,
        confirmedAt: inEffectAt === null ? null : inEffectAt - MINUTE,
        lowSince: null
      },
      routes: [aRouteState({ restore: aShare(0), confirmedAt: null, inEffectAt })]
    })
  const at = 10 * MINUTE + 2 * SECOND
  decided(stuck(null), stuck(T0 + at + MINUTE), confirmedAfter(at))
  t.same(await samples('rollbacks_late_total'), ['sluice_rollbacks_late_total 1'])
})

t.test('what fails is counted, and a route that cannot be read is said once', async (t) => {
  const { clock, lines, witness, samples } = aWitness()
  witness.failed('turn', 's1', new Error('disk full'))
  t.same(await samples('failures_total'), ['sluice_failures_total{kind="turn"} 1'])
  const unread = anObservation({ routes: { web: aRouteSeen({ reading: anUnreadable() }) } })
  for (let i = 0; i < 3; i += 1) witness.observed(aShift(), unread, clock.now())
  t.equal(lines.filter((line) => line.includes('route cannot be read')).length, 1)
  witness.observed(aShift(), WATCHED, clock.now())
  t.equal(lines.filter((line) => line.includes('route can be read again')).length, 1)
  await settle()
})

t.test('a replica that leads no more shows no shift, whatever of it was still on its way', async (t) => {
  const { clock, metrics, witness, samples, phase, decided } = aWitness()
  witness.lead(true)
  const shift = aShift({ phase: 'halted' })
  witness.observed(shift, WATCHED, clock.now())
  witness.orphans(['m/web'])
  t.same(await samples('leader'), ['sluice_leader 1'])
  witness.lead(false)
  decided(shift, aShift({ phase: 'paused' }))
  t.same(await samples('leader'), ['sluice_leader 0'])
  t.notMatch(await metrics.render(), new RegExp(`shift="${shift.id}"`))
  t.ok((await samples('shifts')).every((line) => line.endsWith(' 0')))
  t.same(await samples('orphaned_routes'), ['sluice_orphaned_routes 0'])
  witness.lead(true)
  witness.observed(shift, WATCHED, clock.now())
  t.same(await phase(), ['halted'])
  t.ok((await samples('shifts')).includes('sluice_shifts{phase="halted"} 1'))
})
