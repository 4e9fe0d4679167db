/**
 * A shift as the API shows it.
 */
import t from 'tap'
import { present, presentEvent, type LastSeen } from '../../src/core/present.ts'
import { HALTS } from '../../src/core/reason.ts'
import { ENDS, PHASES } from '../../src/core/shift.ts'
import {
  aGateState,
  aHealth,
  anEvent,
  anUnreadable,
  aPhase,
  aPolicy,
  aReading,
  aRoute,
  aRouteSeen,
  aRouteState,
  aShare,
  aShift,
  aStep,
  HOUR,
  MINUTE,
  SECOND,
  T0,
  type ShiftFields
} from '../support/builders.ts'

const NOW = T0 + 5 * MINUTE + 48 * SECOND

const view = (fields: ShiftFields = {}, seen: LastSeen = null, commands = {}) =>
  present(aShift(fields), seen, commands, null, NOW)

const seenAs = (fields: Parameters<typeof aReading>[0], health = aHealth()): LastSeen => ({
  routes: { web: aRouteSeen({ reading: aReading(fields), health }) },
  at: NOW
})

void t.test('a shift that bakes is shown as the contract shows it', async (sub) => {
  const shift = aShift({
    gates: [aGateState({ verdict: 'pass', passed: 2, value: 0.0012, samples: 5321, at: T0 })],
    routes: aShift().routes.map((route) => ({ ...route, observed: 0.0984 })),
    findings: [{ severity: 'warning', code: 'short_period', route: 'web', detail: 'd', remedy: 'r' }],
    updatedAt: T0 + SECOND
  })
  const seen = seenAs({ share: aShare(100) }, aHealth({ old: 40, new: 6 }))
  const commands = { web: ['aws elbv2 modify-rule --a', 'aws elbv2 describe-rules --b'] }
  sub.same(present(shift, seen, commands, T0 + 6 * MINUTE, NOW), {
    id: shift.id,
    migration: 'shop-eks-134',
    policy: 'standard',
    versions: { from: '1.33', to: '1.34' },
    reason: 'upgrade',
    startedBy: 'oncall',
    restores: null,
    phase: 'baking',
    outcome: null,
    percent: 10,
    targetPercent: 100,
    restorePercent: 0,
    step: {
      index: 1,
      of: 4,
      percent: 10,
      since: '2026-11-20T10:00:00.000Z',
      until: '2026-11-20T10:10:00.000Z',
      evidence: null,
      steppedBackTo: null
    },
    steps: [
      { percent: 1, bakeSeconds: 300, approval: null },
      { percent: 10, bakeSeconds: 600, approval: null },
      { percent: 50, bakeSeconds: 600, approval: null },
      { percent: 100, bakeSeconds: 1800, approval: null }
    ],
    routes: [
      {
        name: 'web',
        type: 'alb',
        desiredPercent: 10,
        livePercent: 10,
        observedPercent: 9.8,
        expectedPercent: null,
        inEffectAt: '2026-11-20T10:00:00.000Z',
        holdSeconds: null,
        healthyTargets: { old: 40, new: 6 }
      }
    ],
    gates: [
      {
        name: 'errors',
        route: 'web',
        verdict: 'pass',
        value: 0.0012,
        limit: 0.01,
        samples: 5321,
        at: '2026-11-20T10:00:00.000Z',
        explain: 'pass: error rate 0.12 % of 5,321 requests, at most 1 %'
      }
    ],
    rollback: {
      possible: true,
      inEffectWithinSeconds: 70,
      mostWithinSeconds: 70,
      residualPercent: 0,
      stuckUntil: null,
      commands: ['aws elbv2 modify-rule --a', 'aws elbv2 describe-rules --b']
    },
    findings: [{ severity: 'warning', code: 'short_period', route: 'web', detail: 'd', remedy: 'r' }],
    attention: null,
    drifted: false,
    wakeAt: '2026-11-20T10:06:00.000Z',
    seenAt: '2026-11-20T10:05:48.000Z',
    explain: 'baking at 10 % for 4m12s more: error rate 0.12 % of 5,321 requests; then 50 %',
    createdAt: '2026-11-20T10:00:00.000Z',
    updatedAt: '2026-11-20T10:00:01.000Z',
    endedAt: null
  })
})

void t.test('the ladder says after which steps a person must approve', async (sub) => {
  const approval = { by: 'anyone', expiresMs: MINUTE } as const
  const policy = aPolicy({ steps: [aStep({ percent: 5, bakeMs: SECOND, approval }), aStep({ percent: 1000 })] })
  const shown = present(aShift({ policy }), null, {}, null, NOW).steps
  sub.match(shown, [
    { percent: 0.5, bakeSeconds: 1, approval: 'anyone' },
    { percent: 100, approval: null }
  ])
})

void t.test('what was not seen, or cannot be read, is null and never 0', async (sub) => {
  const unknown = { livePercent: null, observedPercent: null, healthyTargets: { old: null, new: null } }
  sub.match(view().routes[0], unknown)
  const unreadable = { routes: { web: { reading: anUnreadable(), health: anUnreadable() } }, at: NOW }
  sub.match(view({}, unreadable).routes[0], unknown)
  const none = seenAs({ share: aShare(0) }, aHealth({ old: 0, new: 0 }))
  sub.match(view({}, none).routes[0], { livePercent: 0, healthyTargets: { old: 0, new: 0 } })
  sub.equal(view({ phase: 'preflight' }).restorePercent, null)
  const zero = aShift().routes.map((route) => ({ ...route, observed: 0 }))
  sub.equal(view({ routes: zero }).routes[0]?.observedPercent, 0)
})

void t.test(
  'the percent is the lowest that a route is meant to have, and what is live stands beside it',
  async (sub) => {
    const routeSpecs = [aRoute(), aRoute({ name: 'api' })]
    const want = (tenths: number) => ({ share: aShare(tenths), attached: true, unstick: false })
    const routes = [aRouteState({ want: want(500) }), aRouteState({ name: 'api', want: want(125), restore: aShare(5) })]
    const shown = view({ routeSpecs, routes }, seenAs({ share: { old: 1, new: 1 } }))
    sub.equal(shown.percent, 12.5)
    sub.equal(shown.restorePercent, 0)
    sub.same(
      shown.routes.map(({ name, desiredPercent, livePercent }) => [name, desiredPercent, livePercent]),
      [
        ['web', 50, 50],
        ['api', 12.5, null]
      ]
    )
  }
)

void t.test('outcome is null until the end, then the end phase', async (sub) => {
  for (const phase of PHASES) {
    sub.equal(view({ phase }).outcome, ENDS.find((end) => end === phase) ?? null, phase)
  }
})

void t.test('attention names why a person is needed, and is null where none is', async (sub) => {
  for (const why of HALTS) sub.equal(view({ phase: { kind: 'halted', since: T0, why, cause: null } }).attention, why)
  sub.equal(view({ phase: 'stuck' }).attention, 'stuck')
  sub.equal(view({ phase: 'awaiting_approval' }).attention, 'approval')
  sub.equal(view({ phase: 'paused' }).attention, 'paused')
  const fine = ['preflight', 'converging', 'baking', 'draining', 'rolling_back', ...ENDS] as const
  for (const phase of fine) sub.equal(view({ phase }).attention, null, phase)
})

void t.test('FM-39: too little old for a rollback needs attention while the shift runs', async (sub) => {
  const routes = aShift().routes.map((route) => ({ ...route, oldShortSince: T0 }))
  sub.equal(view({ routes }).attention, 'rollback_capacity')
  sub.equal(view({ routes, phase: 'halted' }).attention, 'blind', 'what halts it comes first')
  sub.equal(view({ routes, phase: 'completed' }).attention, null)
})

void t.test('a step is shown once there is one, and until when its phase lasts', async (sub) => {
  for (const phase of ['preflight', 'refused'] as const) sub.equal(view({ phase }).step, null, phase)
  sub.equal(view({ phase: 'aborted', step: -1, firstWriteAt: null }).step, null, 'aborted in preflight')
  sub.equal(view({ phase: 'paused', step: -1, firstWriteAt: null }).step, null, 'paused in preflight')
  sub.match(view({ phase: 'converging', step: -1 }).step, { index: -1, of: 4, percent: 0 })
  const observed = view({ policy: aPolicy({ mode: 'observe' }), firstWriteAt: null, step: 0 })
  sub.match(observed.step, { index: 0, percent: 1 }, 'a shift that only watches never writes')
  const untils = {
    converging: 5 * MINUTE,
    baking: 10 * MINUTE,
    awaiting_approval: 24 * HOUR,
    draining: 2 * HOUR,
    rolling_back: 10 * MINUTE
  }
  for (const [phase, ms] of Object.entries(untils)) {
    const until = view({ phase: phase as keyof typeof untils }).step?.until
    sub.equal(Date.parse(until ?? ''), T0 + ms, phase)
  }
  for (const phase of ['paused', 'halted', 'stuck', 'completed'] as const) sub.equal(view({ phase }).step?.until, null)
})

void t.test('a rollback is possible until the end, and never where nothing is ever written', async (sub) => {
  for (const phase of PHASES) {
    const ended = (ENDS as readonly string[]).includes(phase)
    sub.equal(view({ phase }).rollback.possible, !ended, phase)
    if (ended) sub.match(view({ phase }).rollback, { inEffectWithinSeconds: null, stuckUntil: null }, phase)
  }
  const watching = view({ policy: aPolicy({ mode: 'observe' }) }).rollback
  sub.match(watching, { possible: false, inEffectWithinSeconds: null })
})

void t.test('how soon a rollback is in effect follows the settle time and what is written already', async (sub) => {
  const within = (fields: ShiftFields) => view(fields).rollback.inEffectWithinSeconds
  sub.equal(within({ policy: aPolicy({ alb: { settleMs: 90 * SECOND } }) }), 100)
  sub.equal(within({ phase: 'preflight' }), 0, 'nothing was written: nothing to take back')
  const phase = aPhase('rolling_back')
  const back = [aRouteState({ inEffectAt: NOW + 12_300 })]
  sub.equal(within({ phase, routes: back }), 13, 'read back: the rest of the settle time')
  sub.equal(within({ phase, routes: [aRouteState({ inEffectAt: T0 })] }), 0)
  sub.equal(within({ phase, routes: [...back, aRouteState({ name: 'api', inEffectAt: null })] }), 70)
  const slowly = aPolicy({ rollback: { ...aPolicy().rollback, shape: 'capacity' } })
  sub.equal(within({ policy: slowly }), null, 'as fast as old can take it: nobody knows')
})

void t.test('FM-38: clients that stay stuck are told, with until when', async (sub) => {
  const rollback = aPolicy().rollback
  const keep = aPolicy({ rollback: { ...rollback, stickiness: 'keep' } })
  const sticky = seenAs({ share: aShare(100), stickySeconds: 3600 })
  const stuck = {
    possible: true,
    inEffectWithinSeconds: null,
    residualPercent: null,
    stuckUntil: '2026-11-20T11:05:48.000Z'
  }
  sub.match(view({ policy: keep }, sticky).rollback, stuck)
  const free = { inEffectWithinSeconds: 70, residualPercent: 0, stuckUntil: null }
  sub.match(view({}, sticky).rollback, free, 'release switches stickiness off')
  sub.match(view({ policy: keep }, seenAs({ stickySeconds: null })).rollback, free, 'there is no stickiness')
  const partly = aShift().routes.map((route) => ({ ...route, restore: aShare(5) }))
  sub.match(view({ routes: partly }, sticky).rollback, stuck, 'release needs a way back to 0 %')
  sub.match(view({ policy: keep, firstWriteAt: null }, sticky).rollback, { stuckUntil: null, residualPercent: 0 })
  const known = aShift().routes.map((route) => ({ ...route, sticky: true }))
  const unseen = view({ policy: keep, routes: known }).rollback
  sub.match(unseen, { inEffectWithinSeconds: null, residualPercent: null, stuckUntil: null }, 'not seen: not promised')
})

void t.test("every route's commands are listed, in the order of the routes", async (sub) => {
  const routeSpecs = [aRoute(), aRoute({ name: 'api' }), aRoute({ name: 'cdn' })]
  const { commands } = view({ routeSpecs }, null, { api: ['c'], web: ['a', 'b'] }).rollback
  sub.same(commands, ['a', 'b', 'c'])
})

void t.test('the explanation knows what was seen', async (sub) => {
  const shift = aShift({ waitSince: T0 })
  const seen = seenAs({ share: aShare(100) }, aHealth({ new: 6 }))
  sub.match(present(shift, seen, {}, null, T0 + HOUR).explain, 'new has 6 healthy targets and needs 20 for 50 %')
})

void t.test('a view is plain JSON in every phase', async (sub) => {
  for (const phase of PHASES) {
    const shown = view({ phase }, seenAs({}))
    sub.same(JSON.parse(JSON.stringify(shown)), shown, phase)
  }
})

void t.test('an event is shown with its sentence and its numbers', async (sub) => {
  const event = anEvent({
    seq: 7,
    type: 'weight.requested',
    phase: 'converging',
    actor: 'daemon',
    reason: { code: 'write', route: 'web', percent: 125, share: aShare(125), from: aShare(0), n: 3, why: 'step' }
  })
  sub.same(presentEvent(event), {
    seq: 7,
    at: '2026-11-20T10:00:00.000Z',
    type: 'weight.requested',
    phase: 'converging',
    actor: 'daemon',
    reason: 'write',
    explain: 'asks web for 12.5 % on new (old:new 875:125, from old:new 1000:0)',
    data: { route: 'web', percent: 12.5, share: { old: 875, new: 125 }, from: { old: 1000, new: 0 }, n: 3, why: 'step' }
  })
})

void t.test('no event shows tenths or milliseconds since the epoch', async (sub) => {
  const data = (fields: Parameters<typeof anEvent>[0]) => presentEvent(anEvent(fields)).data
  sub.match(data({ reason: { code: 'in_effect', percent: 100, step: 1 } }), { percent: 10, step: 1 })
  sub.match(data({ reason: { code: 'approval_needed', step: 1, percent: 5, expiresAt: T0 } }), {
    percent: 0.5,
    expiresAt: '2026-11-20T10:00:00.000Z'
  })
  const cause = { kind: 'no_healthy_new', route: 'web', targets: 6 } as const
  sub.same(data({ reason: { code: 'rollback_started', cause, from: 505, to: 0 } }), { cause, from: 50.5, to: 0 })
  sub.same(data({ reason: { code: 'cause', cause, seenAt: T0 } }), { cause, seenAt: '2026-11-20T10:00:00.000Z' })
  sub.same(data({ reason: { code: 'cause', cause, seenAt: null } }), { cause, seenAt: null })
  sub.same(data({ reason: { code: 'blind', what: ['route web'] } }), { what: ['route web'] })
  sub.same(data({ reason: { code: 'ended', outcome: 'completed', percent: 1000, text: 't' } }), {
    outcome: 'completed',
    percent: 100,
    text: 't'
  })
})
