/**
 * What the page says, without a browser: sentences, orders, the order of a list, the history of a share.
 */
import t from 'tap'
import { LEGAL } from '../../src/core/command.ts'
import { present } from '../../src/core/present.ts'
import { summarise } from '../../src/core/present/summary.ts'
import { ENDS, PHASES } from '../../src/core/shift.ts'
import { actionsOf, backSentence } from '../../src/page/actions.ts'
import { briefOf, endedPath } from '../../src/page/brief.ts'
import { about, measured, percent, range, tidy, withoutVerdict } from '../../src/page/format.ts'
import { shareHistory } from '../../src/page/history.ts'
import { nextOf } from '../../src/page/next.ts'
import { reportFile, reportPath } from '../../src/page/report.ts'
import { listed } from '../../src/page/sorting.ts'
import { onNew, phaseWord, usersOf } from '../../src/page/words.ts'
import { aShift, anEvent, summaryOf } from '../http/views.ts'
import { aPhase, aShift as aStoredShift } from '../support/builders.ts'

const names = (over: Parameters<typeof aShift>[0], stopped = false) =>
  actionsOf(aShift(over), stopped).map(({ name }) => name)

t.test('exactly the orders that are legal are offered, the way back first', async (t) => {
  for (const phase of PHASES) {
    const offered = names({ phase })
    const legal = Object.entries(LEGAL).flatMap(([verb, phases]) => (phases.includes(phase) ? [verb] : []))
    const restore = phase === 'completed' ? ['restore'] : []
    t.strictSame([...offered].sort(), [...legal, ...restore].sort(), phase)
    if (legal.includes('abort')) t.equal(offered[0], 'abort', phase)
  }
  t.strictSame(names({ phase: 'halted', attention: 'drift', drifted: true }), [
    'abort',
    'adopt',
    'overwrite',
    'release'
  ])
  t.strictSame(
    names({ phase: 'paused', attention: 'paused', drifted: true }),
    ['abort', 'adopt', 'overwrite', 'release'],
    'also while a person holds it: a plain resume would be refused'
  )
  t.strictSame(names({ phase: 'paused' }, true), ['abort', 'release'], 'the red button forbids the rest')
  const rollback = { ...aShift().rollback, possible: false }
  t.notOk(names({ rollback }).includes('abort'), 'a shift that only watches')
})

t.test('what an abort would do is said with its times', async (t) => {
  const { rollback, routes } = aShift()
  const says = (over: object, count = 1) =>
    backSentence(
      aShift({ rollback: { ...rollback, ...over }, routes: Array.from({ length: count }, () => routes).flat() })
    )
  t.equal(says({ mostWithinSeconds: 60 }), 'route web goes back to 0 %; every user is back within 60 s')
  t.equal(
    says({ mostWithinSeconds: 60, inEffectWithinSeconds: 300 }, 3),
    'all 3 routes go back to 0 %; 90 % of users are back within 60 s, the rest within 5 min'
  )
  t.match(
    says({ inEffectWithinSeconds: 180, residualPercent: 6.8 }, 2),
    /both routes .*6\.8 % of all users may still hold/
  )
  t.match(says({ inEffectWithinSeconds: null, stuckUntil: '2026-11-22T10:00:00Z' }), /cookie/)
  t.equal(backSentence(aShift({ phase: 'preflight' })), 'nothing was written: everything stays as it is')
})

t.test('an order sends the step that the person saw, and force only where it was ticked', async (t) => {
  const of = (name: string, over: Parameters<typeof aShift>[0]) =>
    actionsOf(aShift(over), false).find((action) => action.name === name)
  t.strictSame(of('advance', {})?.body('', false), { step: 1 })
  t.strictSame(of('approve', { phase: 'awaiting_approval' })?.body('fine', false), { step: 1, comment: 'fine' })
  t.strictSame(of('abort', {})?.body('why', false), { reason: 'why' })
  t.strictSame(of('abort', {})?.body('why', true), { reason: 'why', force: true })
  t.equal(of('abort', {})?.forcible, false)
  t.equal(of('abort', { phase: 'halted', attention: 'old_unfit' })?.forcible, true)
  t.equal(of('release', {})?.text?.required, true)
})

t.test('whether users are hurt is said in words, and only of those who are on new', async (t) => {
  t.equal(usersOf('breach', 10, 'baking').word.text, 'Users are hurt')
  t.equal(usersOf('breach', 0, 'rolled_back').word.text, 'Nobody is on new')
  t.equal(usersOf(null, 10, 'baking').word.tone, 'off', 'no data is never a pass')
  t.equal(usersOf('blind', 10, 'baking').word.tone, 'wait')
  for (const phase of PHASES) t.ok(phaseWord(phase).sign !== '' && phaseWord(phase).text !== '', phase)
})

t.test('on the way back what is not observed is not nobody', async (t) => {
  t.equal(onNew('baking', false, 10, [{ live: 10, observed: 12 }]), 12)
  t.equal(onNew('rolling_back', false, 0, [{ live: 0, observed: 0 }]), 0)
  t.ok(
    onNew('rolling_back', false, 0, [
      { live: 0, observed: 0 },
      { live: 0, observed: null }
    ]) > 0
  )
  t.ok(onNew('stuck', false, 0, [{ live: 30, observed: 0 }]) > 0, 'what stands counts')
  t.equal(onNew('rolled_back', true, 0, [{ live: 0, observed: 46 }]), 0, 'the last measurement is of before')
})

t.test('every phase has a next, and a time where one is set', async (t) => {
  for (const phase of PHASES) t.ok(nextOf(aShift({ phase })).what.length > 5, phase)
  const step = aShift().step
  const until = '2026-11-22T09:10:00.000Z'
  t.match(nextOf(aShift({ step: step && { ...step, until } })), { what: 'New gets 50 %', until: Date.parse(until) })
  const last = aShift({ step: step && { ...step, index: 3 } })
  t.equal(nextOf(last).what, 'Old is drained')
  t.equal(nextOf(aShift({ step: step && { ...step, index: 2 } })).what, 'Somebody must approve')
})

t.test('those that need a person stand first', async (t) => {
  const make = (id: string, over: Parameters<typeof aShift>[0]) => summaryOf(aShift({ id, ...over }))
  const all = [
    make('a', { phase: 'baking' }),
    make('b', { phase: 'completed', outcome: 'completed', endedAt: '2026-11-22T08:00:00Z' }),
    make('c', { phase: 'halted', attention: 'drift' }),
    make('d', { phase: 'rolled_back', outcome: 'rolled_back', endedAt: '2026-11-22T09:00:00Z' }),
    make('e', { phase: 'stuck', attention: 'stuck', migration: 'Zebra' })
  ]
  const { active, ended } = listed(all, '')
  t.strictSame(
    active.map(({ id }) => id),
    ['e', 'c', 'a']
  )
  t.strictSame(
    ended.map(({ id }) => id),
    ['d', 'b'],
    'the newest first'
  )
  t.strictSame(
    listed(all, 'zebra stuck').active.map(({ id }) => id),
    ['e'],
    'every word counts, case does not'
  )
  t.strictSame(listed(all, 'nothing'), { active: [], ended: [] })
})

t.test('numbers are told with their units, and what is not known as a dash', async (t) => {
  t.equal(percent(9.84), '9.8 %')
  t.equal(percent(null), '–')
  t.equal(range([9.8, null, 11]), '9.8 to 11 %')
  t.equal(range([null]), '–')
  t.strictSame([about(45), about(150), about(7_300)], ['45 s', '3 min', '3 h'])
  t.strictSame([measured(0.0012, 'share'), measured(1234.4, 'ms'), measured(null, 'ms')], ['0.12 %', '1,234 ms', '–'])
  t.equal(tidy('at 10 % for 5 min'), 'at 10\u00a0% for 5\u00a0min')
  t.equal(withoutVerdict('pass: 0 % of 5'), '0 % of 5')
})

t.test('the share of new is put together from what was asked, read back, measured and seen', async (t) => {
  const [route] = aShift().routes
  if (!route) throw new Error('the plain shift has a route')
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, seconds)).toISOString()
  const change = (seq: number, type: 'weight.requested' | 'weight.confirmed', seconds: number, percent: number) =>
    anEvent(seq, { type, at: at(seconds), data: { route: route.name, percent } })
  const events = [
    change(1, 'weight.requested', 0, 10),
    change(2, 'weight.confirmed', 4, 10),
    anEvent(3, { type: 'weight.in_effect', at: at(30), data: {} }),
    anEvent(4, { type: 'weight.requested', at: at(5), data: { route: 'other', percent: 99 } })
  ]
  const point = { gate: 'errors', route: route.name, unit: 'share', seconds: 10, new: 0, old: 0, limit: null } as const
  const points = [
    { ...point, at: at(20), newRequests: 10, oldRequests: 90 },
    { ...point, at: at(10), newRequests: 1, oldRequests: 99 },
    { ...point, at: at(20), newRequests: 20, oldRequests: 80 }
  ]
  const until = Date.parse(at(40))
  const plain = shareHistory(route, events, points, [], until)
  const x0 = Date.parse(at(0)) / 1_000
  t.strictSame(
    plain.x.map((x) => x - x0),
    [0, 4, 10, 20, 40]
  )
  t.strictSame(plain.desired, [10, 10, 10, 10, 10])
  t.strictSame(plain.live, [null, 10, 10, 10, 10])
  t.strictSame(
    plain.observed,
    [null, null, 1, 20, null],
    'a period that was measured again counts once, as it was last'
  )
  t.strictSame([plain.tails, plain.expected.filter((value) => value !== null)], [[], []], 'a load balancer has no tail')

  const dns = shareHistory({ ...route, type: 'route53', holdSeconds: 60 }, events, points, [], until)
  t.strictSame(
    dns.tails.map(([from, to]) => [from - x0, to - x0]),
    [[4, 30]]
  )
  const expected = dns.expected.filter((value) => value !== null)
  t.equal(expected[0], 0)
  t.ok((expected.at(-1) ?? 0) > 3 && (expected.at(-1) ?? 0) < 10, 'on its way, and not there yet')
  t.strictSame(
    expected,
    expected.toSorted((a, b) => a - b),
    'it only rises'
  )
})

t.test('an older ended shift stands in the list as if the stream had told of it', async (t) => {
  for (const kind of ENDS) {
    const shift = aStoredShift({ phase: aPhase(kind), endedAt: 7_000 })
    const brief = briefOf(present(shift, null, {}, null, 9_000))
    // An ended row shows neither the health nor since when.
    const { since: _since, health: _health, ...shown } = summarise(shift)
    t.match(brief, shown, kind)
    t.match(brief, { next: null, until: null, outcome: kind })
  }
  t.match(endedPath(null), /^\/v1\/shifts\?phase=completed,[a-z_,]+&limit=50$/)
  t.match(endedPath('a&b'), /&cursor=a%26b$/)
})

t.test('the report is asked for by its format, and its file has a name that every file system takes', async (t) => {
  t.equal(reportPath('shf/1', 'md'), '/v1/shifts/shf%2F1/report?format=md')
  t.equal(reportFile({ id: 'shf_1', migration: 'shop web/../eu' }, 'html'), 'sluice-shop-web-..-eu-shf_1.html')
})
