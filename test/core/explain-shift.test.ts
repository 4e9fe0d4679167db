/**
 * Where a shift stands, in one sentence for every phase.
 */
import t from 'tap'
import { explainShift } from '../../src/core/explain.ts'
import { HALTS } from '../../src/core/reason.ts'
import { ENDS, PHASES } from '../../src/core/shift.ts'
import {
  ABORT,
  aDnsRoute,
  aGateState,
  aHealth,
  anErrorRateGate,
  aPhase,
  aPolicy,
  aRoute,
  aRouteSeen,
  aRouteState,
  aShare,
  aShift,
  aStep,
  aTargetHealthGate,
  anUnreadable,
  HOUR,
  MINUTE,
  SECOND,
  T0,
  type ShiftFields
} from '../support/builders.ts'

const PASS = aGateState({ verdict: 'pass', passed: 2, value: 0.0012, samples: 5321, at: T0 })
const NOW = T0 + 5 * MINUTE + 48 * SECOND

const said = (fields: ShiftFields, now = NOW) => explainShift(aShift({ gates: [PASS], ...fields }), now)

void t.test('baking says how far, how long, and whether users are hurt', async (sub) => {
  sub.equal(said({ phase: 'baking' }), 'baking at 10 % for 4m12s more: error rate 0.12 % of 5,321 requests; then 50 %')
})

void t.test('every phase is one sentence of its own', async (sub) => {
  const sentences = {
    preflight: 'looking at 1 route before anything is written, for 4m12s at most',
    awaiting_approval:
      'baked at 10 %, waiting for somebody to approve step 1 within 23h54m: error rate 0.12 % of 5,321 requests; then 50 %',
    paused:
      'paused at 10 % by a person for 5m48s: gates still watch, error rate 0.12 % of 5,321 requests; resume goes on, abort goes back',
    halted:
      'halted at 10 % for 5m48s: what users get could not be measured for too long; gates still watch, error rate 0.12 % of 5,321 requests; repair the measurements and resume, or abort to bring users back to old',
    draining:
      'draining: new has 100 %, what old still gets is not measured yet; error rate 0.12 % of 5,321 requests; completed once old gets at most 0.5 % for 5m, or in 1h54m',
    rolling_back:
      'going back to 0 % because gate errors on web is breached: 5 % of 5,321 requests to new failed (old: 0.1 % of 47,000), at most 1 % may; read back on 0 of 1 route, 4m12s left',
    stuck: 'stuck on the way back to 0 % for 5m48s: web not read back, still trying; the commands shown do it by hand',
    completed: 'completed: new has 100 %',
    rolled_back: 'rolled back: every route was read back as before, new has 0 %',
    aborted: 'aborted by a person: every route was read back as before, new has 0 %',
    released: 'released at 10 %: the weights stay, and nothing watches them any more',
    refused: 'refused, nothing was written: preflight could not be finished in time',
    failed: 'failed: new has 0 %, as before the shift'
  } as const
  for (const [phase, sentence] of Object.entries(sentences)) {
    sub.equal(said({ phase: phase as keyof typeof sentences }), sentence)
  }
  const all = PHASES.map((phase) => said({ phase }, T0 + MINUTE))
  sub.equal(new Set(all).size, PHASES.length)
  sub.notOk(
    all.some((sentence) => /undefined|NaN|null|\.$/.test(sentence)),
    'no hole and no full stop'
  )
})

void t.test('converging says what is not live yet, and then when it is in effect', async (sub) => {
  const now = T0 + MINUTE
  const health = 'error rate 0.12 % of 5,321 requests; then it bakes for 10m'
  sub.equal(said({ phase: 'converging' }, now), `moving to 10 %: read back on 0 of 1 route, 4m left; ${health}`)
  const want = { share: aShare(100), attached: true, unstick: false }
  const live = aRouteState({ want, confirmedAt: T0, inEffectAt: now + 42 * SECOND })
  sub.equal(
    said({ phase: 'converging', routes: [live] }, now),
    `moving to 10 %: live everywhere, in effect in 42s; ${health}`
  )
  const refused = aRouteState({ want, confirmedAt: null, inEffectAt: null, problem: 'AccessDenied' })
  sub.match(said({ phase: 'converging', routes: [refused] }, now), '; web: AccessDenied; error rate')
})

void t.test('FM-40: attaching new says what it waits for', async (sub) => {
  const fields = { phase: 'converging', step: -1, gates: [] } as const
  sub.equal(said(fields), 'attaching new at weight 0, where it gets no users: read back on 0 of 1 route; then 1 %')
  const shift = aShift({ ...fields, routes: [aRouteState()] })
  const seen = { web: aRouteSeen({ health: aHealth({ new: 0 }) }) }
  sub.match(explainShift(shift, NOW, seen), 'new stands there, new has 0 healthy targets and needs 1 for 1 %; then 1 %')
})

void t.test('a bake that is over says everything that it waits for', async (sub) => {
  const over = T0 + 20 * MINUTE
  const late = (fields: ShiftFields) => said({ phase: 'baking', ...fields }, over)
  const at = 'baked at 10 %, cannot go on yet because '
  const few = aGateState({ value: 0, samples: 12, note: 'few_requests:12/50' })
  sub.equal(
    late({ gates: [few] }),
    `${at}gate errors on web has not passed yet (12 of the 50 requests that it needs): error rate 0 % of 12 requests, 12 of the 50 requests that it needs; then 50 %`
  )
  sub.match(late({ gates: [{ ...PASS, passed: 1 }] }), `${at}gate errors on web has passed only once in this step: `)
  sub.match(
    late({ gates: [{ ...PASS, verdict: 'hold', note: 'shared_guard' }] }),
    'gate errors on web holds it (the load balancer itself fails)'
  )
  sub.match(
    late({ gates: [{ ...PASS, verdict: 'blind', note: 'Throttling' }] }),
    'gate errors on web cannot be measured (Throttling)'
  )
  sub.match(
    late({ gates: [{ ...PASS, verdict: 'breach' }] }),
    'gate errors on web is breached: error rate 0.12 % of 5,321 requests, at most 1 %: users are hurt'
  )
  const short = aShift({}).routes.map((route) => ({ ...route, oldShortSince: T0 }))
  sub.match(late({ routes: short }), `${at}old has too few healthy targets on web to take a rollback: `)
  const foreign = { share: aShare(300), kind: 'share', mark: 'm', since: T0, reads: 1 } as const
  const suspect = aShift({}).routes.map((route) => ({ ...route, suspect: foreign }))
  sub.match(late({ routes: suspect }), `${at}web is not as this shift had set it: `)
  const counted = aShift({}).routes.map((route) => ({ ...route, counted: { old: 969, new: 31 } }))
  sub.match(
    late({ routes: counted, shareSince: T0 }),
    `${at}new receives 3.1 % of the requests on web instead of 10 %: `
  )
  sub.match(
    late({ routes: short, shareSince: T0, gates: [few] }),
    `(12 of the 50 requests that it needs) and old has too few`
  )
  sub.match(late({}), 'baked at 10 %, about to go on: ')
})

void t.test('an advanced step waits for nothing that advance overrides', async (sub) => {
  const few = aGateState({ value: 0, samples: 12, note: 'few_requests:12/50' })
  const counted = aShift({}).routes.map((route) => ({ ...route, counted: { old: 969, new: 31 } }))
  const text = said({ phase: 'baking', advance: true, gates: [few], routes: counted, shareSince: T0 }, T0 + MINUTE)
  sub.match(text, 'baked at 10 %, about to go on: ')
  const once = said({ phase: 'baking', advance: true, gates: [{ ...PASS, passed: 1 }] }, T0 + MINUTE)
  sub.match(once, 'about to go on')
  const blind = said({ phase: 'baking', advance: true, gates: [{ ...PASS, verdict: 'blind' }] }, T0 + MINUTE)
  sub.match(blind, 'gate errors on web cannot be measured')
})

void t.test('a gate that only warns is not waited for', async (sub) => {
  const policy = aPolicy({ gates: [anErrorRateGate({ action: 'warn' })] })
  sub.match(said({ phase: 'baking', policy, gates: [aGateState()] }, T0 + HOUR), 'about to go on')
})

void t.test('FM-03: capacity is told with what new has and what it needs', async (sub) => {
  const over = T0 + 20 * MINUTE
  const shift = aShift({ waitSince: T0, gates: [PASS] })
  const seen = { web: aRouteSeen({ health: aHealth({ new: 6 }) }) }
  sub.match(explainShift(shift, over, seen), 'because new has 6 healthy targets and needs 20 for 50 %: error rate')
  sub.match(explainShift(shift, over), 'because new needs 20 healthy targets for 50 %', 'without a look, what it needs')
  const unread = { web: aRouteSeen({ health: anUnreadable() }) }
  sub.match(explainShift(shift, over, unread), 'because new needs 20 healthy targets for 50 %')
  const enough = { web: aRouteSeen({ health: aHealth({ new: 20 }) }) }
  sub.match(explainShift(shift, over, enough), 'about to go on')
  const policy = aPolicy({ capacity: { new: 0.5, old: 0.9 } })
  sub.match(explainShift({ ...shift, policy }, over, seen), 'needs 10 for 50 %', 'capacity.new is looked at')
})

void t.test('what comes after the bake is told', async (sub) => {
  const steps = [aStep({ percent: 100, approval: { by: 'other', expiresMs: HOUR } }), aStep({ percent: 1000 })]
  const policy = aPolicy({ steps })
  sub.match(said({ policy, step: 0 }), /; then somebody must approve$/)
  sub.match(said({ policy, step: 0, approved: true }), /; then 100 %$/)
  sub.match(said({ policy, step: 1 }), /; then old is drained$/)
  sub.match(said({ policy: aPolicy({ steps: [aStep({ percent: 500 })] }), step: 0 }), /; then it is completed$/)
  sub.match(
    said({ policy, step: 0, phase: 'awaiting_approval' }),
    'waiting for somebody other than oncall to approve step 0'
  )
})

void t.test('a watching shift says that others move', async (sub) => {
  const policy = aPolicy({ mode: 'observe' })
  sub.equal(
    said({ policy, firstWriteAt: null }),
    'watching what others move, at 10 % for 4m12s more: error rate 0.12 % of 5,321 requests'
  )
})

void t.test('the gate that says the worst speaks for all', async (sub) => {
  const routeSpecs = [aRoute(), aRoute({ name: 'api' })]
  const policy = aPolicy({ gates: [anErrorRateGate(), aTargetHealthGate()] })
  const api = aGateState({ route: 'api', verdict: 'pass', passed: 2, value: 0.005, samples: 100 })
  const targets = aGateState({ gate: 'targets', verdict: 'pass', passed: 2, value: 1, limit: 0.8, samples: 6 })
  const of = (...gates: Parameters<typeof aGateState>[0][]) =>
    said({ policy, routeSpecs, gates: gates.map((gate) => aGateState(gate)) })
  sub.match(of(PASS, api, targets), ': error rate 0.5 % of 100 requests on api; then', 'the nearest to its limit')
  sub.match(
    of(targets, { ...PASS, value: 0 }),
    ': error rate 0 % of 5,321 requests on web; then',
    'requests before targets'
  )
  sub.match(of({ ...PASS, value: null }, targets), ': 100 % of 6 targets of new healthy on web; then')
  sub.match(
    of(PASS, { ...targets, verdict: 'breach', value: 0.5 }),
    ': 50 % of 6 targets of new healthy on web, at least 80 %: users are hurt; then'
  )
  sub.match(
    of(PASS, { ...api, verdict: 'blind', value: null, note: 'stale' }),
    ': gate errors cannot be measured on api (the last read is too old); then'
  )
  sub.match(of({}, {}), ': nothing measured yet; then')
  sub.match(said({ gates: [], policy: aPolicy({ gates: [] }) }), ': no gate watches; then')
})

void t.test('paused while a raise was on its way does not say that it got there', async (sub) => {
  const { routes } = aShift({ phase: 'converging', step: 2 })
  for (const [kind, sentence] of [
    [
      'paused',
      'paused on the way from 10 % to 50 % (read back on 0 of 1 route) by a person for 5m48s: gates still watch'
    ],
    ['halted', 'halted on the way from 10 % to 50 % (read back on 0 of 1 route) for 5m48s: ']
  ] as const) {
    sub.ok(said({ phase: kind, step: 2, routes }).startsWith(sentence), said({ phase: kind, step: 2, routes }))
  }
})

void t.test('paused and halted say what a person can do, and that gates still watch', async (sub) => {
  const stopped = said({ phase: { kind: 'paused', since: T0, by: 'stop' } })
  sub.equal(
    stopped,
    'paused at 10 % by the red button for 5m48s: gates still watch, error rate 0.12 % of 5,321 requests; resume goes on, not before the button is lifted, and abort goes back'
  )
  sub.match(
    said({ phase: 'paused', firstWriteAt: null }),
    'paused before the first write by a person for 5m48s: no user is affected;'
  )
  for (const why of HALTS) {
    const text = said({ phase: { kind: 'halted', since: T0, why, cause: null } })
    const where = why === 'unreadable' ? /^halted: .+; / : /^halted at 10 % for 5m48s: .+; gates still watch, .+; /
    sub.match(text, new RegExp(`${where.source}.*(resume|abort|release)`), why)
  }
  const remembered = said({ phase: { kind: 'halted', since: T0, why: 'old_unhealthy', cause: ABORT } })
  sub.match(remembered, 'no healthy target to land on (oncall aborted it: it looks bad); gates')
  const foreign = { share: aShare(300), kind: 'share', mark: 'm', since: T0, reads: 2 } as const
  const routes = aShift({}).routes.map((route) => ({ ...route, drift: foreign }))
  const drifted = said({ routes, phase: { kind: 'halted', since: T0, why: 'drift', cause: null } })
  sub.match(drifted, 'found 30 % (old:new 700:300)')
  sub.match(
    drifted,
    'resume with drift adopt goes on from 30 % (web), resume with drift overwrite sets web to 10 % again'
  )
})

void t.test('FM-22: draining says what old still gets', async (sub) => {
  const routes = aShift({ phase: 'draining' }).routes.map((route) => ({ ...route, observed: 0.997 }))
  sub.match(said({ phase: 'draining', routes }), 'draining: new has 100 %, old still gets 0.3 %; ')
  const policy = aPolicy({ drain: { residual: 0.01, forMs: 7 * MINUTE, deadlineMs: HOUR } })
  sub.match(said({ phase: 'draining', routes, policy }), 'completed once old gets at most 1 % for 7m')
})

void t.test('FM-30: going back says what is verified and what is not', async (sub) => {
  const phase = { ...aPhase('rolling_back'), confirmedAt: T0 + SECOND } as ReturnType<typeof aPhase>
  const routes = [aRouteState({ confirmedAt: T0 + SECOND, inEffectAt: T0 + 61 * SECOND })]
  sub.match(said({ phase, routes }, T0 + 31 * SECOND), '; read back everywhere, in effect in 30s')
  const stuck = [aRouteState({ confirmedAt: null, problem: 'AccessDenied' }), aRouteState({ name: 'api' })]
  sub.match(
    said({ phase: 'stuck', routes: stuck }),
    'for 5m48s: web not read back, still trying; web: AccessDenied; the commands shown do it by hand'
  )
})

void t.test('going back that is in effect says what is still waited for, and for how long', async (sub) => {
  const phase = { ...aPhase('rolling_back'), confirmedAt: T0 + SECOND } as ReturnType<typeof aPhase>
  const back = aRouteState({ confirmedAt: T0 + SECOND, inEffectAt: T0 + 61 * SECOND, observed: 0.03 })
  const now = T0 + 121 * SECOND
  sub.match(said({ phase, routes: [back] }, now), /; read back everywhere and in effect, about to end$/)
  const policy = aPolicy({ drain: { residual: 0.01, forMs: 7 * MINUTE, deadlineMs: HOUR } })
  const routeSpecs = [aDnsRoute({ name: back.name })]
  const gateSpecs = [anErrorRateGate()]
  sub.match(
    said({ phase, routes: [back], policy, routeSpecs, gateSpecs }, now),
    /; read back everywhere and in effect, new still gets 3 %: over once it gets at most 1 % for 7m, or in 58m$/
  )
  const unmeasured = [{ ...back, observed: null }]
  sub.match(
    said({ phase, routes: unmeasured, policy, routeSpecs, gateSpecs }, now),
    'what new still gets is not measured yet'
  )
  const lost = { n: 1, want: { ...back.want, share: aShare(500) }, sentAt: now - SECOND }
  const late = said({ phase, routes: [{ ...back, asks: [lost] }], policy, routeSpecs, gateSpecs }, now)
  sub.match(late, /in effect, waits until no earlier write can land any more$/)
})

void t.test('an end says why', async (sub) => {
  const blocker = {
    severity: 'blocker',
    code: 'uneven_start',
    route: null,
    detail: 'the routes differ',
    remedy: ''
  } as const
  sub.equal(said({ phase: 'refused', findings: [blocker] }), 'refused, nothing was written: the routes differ')
  sub.match(said({ phase: 'preflight', findings: [blocker] }), ': found uneven_start')
  sub.equal(said({ phase: 'aborted', firstWriteAt: null }), 'aborted by a person before anything was written')
  for (const end of ENDS)
    sub.equal(said({ phase: end }, T0), said({ phase: end }, T0 + HOUR), `${end} does not change any more`)
})
