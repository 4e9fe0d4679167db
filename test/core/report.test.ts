/**
 * The report: the five measures, from events and from what the decisions saw.
 */
import t from 'tap'
import { explainReason } from '../../src/core/explain.ts'
import { report, type SeenDeed } from '../../src/core/report.ts'
import { meterKey } from '../../src/core/gates/counts.ts'
import type { EventType, ShiftEvent } from '../../src/core/event.ts'
import type { Command } from '../../src/core/command.ts'
import type { PeriodCounts } from '../../src/core/observation.ts'
import type { Reason } from '../../src/core/reason.ts'
import type { PhaseName } from '../../src/core/shift.ts'
import {
  aCommand,
  ABORT,
  aMeterState,
  anEvent,
  aPeriod,
  aPhase,
  aPolicy,
  aRoute,
  aShare,
  aShift,
  BREACH,
  HOUR,
  MINUTE,
  SECOND,
  sideCounts,
  T0
} from '../support/builders.ts'

const METER = aMeterState().key

function deed(periods: readonly PeriodCounts[], meter = METER, commands: readonly Command[] = []): SeenDeed {
  return { seen: { meters: [{ meter, periods, unusable: null }], commands } }
}

/** A period that began so many minutes after the first write. */
function period(minute: number, old: readonly [number, number], fresh: readonly [number, number]): PeriodCounts {
  const lb = { requests: old[0] + fresh[0], e502: null, e503: null, e504: null }
  return aPeriod({ start: T0 + minute * MINUTE, old: sideCounts(...old), new: sideCounts(...fresh), lb })
}

const impact = (deeds: Iterable<SeenDeed>, shift = aShift()) => report(shift, [], deeds).serviceImpact

void t.test('requests and errors of both sides are summed over the decisions', async (sub) => {
  const deeds = [
    deed([period(0, [1000, 1], [100, 2]), period(1, [1000, 3], [300, 6])]),
    deed([]),
    deed([period(2, [1000, 2], [600, 12])])
  ]
  sub.same(impact(deeds), {
    requestsOnNew: 1000,
    errorsOnNew: 20,
    errorRateOnNew: 0.02,
    errorRateOnOld: 0.002,
    excessErrors: 18
  })
})

void t.test('FM-42: an error is what the gates count as one', async (sub) => {
  const silent = { requests: 100, codes: { c2xx: 60, c3xx: null, c4xx: null, c5xx: 5 } }
  const lb = { requests: 1100, e502: 10, e503: 99, e504: 3 }
  const seen = impact([deed([aPeriod({ new: silent, lb })])])
  sub.match(seen, { requestsOnNew: 100, errorsOnNew: 18 }, '5 and 10 + 3 of the 35 without a code')
  const none = { requests: 100, codes: { c2xx: null, c3xx: null, c4xx: null, c5xx: null } }
  const blind = impact([deed([aPeriod({ new: none })])])
  sub.match(blind, { requestsOnNew: 0, errorsOnNew: 0, errorRateOnNew: null }, 'what cannot be counted is not guessed')
})

void t.test('every period is counted once, and none from before the first write', async (sub) => {
  const first = period(0, [1000, 0], [100, 0])
  const before = period(-1, [1000, 500], [100, 100])
  const second = period(1, [1000, 0], [100, 0])
  sub.match(impact([deed([before, first]), deed([first, second]), deed([second])]), {
    requestsOnNew: 200,
    errorsOnNew: 0
  })
  const later = aShift({ firstWriteAt: T0 + 1 })
  sub.match(impact([deed([first, second])], later), { requestsOnNew: 100 }, 'it began before the first write')
})

void t.test('a watching shift is counted from its creation', async (sub) => {
  const watching = aShift({ policy: aPolicy({ mode: 'observe' }), firstWriteAt: null })
  sub.match(impact([deed([period(-1, [9, 0], [9, 0]), period(0, [10, 0], [10, 0])])], watching), { requestsOnNew: 10 })
})

void t.test('several meters of a route are one measurement: the first', async (sub) => {
  const fast = aMeterState({ periodMs: 10 * SECOND })
  const shift = aShift({ meters: [aMeterState(), fast] })
  const one = deed([period(0, [1000, 0], [100, 0])])
  sub.match(impact([one, deed([period(0, [1000, 0], [100, 0])], fast.key)], shift), { requestsOnNew: 100 })
  sub.match(impact([deed([period(0, [1, 0], [1, 0])], meterKey('other', 1, 1))], shift), { requestsOnNew: 0 })
})

void t.test('two routes are added, unless they share their target groups', async (sub) => {
  const api = aRoute({ name: 'api' })
  const meters = [aMeterState(), aMeterState({ route: 'api' })]
  const deeds = [deed([period(0, [1000, 0], [100, 1])]), deed([period(0, [1000, 0], [100, 1])], meters[1]?.key)]
  const two = aShift({ routeSpecs: [aRoute(), api], meters })
  sub.match(impact(deeds, two), { requestsOnNew: 200, errorsOnNew: 2 })
  const same = { ...api, old: aRoute().old, new: aRoute().new }
  sub.match(impact(deeds, aShift({ routeSpecs: [aRoute(), same], meters })), { requestsOnNew: 100, errorsOnNew: 1 })
})

void t.test("excess errors are those beyond old's rate, and no route hides another's", async (sub) => {
  const meters = [aMeterState(), aMeterState({ route: 'api' })]
  const shift = aShift({ routeSpecs: [aRoute(), aRoute({ name: 'api' })], meters })
  const better = deed([period(0, [1000, 100], [1000, 0])], meters[1]?.key)
  sub.equal(impact([deed([period(0, [1000, 10], [100, 5])]), better], shift).excessErrors, 4)
  sub.equal(impact([better], shift).excessErrors, 0)
  sub.equal(impact([deed([period(0, [0, 0], [100, 7])])]).excessErrors, 7, 'without requests on old nothing excuses')
  sub.equal(impact([deed([period(0, [3, 1], [100, 50])])]).excessErrors, 16.7)
})

void t.test('without decisions nothing is claimed', async (sub) => {
  sub.same(report(aShift(), []).serviceImpact, {
    requestsOnNew: 0,
    errorsOnNew: 0,
    errorRateOnNew: null,
    errorRateOnOld: null,
    excessErrors: 0
  })
})

void t.test('decisions may come from anything that can be walked once', async (sub) => {
  function* walk() {
    yield deed([period(0, [10, 0], [10, 0])])
    yield deed([period(1, [10, 0], [10, 0])])
  }
  sub.equal(impact(walk()).requestsOnNew, 20)
})

function log(...entries: readonly (readonly [number, EventType, PhaseName, Reason, string?])[]): readonly ShiftEvent[] {
  return entries.map(([seconds, type, phase, reason, actor = 'daemon'], i) =>
    anEvent({ seq: i + 1, at: T0 + seconds * SECOND, type, phase, reason, actor })
  )
}

const write: Reason = {
  code: 'write',
  route: 'web',
  percent: 10,
  share: aShare(10),
  from: aShare(0),
  n: 1,
  why: 'step'
}
const started: Reason = { code: 'started', migration: 'm', policy: 'p', text: '' }
const stepDone = (step: number): Reason => ({ code: 'step_done', step, percent: 10, by: 'bake', actor: 'daemon' })
const inEffect = (step: number): Reason => ({ code: 'in_effect', percent: 10, step })

const COMPLETED = log(
  [0, 'shift.started', 'preflight', started, 'oncall'],
  [5, 'preflight.passed', 'preflight', { code: 'preflight_passed', findings: 0, skipped: 0 }],
  [5, 'weight.requested', 'converging', { ...write, why: 'attach' }],
  [15, 'weight.in_effect', 'converging', inEffect(-1)],
  [15, 'weight.requested', 'converging', write],
  [75, 'weight.in_effect', 'converging', inEffect(0)],
  [200, 'gate.judged', 'baking', { code: 'sees_again', afterMs: 0 }],
  [375, 'approval.requested', 'awaiting_approval', { code: 'approval_needed', step: 0, percent: 10, expiresAt: T0 }],
  [975, 'approval.granted', 'baking', { code: 'approved', step: 0, comment: '' }, 'boss'],
  [980, 'step.completed', 'baking', stepDone(0)],
  [980, 'weight.requested', 'converging', write],
  [1040, 'weight.in_effect', 'converging', inEffect(1)],
  [1640, 'step.completed', 'baking', stepDone(1)],
  [2000, 'old.drained', 'draining', { code: 'drained', residual: 0 }],
  [2000, 'shift.ended', 'completed', { code: 'ended', outcome: 'completed', percent: 1000, text: '' }]
)
const LADDER = aPolicy({ steps: aPolicy().steps.slice(0, 2) })

void t.test('time is told by phase, and the phases sum up to the whole', async (sub) => {
  const shift = aShift({ policy: LADDER, step: 1, phase: aPhase('completed', T0 + 2000 * SECOND) })
  const { time, frequency, outcome } = report(shift, COMPLETED)
  sub.same(time, {
    startedAt: '2026-11-20T10:00:00.000Z',
    endedAt: '2026-11-20T10:33:20.000Z',
    seconds: 2000,
    phases: [
      { phase: 'preflight', seconds: 5 },
      { phase: 'converging', seconds: 10 + 60 + 60 },
      { phase: 'baking', seconds: 300 + 5 + 600 },
      { phase: 'awaiting_approval', seconds: 600 },
      { phase: 'draining', seconds: 360 }
    ]
  })
  sub.equal(
    time.phases.reduce((sum, { seconds }) => sum + seconds, 0),
    time.seconds
  )
  sub.same(frequency, { steps: 2, stepsDone: 2, versions: { from: '1.33', to: '1.34' } })
  sub.equal(outcome, 'completed')
})

void t.test('an open shift is counted until now, in the phase that it is in', async (sub) => {
  const shift = aShift({
    policy: LADDER,
    step: 0,
    phase: aPhase('baking', T0 + 75 * SECOND),
    updatedAt: T0 + 200 * SECOND
  })
  const saved = report(shift, COMPLETED.slice(0, 7)).time
  sub.match(saved, { endedAt: null, seconds: 200 }, 'until its last decision, where nobody says what time it is')
  const { time, frequency, outcome } = report(shift, COMPLETED.slice(0, 7), [], T0 + HOUR)
  sub.equal(time.seconds, 3600)
  sub.same(time.phases.at(-1), { phase: 'baking', seconds: 3600 - 75 })
  sub.equal(frequency.stepsDone, 0)
  sub.equal(outcome, null)
})

void t.test('a shift that only watches bakes from preflight on, also once it is halted', async (sub) => {
  const events = log(
    [0, 'shift.started', 'preflight', started],
    [5, 'preflight.passed', 'preflight', { code: 'preflight_passed', findings: 0, skipped: 0 }],
    [65, 'shift.halted', 'halted', { code: 'halted', why: 'breach_observed', detail: '', cause: null }]
  )
  const policy = aPolicy({ mode: 'observe' })
  const shift = aShift({ policy, phase: aPhase('halted', T0 + 65 * SECOND), firstWriteAt: null })
  sub.same(report(shift, events, [], T0 + 70 * SECOND).time.phases, [
    { phase: 'preflight', seconds: 5 },
    { phase: 'baking', seconds: 60 },
    { phase: 'halted', seconds: 5 }
  ])
})

void t.test('a step that was baked twice is done once', async (sub) => {
  const twice = log([1, 'step.completed', 'baking', stepDone(0)], [9, 'step.completed', 'baking', stepDone(0)])
  sub.equal(report(aShift(), twice).frequency.stepsDone, 1)
})

void t.test('work is what people had to do', async (sub) => {
  const pause = aCommand({ verb: 'pause', reason: '' }, { id: 'cmd_1', actor: 'bot' })
  const approve = aCommand({ verb: 'approve', step: 0, comment: '' }, { id: 'cmd_2', actor: 'boss' })
  const deeds = [deed([], METER, [pause]), deed([], METER, [pause, approve])]
  sub.same(report(aShift(), COMPLETED, deeds).work, {
    commands: 2,
    approvals: 1,
    people: ['oncall', 'bot', 'boss'],
    writes: 3
  })
  sub.same(report(aShift(), []).work, { commands: 0, approvals: 0, people: ['oncall'], writes: 0 })
})

void t.test('a rollback is told with its cause and how long it took', async (sub) => {
  const back = log(
    [99, 'breach.detected', 'baking', { code: 'cause', cause: BREACH, seenAt: null }],
    [100, 'rollback.started', 'rolling_back', { code: 'rollback_started', cause: BREACH, from: 100, to: 0 }],
    [
      103,
      'rollback.confirmed',
      'rolling_back',
      { code: 'rollback_confirmed', cause: 'breach', afterMs: 3000, percent: 0 }
    ]
  )
  const shift = aShift({ phase: aPhase('rolled_back', T0 + 163 * SECOND) })
  sub.same(report(shift, back).rollback, {
    happened: true,
    cause: 'breach',
    why: explainReason(back[1]?.reason ?? started),
    detectedAt: '2026-11-20T10:01:39.000Z',
    fromPercent: 10,
    toPercent: 0,
    possibleUntil: '2026-11-20T10:02:43.000Z',
    verifiedBy: ['read_back'],
    startedAt: '2026-11-20T10:01:40.000Z',
    confirmedAt: '2026-11-20T10:01:43.000Z',
    seconds: 3
  })
  sub.match(report(shift, back).time.phases.at(-1), { phase: 'rolling_back', seconds: 63 })
  sub.match(report(shift, back.slice(0, 2)).rollback, { happened: true, confirmedAt: null, seconds: null })
  sub.same(report(aShift(), COMPLETED).rollback, {
    happened: false,
    why: null,
    detectedAt: null,
    fromPercent: null,
    toPercent: null,
    possibleUntil: null,
    verifiedBy: [],
    cause: null,
    startedAt: null,
    confirmedAt: null,
    seconds: null
  })
  const person = log([
    1,
    'rollback.started',
    'rolling_back',
    { code: 'rollback_started', cause: ABORT, from: 1, to: 0 }
  ])
  sub.equal(report(shift, person).rollback.cause, 'person')
})

void t.test('time is told by stretch as well, with what each of them waited on', async (sub) => {
  const shift = aShift({ policy: LADDER, step: 1, phase: aPhase('completed', T0 + 2000 * SECOND) })
  const { stretches, time } = report(shift, COMPLETED)
  sub.same(
    stretches.map(({ stretch, step, percent, seconds }) => [stretch, step, percent, seconds]),
    [
      ['preflight', null, null, 5],
      ['attach', null, null, 10],
      ['step', 0, 1, 60 + 300 + 600 + 5],
      ['step', 1, 10, 60 + 600],
      ['drain', null, null, 360]
    ]
  )
  sub.same(stretches[2]?.phases, [
    { phase: 'converging', seconds: 60 },
    { phase: 'baking', seconds: 305 },
    { phase: 'awaiting_approval', seconds: 600 }
  ])
  const sum = stretches.reduce((all, { seconds }) => all + seconds, 0)
  sub.equal(sum, time.seconds, 'they sum up to the whole')
})

void t.test('the way back is a stretch of its own, and steps that were left out are not', async (sub) => {
  const events = log(
    [0, 'shift.started', 'preflight', started],
    [5, 'preflight.passed', 'preflight', { code: 'preflight_passed', findings: 0, skipped: 1 }],
    [15, 'weight.in_effect', 'converging', inEffect(-1)],
    [75, 'weight.in_effect', 'converging', inEffect(1)],
    [100, 'rollback.started', 'rolling_back', { code: 'rollback_started', cause: BREACH, from: 100, to: 0 }]
  )
  const shift = aShift({ step: 1, phase: aPhase('rolled_back', T0 + 160 * SECOND) })
  sub.same(
    report(shift, events).stretches.map(({ stretch, step, seconds }) => [stretch, step, seconds]),
    [
      ['preflight', null, 5],
      ['attach', null, 10],
      ['step', 1, 60 + 25],
      ['back', null, 60]
    ]
  )
})

void t.test('evidence: what each gate saw wholly within each step, as one', async (sub) => {
  const events = log(
    [0, 'preflight.passed', 'preflight', { code: 'preflight_passed', findings: 0, skipped: 0 }],
    [60, 'weight.in_effect', 'converging', inEffect(0)],
    [300, 'step.completed', 'baking', stepDone(0)],
    [360, 'weight.in_effect', 'converging', inEffect(1)]
  )
  const shift = aShift({ policy: LADDER, step: 1, phase: aPhase('baking', T0 + 360 * SECOND) })
  const deeds = [
    deed([period(0, [900, 90], [100, 50])]),
    deed([period(1, [900, 9], [100, 0]), period(2, [900, 9], [300, 8])]),
    deed([period(2, [900, 9], [300, 8]), period(4, [1, 0], [1, 1])]),
    deed([period(5, [900, 0], [100, 0]), period(6, [0, 0], [400, 0])])
  ]
  const { evidence, chart } = report(shift, events, deeds, T0 + HOUR)
  sub.same(evidence, [
    {
      step: 0,
      percent: 1,
      gate: 'errors',
      route: 'web',
      unit: 'share',
      periods: 3,
      new: 9 / 401,
      old: 18 / 1801,
      newRequests: 401,
      oldRequests: 1801,
      limit: 0.01
    },
    {
      step: 1,
      percent: 10,
      gate: 'errors',
      route: 'web',
      unit: 'share',
      periods: 1,
      new: 0,
      old: null,
      newRequests: 400,
      oldRequests: 0,
      limit: 0.01
    }
  ])
  sub.equal(chart.points.length, 6, 'the chart has all of them, each once')
})

void t.test('a chart of a long shift is thinned out, and nothing of it is lost', async (sub) => {
  const many = Array.from({ length: 1000 }, (_, i) => period(i, [10, 0], [10, i === 500 ? 10 : 0]))
  const { points } = report(aShift(), [], [deed(many)]).chart
  sub.ok(points.length <= 240 && points.length >= 190)
  sub.equal(
    points.reduce((sum, { newRequests }) => sum + (newRequests ?? 0), 0),
    10_000
  )
  sub.ok(points.some((point) => point.new === 0.2))
})

void t.test('what people did, and what was left on insufficient evidence', async (sub) => {
  const abort = aCommand({ verb: 'abort', reason: 'pager', force: true }, { id: 'c1', actor: 'bot', at: T0 })
  const approve = aCommand({ verb: 'approve', step: 2, comment: 'ok' }, { id: 'c2', actor: 'boss', at: T0 + 1 })
  const orders = [deed([], METER, [abort]), deed([], METER, [abort, approve])]
  const by = (step: number, how: 'advance' | 'insufficient' | 'bake'): Reason => ({
    code: 'step_done',
    step,
    percent: 100,
    by: how,
    actor: how === 'advance' ? 'boss' : 'daemon'
  })
  const events = log(
    [1, 'step.completed', 'baking', by(0, 'bake')],
    [2, 'step.completed', 'baking', by(1, 'insufficient')],
    [3, 'step.completed', 'baking', by(2, 'advance')],
    [4, 'gate.judged', 'baking', { code: 'sees_again', afterMs: 0 }]
  )
  const told = report(aShift(), events, orders)
  sub.match(told.actions, [
    { actor: 'bot', verb: 'abort', text: 'pager (forced)' },
    { actor: 'boss', verb: 'approve', text: 'step 2: ok' }
  ])
  sub.match(told.insufficient, [
    { step: 1, percent: 10, by: 'insufficient', actor: 'daemon' },
    { step: 2, by: 'advance', actor: 'boss' }
  ])
  sub.equal(told.decisions.length, 3, 'verdicts of single gates are not the story')
})

void t.test('the percent over time: what was asked for, and what was read back', async (sub) => {
  const events = log(
    [1, 'weight.requested', 'converging', write],
    [2, 'weight.confirmed', 'converging', { code: 'read_back', route: 'web', percent: 10, share: aShare(10) }]
  )
  sub.match(report(aShift(), events).chart.percent, [
    { at: '2026-11-20T10:00:01.000Z', route: 'web', kind: 'desired', percent: 1 },
    { kind: 'live', percent: 1 }
  ])
})

void t.test('where new was attached before, the way to the first step belongs to that step', async (sub) => {
  const events = log(
    [5, 'preflight.passed', 'preflight', { code: 'preflight_passed', findings: 0, skipped: 0 }],
    [5, 'weight.requested', 'converging', write],
    [15, 'weight.in_effect', 'converging', inEffect(0)]
  )
  const shift = aShift({ step: 0, phase: aPhase('baking', T0 + 15 * SECOND) })
  sub.match(report(shift, events, [], T0 + 20 * SECOND).stretches, [
    { stretch: 'preflight', seconds: 5 },
    { stretch: 'step', step: 0, seconds: 15, phases: [{ phase: 'converging' }, { phase: 'baking' }] }
  ])
})
