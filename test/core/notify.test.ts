/**
 * Who is told of what, and what the message says.
 */
import t from 'tap'
import { EVENT_TYPES, type EventType, type ShiftEvent } from '../../src/core/event.ts'
import { hearersOf, NOTICE_EVENTS, type Audience } from '../../src/core/notify/audience.ts'
import { noticesOf, noticesTo } from '../../src/core/notify/notices.ts'
import type { Cause, HaltWhy, Reason } from '../../src/core/reason.ts'
import type { Finding, Shift } from '../../src/core/shift.ts'
import { aGateState, anEvent, aPhase, aPolicy, aShare, aShift, T0 } from '../support/builders.ts'

const ONCALL: Audience = { name: 'oncall', events: null }
const CHAT: Audience = { name: 'chat', events: ['shift.started', 'shift.ended'] }
const ALL: readonly Audience[] = [ONCALL, CHAT]

const BREACH: Cause = {
  kind: 'breach',
  gate: 'errors',
  route: 'web',
  counts: true,
  value: 0.04,
  limit: 0.01,
  samples: 1200,
  oldValue: 0.001,
  oldSamples: 11_000
}

function told(event: Partial<ShiftEvent>, chosen?: readonly string[], audiences = ALL): readonly string[] {
  return hearersOf(audiences, chosen, anEvent(event)).map(({ name }) => name)
}

function only(shift: Shift, type: EventType, reason: Reason, page = true) {
  const [notice] = noticesOf(shift, [anEvent({ seq: 7, type, reason, page })], [ONCALL])
  if (!notice) throw new Error(`${type} tells nobody`)
  return notice
}

void t.test('a target without events hears of what a person must know, and of every page', async (t) => {
  const heard = EVENT_TYPES.filter((type) => told({ type, page: false }, undefined, [ONCALL]).length > 0)
  t.same(heard, [
    'approval.requested',
    'shift.paused',
    'shift.halted',
    'breach.detected',
    'drift.detected',
    'blind.started',
    'capacity.short',
    'rollback.started',
    'rollback.confirmed',
    'shift.stuck',
    'shift.reminder',
    'shift.ended'
  ])
  t.same(told({ type: 'gate.warned', page: true }), ['oncall'])
  t.same(told({ type: 'gate.judged', page: false }), [])
})

void t.test('a target with events hears of those alone, paging or not', async (t) => {
  t.same(told({ type: 'shift.started', page: false }), ['chat'])
  t.same(told({ type: 'shift.halted', page: true }), ['oncall'])
  t.same(told({ type: 'shift.ended', page: false }), ['oncall', 'chat'])
  t.ok(NOTICE_EVENTS.includes('routes.orphaned') && NOTICE_EVENTS.includes('shift.started'))
})

void t.test('a policy chooses its targets; with none left in the configuration all are told', async (t) => {
  t.same(told({ type: 'shift.ended' }, ['chat']), ['chat'])
  t.same(told({ type: 'shift.ended' }, ['chat', 'gone']), ['chat'])
  t.same(told({ type: 'shift.ended' }, ['gone']), ['oncall', 'chat'])
  t.same(told({ type: 'shift.ended' }, []), [], 'an empty list is a choice as well')
})

void t.test('each event and target is one notice, with the same id whenever it is asked for', async (t) => {
  const shift = aShift({ policy: aPolicy({ notify: ['oncall', 'chat'] }) })
  const ended: Reason = { code: 'ended', outcome: 'completed', percent: 1000, text: '' }
  const events = [
    anEvent({ seq: 3, type: 'shift.started' }),
    anEvent({ seq: 4, at: T0 + 5, type: 'shift.ended', reason: ended, phase: 'completed' })
  ]
  const notices = noticesOf(shift, events, ALL)
  t.same(
    notices.map(({ id, to, at, event }) => [id, to, at, event]),
    [
      [`${shift.id}.3.chat`, 'chat', T0, 'shift.started'],
      [`${shift.id}.4.oncall`, 'oncall', T0 + 5, 'shift.ended'],
      [`${shift.id}.4.chat`, 'chat', T0 + 5, 'shift.ended']
    ]
  )
  t.same(noticesOf(shift, events, ALL), notices)
  t.same(notices[0]?.about, {
    shift: shift.id,
    seq: 3,
    migration: shift.migration,
    policy: shift.policy.name,
    phase: shift.phase.kind,
    percent: 10
  })
})

void t.test('a breach is told with its numbers, every gate and the share of each route', async (t) => {
  const gates = [
    aGateState({ gate: 'targets', verdict: 'pass', at: T0, value: 1, limit: 0.8, samples: 6 }),
    aGateState({ gate: 'errors', verdict: 'breach', at: T0, value: 0.04, limit: 0.01, samples: 1200 })
  ]
  const shift = aShift({ gates })
  const { title, evidence, todo } = only(shift, 'breach.detected', { code: 'cause', cause: BREACH, seenAt: T0 })
  t.equal(title, `${shift.migration}: users of new are hurt (new has 10 %)`)
  t.match(evidence[0], /gate errors on web is breached: .+ of .+ requests to new failed .*at most/)
  t.match(evidence[1], /^route web: new shall have 10 % \(old:new 900:100\)/)
  t.match(evidence[2], /^gate errors on web: breach: error rate 4 % of 1,200 requests, at most 1 %/, 'the worst first')
  t.match(evidence[3], /^gate targets on web: pass/)
  t.match(todo.join(' '), `sluice watch ${shift.id}`)
})

void t.test('a drift is told as a diff, with what each choice would do', async (t) => {
  const drift = { share: aShare(0), kind: 'share', mark: 'm', since: T0, reads: 2 } as const
  const routes = aShift({}).routes.map((route) => ({ ...route, drift }))
  const shift = aShift({ routes, phase: { kind: 'halted', since: T0, why: 'drift', cause: null } })
  const found: Reason = { code: 'drift', route: 'web', kind: 'share', found: aShare(0), expected: aShare(100) }
  const { evidence, todo } = only(shift, 'drift.detected', { ...found, confirmedAt: T0 })
  t.match(
    evidence[0],
    'web: sluice wanted 10 % on new (old:new 900:100), read back at 2026-11-20T10:00:00Z, and found 0 % (old:new 1000:0)'
  )
  t.match(
    todo[0],
    'Resume with drift adopt goes on from 0 % (web), resume with drift overwrite sets web to 10 % again.'
  )
  const shape = { ...drift, kind: 'shape' } as const
  const other = aShift({ ...shift, routes: routes.map((route) => ({ ...route, drift: shape })) })
  const halted: Reason = { code: 'halted', why: 'drift', detail: 'web', cause: null }
  const said = only(other, 'shift.halted', halted).todo.join(' ')
  t.match(said, 'overwrite is refused for web, as only weights are ever written over')
})

void t.test('an approval is told with the commands that name the step that was seen', async (t) => {
  const { todo } = only(
    aShift(),
    'approval.requested',
    { code: 'approval_needed', step: 2, percent: 500, expiresAt: T0 },
    false
  )
  t.match(todo[0], /sluice approve shf_\w+ --step 2$/)
  t.match(todo[1], /sluice reject shf_\w+ --step 2$/)
})

void t.test('a refusal is told with every blocker and its remedy', async (t) => {
  const findings: readonly Finding[] = [
    {
      severity: 'blocker',
      code: 'owned_by',
      route: 'web',
      detail: 'the rule belongs to X',
      remedy: 'use another rule'
    },
    { severity: 'info', code: 'sticky', route: 'web', detail: 'stickiness is on', remedy: 'none' }
  ]
  const shift = aShift({ findings, firstWriteAt: null, phase: aPhase('refused') })
  const { evidence, todo } = only(shift, 'preflight.refused', { code: 'preflight_refused', codes: ['owned_by'] })
  t.same(evidence.slice(1), ['owned_by: the rule belongs to X'])
  t.same(todo, ['Use another rule.'])
})

void t.test('every halt, and a reminder of it, says what a person can do', async (t) => {
  for (const why of ['blind', 'deadline', 'new_unhealthy', 'gone', 'invariant'] as const) {
    const shift = aShift({ phase: { kind: 'halted', since: T0, why, cause: null } })
    const halted = only(shift, 'shift.halted', { code: 'halted', why, detail: '', cause: null })
    t.ok((halted.todo[0] ?? '').length > 20, why)
    const reminder = only(shift, 'shift.reminder', { code: 'reminder', phase: 'halted', forMs: 3_600_000 })
    t.same(reminder.todo, halted.todo)
    t.match(reminder.title, 'still halted, a person is needed')
  }
})

void t.test('the orders in a message are those that the daemon carries out as the shift stands', async (t) => {
  const orders = (shift: Shift) => {
    const { kind } = shift.phase
    const reminder: Reason = { code: 'reminder', phase: kind === 'paused' ? kind : 'halted', forMs: 1 }
    return only(shift, 'shift.reminder', reminder).todo.filter((line) => line.includes(': sluice '))
  }
  const { id, routes } = aShift()
  const haltedBy = (why: HaltWhy, over: Partial<Shift> = {}) =>
    orders(aShift({ ...over, phase: { kind: 'halted', since: T0, why, cause: null } }))
  const back = `To go back: sluice abort ${id}`
  t.same(haltedBy('blind'), [`To go on: sluice resume ${id}`, back])
  const drift = { share: aShare(0), kind: 'share', mark: 'm', since: T0, reads: 2 } as const
  const drifted = routes.map((route) => ({ ...route, drift }))
  t.same(
    haltedBy('drift', { routes: drifted }),
    [`To go on: sluice resume ${id} --drift adopt, or --drift overwrite`, back],
    'a plain resume is refused while a foreign share stands'
  )
  t.same(
    haltedBy('old_unfit'),
    [`To go back at once: sluice abort ${id} --force`],
    'a plain one may wait for old as well'
  )
  const end = `To end the watch: sluice release ${id} --reason TEXT`
  t.same(haltedBy('breach_at_start'), [`To go on: sluice resume ${id}`, end], 'going back changes nothing')
  t.same(haltedBy('gone'), [`Once it is back: sluice resume ${id} --drift overwrite`, back, end])
  t.same(haltedBy('invariant'), [`The weights by hand: sluice undo ${id}`, end])
  const watching = aPolicy({ mode: 'observe' })
  t.same(haltedBy('breach_observed', { policy: watching }), [`To go on: sluice resume ${id}`, end], 'it never writes')
  t.same(
    orders(aShift({ phase: { kind: 'paused', since: T0, by: 'stop' } })),
    [`To go on: sluice stop lift, then sluice resume ${id}`, back],
    'the red button refuses a resume'
  )
})

void t.test('what belongs to no shift is told to whoever hears of it', async (t) => {
  const tidings = {
    event: 'routes.orphaned',
    key: 'k',
    at: T0,
    page: true,
    title: 'routes that nobody watches',
    evidence: ['shop/web'],
    todo: []
  } as const
  t.match(noticesTo(ALL, tidings), [{ id: 'routes.orphaned.k.oncall', to: 'oncall', about: null, page: true }])
  t.equal(noticesTo([{ name: 'both', events: ['routes.orphaned'] }, CHAT], tidings).length, 1)
})
