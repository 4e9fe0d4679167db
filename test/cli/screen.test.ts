/** The drawing of a watched shift: a pure function, whatever the size of the terminal and whatever comes in. */
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import fc from 'fast-check'
import type { GateView, PointView, RouteView, ShiftView } from '../../src/core/view.ts'
import { bar, sparkline } from '../../src/cli/screen/graph.ts'
import { createHistory } from '../../src/cli/screen/history.ts'
import { roomOf, shares } from '../../src/cli/screen/room.ts'
import { screenLines } from '../../src/cli/screen/screen.ts'
import { cleaned, STALE_MS, type SeenShift } from '../../src/cli/screen/seen.ts'
import { ASCII, inColour, inPlain, UNICODE, type Canvas } from '../../src/cli/screen/style.ts'
import { fit, hang, pad, widthOf, wrap } from '../../src/cli/screen/text.ts'
import { START } from './support/clock.ts'
import { anEnded, anEvent, aShift, ID } from './support/views.ts'

const WIDE: Canvas = { width: 80, height: 40, paint: inPlain, glyphs: UNICODE }
const NARROW: Canvas = { ...WIDE, width: 40 }

function aRoute(change: Partial<RouteView> = {}): RouteView {
  const [route] = aShift().routes
  if (!route) throw new Error('no route')
  return { ...route, ...change }
}

function aGate(change: Partial<GateView> = {}): GateView {
  const [gate] = aShift().gates
  if (!gate) throw new Error('no gate')
  return { ...gate, ...change }
}

function aPoint(minute: number, change: Partial<PointView> = {}): PointView {
  return {
    gate: 'errors',
    route: 'web',
    unit: 'share',
    at: new Date(START + minute * 60_000).toISOString(),
    seconds: 60,
    new: 0.002,
    old: 0.001,
    newRequests: 100,
    oldRequests: 900,
    limit: 0.01,
    ...change
  }
}

function seen(shift: ShiftView, change: Partial<SeenShift> = {}): SeenShift {
  return { shift, seenAt: START, skewMs: 0, lost: null, events: [], history: createHistory(), ...change }
}

const draw = (of: SeenShift, canvas = WIDE, now = START) => screenLines(of, now, canvas)
const text = (of: SeenShift, canvas = WIDE, now = START) => draw(of, canvas, now).join('\n')

t.test(
  '80 columns: what moves, how far, what happens next and when, whether users are hurt, how to go back',
  async (t) => {
    const history = createHistory()
    history.add([aPoint(0), aPoint(1, { new: null }), aPoint(2, { new: 0.02 })])
    const gates = [aGate(), aGate({ name: 'targets', explain: 'pass: 6 of 6 healthy' })]
    const shift = aShift({ gates, explain: 'baking at 10 % for 5m more: all is well; then 50 %' })
    t.strictSame(draw(seen(shift, { history, events: [anEvent(1), anEvent(2)] })), [
      'shop-eks-134 under standard                                            10:05:00Z',
      `${ID}  by oncall: upgrade`,
      '',
      'BAKING  10 % on new, target 100 %',
      'baking at 10 % for 5m more: all is well; then 50 %',
      '',
      'STEPS ✓1 % ▶10 % ·50 %* ·100 %',
      '* then a person must approve',
      'step 2 of 4: 5m left of its bake ████████████░░░░░░░░░░░░',
      '',
      'ROUTE  on new                            live   wanted observed  healthy old/new',
      'web    ██▉░░░░░░░░░░░░░░░░░░░░░░░░░░     10 %     10 %    9.8 %  40/6',
      '',
      'GATES  new against old, newest right',
      '✓ pass errors web  new ·········▂·█     2 %  old ·········▂▂▂   0.1 %  limit 1 %',
      '✓ pass targets web 6 of 6 healthy',
      '',
      'LOG  newest first, UTC',
      '10:00:02  event number 2',
      '10:00:01  event number 1',
      '',
      `Back to 0 % within 1m: sluice abort ${ID}`,
      'Ctrl-C stops watching, the shift goes on. live'
    ])
  }
)

t.test('40 columns: the same, below each other', async (t) => {
  const history = createHistory()
  history.add([aPoint(0), aPoint(1)])
  const routes = [aRoute({ livePercent: 5, expectedPercent: 7, healthyTargets: { old: 4, new: 0 } })]
  t.strictSame(draw(seen(aShift({ routes }), { history, events: [anEvent(1)] }), NARROW), [
    'shop-eks-134 under standard    10:05:00Z',
    `${ID}  by onca…`,
    '',
    'BAKING  10 % on new, target 100 %',
    'baking at 10 % for 4m12s more',
    '',
    'STEPS ✓1 % ▶10 % ·50 %* ·100 %',
    '* then a person must approve',
    'step 2 of 4: 5m left of its bake ███▌░░░',
    '',
    'web   █▎┃░░░░░░░░░░░░░░░░░░░░░░      5 %',
    '  wanted 10 %, observed 9.8 %',
    '  expected by now 7 %',
    '  healthy 4/0',
    '',
    'GATES  new against old, newest right',
    '✓ pass errors web',
    '  new ························▃▃   0.2 %',
    '  old ························▂▂   0.1 %',
    '  limit 1 %',
    '',
    'LOG  newest first, UTC',
    '10:00:01  event number 1',
    '',
    'Back to 0 % within 1m:',
    '  sluice abort',
    `  ${ID}`,
    'Ctrl-C leaves; it goes on. live'
  ])
})

t.test('nothing is ever wider or higher than the terminal, and the sentence is always there', async (t) => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom('決済-サービス-本番-東京', '👩‍👩‍👧‍👦🇯🇵 checkout', 'x'.repeat(200), 'a\u001b[2Jb\nc', 'نظام الدفع')
  )
  const percent = fc.option(fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10))
  const route = fc
    .record({ name, livePercent: percent, expectedPercent: percent, observedPercent: percent })
    .map(aRoute)
  const gate = fc
    .record({ name, explain: name, verdict: fc.constantFrom('pass', 'breach', 'hold', 'inconclusive', 'blind') })
    .map((fields) => aGate(fields as Partial<GateView>))
  const rung = fc.record({
    percent: fc.constantFrom(0.1, 12.5, 100),
    bakeSeconds: fc.constant(60),
    approval: fc.constantFrom(null, 'anyone')
  })
  const shape = fc.record({
    width: fc.integer({ min: 20, max: 160 }),
    height: fc.integer({ min: 1, max: 60 }),
    routes: fc.array(route, { maxLength: 30 }),
    gates: fc.array(gate, { maxLength: 12 }),
    steps: fc.array(rung, { maxLength: 12 }),
    migration: name,
    explain: name,
    attention: fc.option(name),
    stale: fc.boolean()
  })
  fc.assert(
    fc.property(shape, ({ width, height, stale, ...fields }) => {
      const shift = cleaned(aShift(fields as Partial<ShiftView>))
      const history = createHistory()
      history.add(shift.gates.slice(0, 6).map((of) => aPoint(0, { gate: of.name, route: of.route })))
      const events = [anEvent(1, { explain: shift.explain })]
      const of = seen(shift, { history, events, lost: shift.explain })
      const lines = draw(of, { ...WIDE, width, height }, START + (stale ? 60_000 : 0))
      const tooWide = lines.filter((line) => widthOf(line) > width)
      return lines.length <= height && tooWide.length === 0 && lines.every((line) => !/\p{Cc}/u.test(line))
    }),
    { numRuns: 300 }
  )
  t.pass('300 shifts')
})

t.test('12 steps and 30 routes on 24 lines: what is left out is said, what is off stands first', async (t) => {
  const steps = Array.from({ length: 12 }, (_, i) => ({ percent: (i + 1) * 8, bakeSeconds: 60, approval: null }))
  const routes = Array.from({ length: 30 }, (_, i) => aRoute({ name: `route-${i}`, livePercent: i === 29 ? 5 : 10 }))
  const shift = aShift({ steps, routes })
  const lines = draw(seen(shift, { events: Array.from({ length: 50 }, (_, i) => anEvent(i + 1)) }), {
    ...WIDE,
    height: 24
  })
  t.equal(lines.length <= 24, true)
  const all = lines.join('\n')
  t.match(all, /▶16 %/)
  t.match(all, /ROUTE .*\nroute-29 /)
  t.match(all, /… and \d+ more routes/)
  t.match(all, /errors web/)
  t.match(all, `sluice abort ${ID}`)
  t.match(text(seen(shift), { ...NARROW, height: 30 }), /… and \d+ more routes/)
})

t.test('a screen that is old says so, loud, loses its colours and stops counting down', async (t) => {
  const painted: Canvas = { ...WIDE, paint: (tone, words) => `<${tone}>${words}</>` }
  const of = seen(aShift(), { lost: 'cannot reach it (connection refused)' })
  t.notMatch(text(of, WIDE, START + STALE_MS), /STALE/)
  t.match(text(of, WIDE, START + STALE_MS), /live$/)
  const old = text(of, painted, START + 34_000)
  t.match(old, /<alarm> STALE: the daemon has not answered for 34s \(cannot reach it \(connection/)
  t.strictSame([...new Set(old.match(/<\w+>/g))], ['<alarm>'])
  t.match(old, /10:05:00Z/, 'the time of what is shown, not of now')
  t.match(old, /5m left when last seen, of its bake/)
  t.match(old, /34s old$/)
  const ended = seen(anEnded('completed'))
  t.notMatch(text(ended, WIDE, START + 3_600_000), /STALE|old$/, 'what has ended stays as it is')
})

t.test('a daemon that answers but no longer looks is told apart', async (t) => {
  const late = seen(aShift({ seenAt: new Date(START - 90_000).toISOString() }))
  t.match(text(late), 'The daemon looked at the routes 1m30s ago for the last time.')
  t.notMatch(text(seen(aShift({ seenAt: new Date(START - 9_000).toISOString() }))), /last time/)
  t.notMatch(text(seen(aShift({ seenAt: null }))), /last time/)
})

t.test('times count by the daemon’s clock, not by that of the laptop', async (t) => {
  const ahead = seen(aShift(), { skewMs: 120_000 })
  t.match(text(ahead), /10:07:00Z/)
  t.match(text(ahead), /3m left of its bake/)
})

t.test('each phase says what its time is', async (t) => {
  const at = (phase: ShiftView['phase'], now = START) => text(seen(aShift({ phase })), WIDE, now)
  t.match(at('baking'), /step 2 of 4: 5m left of its bake/)
  t.match(at('awaiting_approval'), /5m left to approve/)
  t.match(at('converging'), /5m left to its deadline/)
  const over = aShift({ step: { ...aShift().step, until: '2026-03-01T10:04:50.000Z' } as ShiftView['step'] })
  t.match(text(seen(over)), /its bake is over since 10s/)
  t.match(text(seen({ ...over, phase: 'converging' })), /10s past its deadline/)
  const held = aShift({ phase: 'paused', step: { ...aShift().step, until: null } as ShiftView['step'] })
  t.match(text(seen(held)), /\nstep 2 of 4\n/)
  const first = aShift({ phase: 'converging', step: { ...aShift().step, index: -1 } as ShiftView['step'] })
  t.match(text(seen(first)), /attaching new: 5m left/)
  t.match(text(seen(anEnded('completed'))), /STEPS ✓1 % ✓10 % ✓50 %\* ✓100 %/)
  t.notMatch(text(seen(aShift({ steps: [], step: null }))), /STEPS/)
})

t.test('who is needed reads what to type', async (t) => {
  const waiting = text(seen(aShift({ phase: 'awaiting_approval', attention: 'approval' })))
  t.match(waiting, `A person is needed: approval\n  sluice approve ${ID} --step 1\n  sluice reject ${ID} --step 1`)
  t.match(text(seen(aShift({ phase: 'paused', attention: 'paused' }))), `sluice resume ${ID}`)
  t.match(
    text(seen(aShift({ phase: 'paused', attention: 'paused', drifted: true }))),
    `sluice resume ${ID} --drift adopt`,
    'where somebody else changed weights a plain resume would be refused'
  )
  t.match(text(seen(aShift({ phase: 'halted', attention: 'old_unfit' }))), 'A person is needed: old unfit')
  t.match(text(seen(aShift({ phase: 'stuck', attention: 'stuck' }))), `By hand: sluice undo ${ID}`)
  t.notMatch(text(seen(aShift({ phase: 'rolling_back' }))), /sluice abort/)
  t.notMatch(text(seen(anEnded('aborted'))), /sluice abort|Ctrl-C/)
})

t.test('a gate that does not pass says why, and stands first', async (t) => {
  const history = createHistory()
  history.add([aPoint(0, { route: 'api' })])
  const gates = [aGate(), aGate({ route: 'api', verdict: 'breach', explain: 'breach: new fails 7 % of 115' })]
  t.match(
    text(seen(aShift({ gates }), { history })),
    /✗ breach errors api .*\n {2}new fails 7 % of 115\n✓ pass +errors web/
  )
})

t.test('units: shares, milliseconds, numbers, and no limit where there is none', async (t) => {
  const history = createHistory()
  const gates = ['a', 'b', 'c'].map((name) => aGate({ name, limit: 0.03 }))
  history.add([
    aPoint(0, { gate: 'a', unit: 'ms', new: 1234.5, old: null, limit: 800 }),
    aPoint(0, { gate: 'b', unit: 'number', new: 7, old: null, limit: null }),
    aPoint(0, { gate: 'c', unit: 'share', new: 0.02, limit: null })
  ])
  const all = text(seen(aShift({ gates }), { history }))
  t.match(all, /a web .* 1,230 ms .* - +limit 800 ms/)
  t.match(all, /b web .* 7 .* no limit/)
  t.match(all, /c web .* 2 % .*limit 3 % by old/)
})

t.test('colours only add: without styles the words are the same', async (t) => {
  const of = seen(aShift({ attention: 'paused', phase: 'paused' }), { events: [anEvent(1)] })
  const coloured = draw(of, { ...WIDE, paint: inColour })
  t.match(coloured.join('\n'), '\u001b[')
  t.strictSame(coloured.map(stripVTControlCharacters), draw(of))
})

t.test('a terminal without Unicode gets none', async (t) => {
  const history = createHistory()
  history.add([aPoint(0)])
  const all = text(seen(aShift(), { history }), { ...WIDE, glyphs: ASCII })
  t.match(all, />10 %/)
  t.ok(
    Array.from(all.replaceAll('…', '')).every((character) => (character.codePointAt(0) ?? 0) < 128),
    all
  )
})

t.test('bars: 0 is empty, anything above is seen, only all is full, and unknown is no 0', async (t) => {
  t.equal(bar(0, null, 8, UNICODE), '░░░░░░░░')
  t.equal(bar(0.0001, null, 8, UNICODE), '▏░░░░░░░')
  t.equal(bar(0.999, null, 8, UNICODE), '███████▉')
  t.equal(bar(1, null, 8, UNICODE), '████████')
  t.equal(bar(null, 0.5, 4, UNICODE), '····')
  t.equal(bar(0.5, 0.5, 4, UNICODE), '██░░')
  t.equal(bar(0.5, 1, 4, UNICODE), '██░┃')
  t.equal(bar(0.5, 0, 4, ASCII), '|#--')
})

t.test('graphs: one scale, 0 is the lowest height, what is missing is a gap', async (t) => {
  t.equal(sparkline([0, 0.5, 1, null, 2], 1, 5, UNICODE), '▁▅█·█')
  t.equal(sparkline([0.001], 1, 3, UNICODE), '··▂', 'not 0')
  t.equal(sparkline([1, 2, 3, 4], 4, 2, UNICODE), '▇█', 'the newest')
  t.equal(sparkline([0, 0], 0, 2, UNICODE), '▁▁')
})

t.test('history keeps each period once and forgets the oldest', async (t) => {
  const history = createHistory()
  history.add([aPoint(0), aPoint(1), aPoint(1, { new: 1 }), aPoint(0)])
  t.equal(history.of('errors', 'web').length, 2)
  history.add(Array.from({ length: 300 }, (_, i) => aPoint(i + 2)))
  t.equal(history.of('errors', 'web').length, 240)
  t.equal(history.of('errors', 'web').at(-1)?.at, aPoint(301).at)
  t.strictSame(history.of('errors', 'api'), [])
})

t.test('room is given in turn, the log gets what is left, and what cannot say anything is left out', async (t) => {
  t.strictSame(shares(10, [2, 20, 3]), [2, 5, 3])
  t.strictSame(shares(2, [5, 5, 5]), [1, 1, 0])
  t.strictSame(shares(-3, [1]), [0])
  const part = (items: number) => ({
    title: ['t'],
    items: Array.from({ length: items }, (_, i) => [`${i}`]),
    more: (count: number) => `+${count}`
  })
  t.strictSame(roomOf([part(30), part(3), part(0), part(30)], 30), [21, 5, 0, 4])
  t.strictSame(roomOf([part(2), part(2), part(0), part(30)], 30), [4, 4, 0, 22])
  t.strictSame(roomOf([part(30), part(30), part(0), part(30)], 9), [5, 4, 0, 0])
  t.strictSame(roomOf([part(30), part(30)], 3), [0, 0])
})

t.test('text is measured as it is shown', async (t) => {
  t.equal(widthOf('決済'), 4)
  t.equal(fit('決済サービス', 6), '決済…')
  t.equal(fit('abc', 3), 'abc')
  t.equal(fit('abcd', 3), 'ab…')
  t.equal(fit('abc', 0), '')
  t.equal(pad('決', 4), '決  ')
  t.strictSame(wrap('one two three', 7), ['one two', 'three'])
  t.strictSame(hang('> ', 'one two', 5), ['> one', '  two'])
})
