/** list and status on a terminal: tables that fit, at 80 and at 40 columns; through a pipe they are as they were. */
import t from 'tap'
import { gridLines } from '../../src/cli/screen/grid.ts'
import { widthOf } from '../../src/cli/screen/text.ts'
import { fakeDaemon, json } from './support/daemon.ts'
import { sluice } from './support/sluice.ts'
import { aTerminal } from './support/terminal.ts'
import { anEnded, anEvent, aShift, COMMAND, ID } from './support/views.ts'

const ONE = `GET /v1/shifts/${ID}`
const point = {
  gate: 'errors',
  route: 'web',
  unit: 'share',
  at: '2026-03-01T10:04:00.000Z',
  seconds: 60,
  new: 0.0025,
  old: 0.001,
  newRequests: 1,
  oldRequests: 1,
  limit: 0.01
}

const GRID = {
  head: ['ID', 'NAME', 'WHAT'],
  rows: [
    ['a1', '決済', 'one two three four five six'],
    ['b', 'x', '']
  ],
  wraps: [2]
}

t.test('a table is as wide as it must be, wraps the patient columns, and falls apart into records', async (t) => {
  t.strictSame(gridLines(GRID, 80), ['ID  NAME  WHAT', 'a1  決済  one two three four five six', 'b   x'])
  t.strictSame(gridLines(GRID, 26), ['ID  NAME  WHAT', 'a1  決済  one two three', '          four five six', 'b   x'])
  t.strictSame(gridLines(GRID, 18), [
    'ID   a1',
    'NAME 決済',
    'WHAT one two three',
    '     four five six',
    '',
    'ID   b',
    'NAME x',
    'WHAT'
  ])
})

t.test('list on a terminal: nothing is wider than it, and every id can be copied', async (t) => {
  const items = [
    aShift({ migration: 'a-migration-with-a-name-that-is-long', attention: 'drift', phase: 'halted' }),
    anEnded('completed', { startedBy: 'somebody-with-a-long-name', migration: 'x\u001b[2J' })
  ]
  const daemon = await fakeDaemon(t, { 'GET /v1/shifts': json({ items, next: null }) })
  for (const columns of [120, 80, 40]) {
    const { out } = await sluice(['list'], { url: daemon.url, terminal: aTerminal(columns, 24) })
    const lines = out.trimEnd().split('\n')
    t.strictSame(
      lines.filter((line) => widthOf(line) > columns),
      [],
      String(columns)
    )
    t.match(out, ID)
    t.match(out, 'halted (drift)')
    t.notMatch(out, '\u001b')
  }
  const { out } = await sluice(['list', '--json'], { url: daemon.url, terminal: aTerminal(40, 24) })
  t.equal(JSON.parse(out).items.length, 2)
})

t.test('status on a terminal: the whole drawing once, and how to undo it by hand, in one piece', async (t) => {
  const daemon = await fakeDaemon(t, {
    [ONE]: json(aShift()),
    [`${ONE}/events`]: json({ items: [1, 2, 3, 4, 5, 6, 7].map((seq) => anEvent(seq)), next: null }),
    [`${ONE}/series`]: json({ items: [point], next: null, upTo: 3 })
  })
  for (const columns of [80, 40]) {
    const { code, out } = await sluice(['status', ID], { url: daemon.url, terminal: aTerminal(columns, 10) })
    t.equal(code, 0)
    for (const want of [
      'BAKING',
      'baking at 10 %',
      '▶10 %',
      'errors web',
      '0.25 %',
      'event number 7',
      `  ${COMMAND}\n`
    ])
      t.match(out, want, `${columns}: ${want}`)
    t.match(out, /started +2026-03-01/)
    t.notMatch(out, /Ctrl-C|\?1049h|event number 2/)
    const wide = out.split('\n').filter((line) => widthOf(line) > columns)
    t.strictSame(wide, [`  ${COMMAND}`], 'only what is for the clipboard is not broken')
  }
  t.equal((await sluice(['status', ID, '--exit-code'], { url: daemon.url, terminal: aTerminal(80, 10) })).code, 7)
})
