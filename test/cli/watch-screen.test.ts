/** `watch` on a terminal: drawn again and again, never fresher than it is, left without a trace. */
import t from 'tap'
import { fakeDaemon, json, problem, stream, type Handler } from './support/daemon.ts'
import { launch, sluice } from './support/sluice.ts'
import { aTerminal, drawings } from './support/terminal.ts'
import { aShift, anEnded, anEvent, endEvent, ID } from './support/views.ts'

const ONE = `GET /v1/shifts/${ID}`
const EVENTS = `${ONE}/events`
const STREAM = `${EVENTS} (stream)`
const SERIES = `${ONE}/series`
const NO_MORE = json({ items: [], next: null })
const NO_SERIES = json({ items: [], next: null, upTo: 0 })
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

/** Looks that wait are answered in turn, the last one never. */
function looks(first: unknown, ...later: readonly unknown[]): Handler {
  let turn = 0
  return ({ path }) => (path.includes('wait=') ? (turn < later.length ? json(later[turn++]) : null) : json(first))
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

t.test('draws the sentence, routes, graphs and log, then says how it ended where the shell goes on', async (t) => {
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream([anEvent(1), endEvent(2, 'rolled_back')], 'open'),
    [EVENTS]: NO_MORE,
    [SERIES]: [json({ items: [point], next: '7', upTo: 7 }), json({ items: [], next: null, upTo: 9 })],
    [ONE]: [json(aShift()), ({ path }) => (path.includes('wait=') ? null : json(anEnded('rolled_back')))]
  })
  const terminal = aTerminal(80, 40)
  const { code, out, err } = await sluice(['watch', ID], { url: daemon.url, terminal })
  t.equal(code, 3)
  t.equal(err, '')
  const { frames, after } = drawings(out)
  t.match(frames[0]?.join('\n'), /^shop-eks-134 under standard .*\n.*\n\nBAKING .*\nbaking at 10 % for 4m12s more\n/)
  t.match(after, /ROLLED BACK .*\nit is rolled_back\n/)
  t.match(after, /10:00:02 {2}ended rolled_back\n10:00:01 {2}event number 1/)
  t.match(after, new RegExp(`\\n${ID} ended: rolled_back: it is rolled_back\\n$`))
  t.ok(out.startsWith('\u001b[?1049h\u001b[?25l'), 'a screen of its own, without a cursor')
  t.equal(out.split('\u001b[?25h\u001b[?1049l').length, 2, 'the terminal is as it was')
  t.equal(terminal.listeners(), 0)
})

t.test('looks every two seconds, draws every second, asks for what is new of the graphs', async (t) => {
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream([], 'open'),
    [SERIES]: json({ items: [point], next: null, upTo: 7 }),
    [ONE]: looks(aShift(), aShift({ explain: 'second look' }))
  })
  const running = launch(['watch', ID], { url: daemon.url, terminal: aTerminal(80, 40) })
  await running.said('second look')
  await running.said('baking at 10 %')
  await running.clock.slept(5_000)
  running.clock.advance(1_000)
  await running.said('10:05:01Z')
  await running.said('0.25 %')
  running.clock.advance(4_000)
  await running.said('10:05:05Z')
  await settle()
  t.ok(daemon.asked.some(({ path }) => path.endsWith('?wait=2s&until=ended')))
  while (daemon.asked.filter(({ path }) => path.includes('/series')).length < 2) await settle()
  t.strictSame(
    daemon.asked.filter(({ path }) => path.includes('/series')).map(({ path }) => path.split('?')[1]),
    ['after=0', 'after=7']
  )
  running.signal('SIGINT')
  t.equal((await running.done).code, 130)
})

t.test('a daemon that is away: the screen says how old it is, and is fresh again when it is back', async (t) => {
  let away = true
  const daemon = await fakeDaemon(t, {
    [STREAM]: [problem(503, 'store_unavailable', 'the store does not answer'), stream([], 'open')],
    [SERIES]: NO_SERIES,
    [ONE]: ({ path }) => {
      if (!path.includes('wait=')) return json(aShift())
      return away ? problem(503, 'store_unavailable', 'the store does not answer') : json(aShift({ explain: 'back' }))
    }
  })
  const running = launch(['watch', ID], { url: daemon.url, terminal: aTerminal(100, 30) })
  await running.said('BAKING')
  await running.clock.slept(2_000)
  await settle()
  for (let second = 0; second < 12; second++) {
    running.clock.advance(1_000)
    await settle()
  }
  await running.said('STALE: the daemon has not answered for 12s (the store does not answer')
  const { frames } = drawings(running.written().out)
  t.notMatch(frames.at(-1)?.join('\n'), /goes on\. live/)
  away = false
  for (let second = 0; second < 4; second++) {
    running.clock.advance(1_000)
    await settle()
  }
  await running.said('back')
  t.notMatch(drawings(running.written().out).frames.at(-1)?.join('\n'), /STALE/)
  running.signal('SIGINT')
  await running.done
})

t.test('a new size is drawn at once', async (t) => {
  const daemon = await fakeDaemon(t, { [STREAM]: stream([], 'open'), [SERIES]: NO_SERIES, [ONE]: looks(aShift()) })
  const terminal = aTerminal(80, 40)
  const running = launch(['watch', ID], { url: daemon.url, terminal })
  await running.said('healthy old/new')
  terminal.resize(40, 12)
  const { frames } = drawings(running.written().out)
  const last = frames.at(-1) ?? []
  t.ok(last.length <= 12)
  t.ok(last.every((line) => line.length <= 40))
  running.signal('SIGINT')
  await running.done
})

t.test('Ctrl-C leaves the shift running and says so, and orders nothing', async (t) => {
  const daemon = await fakeDaemon(t, { [STREAM]: stream([], 'open'), [SERIES]: NO_SERIES, [ONE]: looks(aShift()) })
  const running = launch(['watch', ID], { url: daemon.url, terminal: aTerminal(80, 40) })
  await running.said('BAKING')
  running.signal('SIGINT')
  const { code, out, err } = await running.done
  t.equal(code, 130)
  t.match(drawings(out).after, /^shop-eks-134 under standard/, 'what was seen last stays')
  t.match(err, `no longer watching. ${ID} goes on`)
  t.ok(daemon.asked.every(({ method }) => method === 'GET'))
})

t.test('Ctrl-Z gives the terminal back while it is stopped, and draws the shift again after it', async (t) => {
  const daemon = await fakeDaemon(t, { [STREAM]: stream([], 'open'), [SERIES]: NO_SERIES, [ONE]: looks(aShift()) })
  let atStop = ''
  const running = launch(['watch', ID], {
    url: daemon.url,
    terminal: aTerminal(80, 40),
    suspend: () => (atStop = running.written().out)
  })
  await running.said('BAKING')
  running.signal('SIGTSTP')
  t.ok(atStop.endsWith('\u001b[?7h\u001b[?25h\u001b[?1049l'), 'the first screen, with a cursor')
  running.clock.advance(1_000)
  await settle()
  t.equal(running.written().out, atStop, 'nothing is drawn over what the shell says')
  running.signal('SIGCONT')
  const again = running.written().out.slice(atStop.length)
  t.ok(again.startsWith('\u001b[?1049h\u001b[?25l'))
  t.match(again, 'BAKING')
  running.signal('SIGINT')
  const { code, out } = await running.done
  t.equal(code, 130)
  t.equal(out.split('\u001b[?25h\u001b[?1049l').length, 3, 'left as often as it was entered')
})

t.test('text of others cannot redraw the terminal', async (t) => {
  const evil = 'x\u001b[2J\r\nphase  completed'
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream([anEvent(1, { explain: evil }), endEvent(2)], 'open'),
    [EVENTS]: NO_MORE,
    [SERIES]: NO_SERIES,
    [ONE]: [
      json(aShift({ explain: evil, reason: evil })),
      ({ path }) => (path.includes('wait=') ? null : json(anEnded('completed')))
    ]
  })
  const { out } = await sluice(['watch', ID], { url: daemon.url, terminal: aTerminal(80, 40) })
  t.notMatch(out, '[2J\r')
  t.notMatch(out, /^phase {2}completed/m)
})

t.test('a daemon that knows no series is watched without graphs', async (t) => {
  const daemon = await fakeDaemon(t, { [STREAM]: stream([], 'open'), [ONE]: looks(aShift()) })
  const running = launch(['watch', ID], { url: daemon.url, terminal: aTerminal(80, 40) })
  await running.said('error rate 0.12 % of 5,321 requests')
  running.signal('SIGINT')
  t.equal((await running.done).code, 130)
})

t.test('--lines and --json are the same as through a pipe', async (t) => {
  for (const flag of ['--lines', '--json']) {
    const daemon = await fakeDaemon(t, {
      [STREAM]: stream([endEvent(1)]),
      [EVENTS]: NO_MORE,
      [ONE]: json(anEnded('completed'))
    })
    const { out } = await sluice(['watch', ID, flag], { url: daemon.url, terminal: aTerminal(80, 40) })
    t.notMatch(out, '\u001b')
    t.match(out, 'ended completed')
  }
})

t.test('a shift that is not there leaves the terminal alone', async (t) => {
  const daemon = await fakeDaemon(t, { [ONE]: problem(404, 'shift_not_found', 'no such shift') })
  t.match(await sluice(['watch', ID], { url: daemon.url, terminal: aTerminal(80, 40) }), { code: 1, out: '' })
})
