/** Following a shift: `watch`, and what breaks meanwhile. */
import t from 'tap'
import { fakeDaemon, json, problem, stream, type Handler } from './support/daemon.ts'
import { launch, sluice } from './support/sluice.ts'
import { aShift, anEnded, anEvent, endEvent, ID } from './support/views.ts'

const ONE = `GET /v1/shifts/${ID}`
const EVENTS = `${ONE}/events`
const STREAM = `${ONE}/events (stream)`
const NO_MORE = json({ items: [], next: null })

/** The shift for plain looks in turn; looks that wait are answered by `waiting`. */
function shifts(plain: readonly Handler[], waiting: Handler = () => null): Handler {
  let turn = 0
  return (asked, response) => {
    const handler = asked.path.includes('wait=') ? waiting : plain[Math.min(turn++, plain.length - 1)]
    return typeof handler === 'function' ? handler(asked, response) : (handler ?? null)
  }
}

t.test('a line for each event with time, phase, percent and sentence, then how it ended, and the code', async (t) => {
  const events = [
    anEvent(1, { phase: 'preflight' }),
    anEvent(2, { data: { percent: 0 } }),
    anEvent(3, { data: { percent: 12.5 } }),
    endEvent(4, 'rolled_back')
  ]
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream(events, 'open'),
    [EVENTS]: NO_MORE,
    [ONE]: shifts([json(aShift()), json(anEnded('rolled_back'))])
  })
  const { code, out, err } = await sluice(['watch', ID], { url: daemon.url })
  t.equal(code, 3)
  t.equal(err, '')
  t.equal(
    out,
    `${ID}  shop-eks-134 under standard; times are UTC
10:00:01  preflight               -  event number 1
10:00:02  baking                0 %  event number 2
10:00:03  baking             12.5 %  event number 3
10:00:04  rolled_back        12.5 %  ended rolled_back
${ID} ended: rolled_back: it is rolled_back
`
  )
})

t.test('each end has its code', async (t) => {
  for (const [outcome, want] of [
    ['completed', 0],
    ['rolled_back', 3],
    ['aborted', 4],
    ['released', 4],
    ['refused', 5],
    ['failed', 1]
  ] as const) {
    const daemon = await fakeDaemon(t, {
      [STREAM]: stream([endEvent(1, outcome)]),
      [EVENTS]: NO_MORE,
      [ONE]: shifts([json(anEnded(outcome))])
    })
    t.equal((await sluice(['watch', ID], { url: daemon.url })).code, want, outcome)
  }
})

t.test('a refused shift says what blocked it', async (t) => {
  const findings = [
    { severity: 'blocker', code: 'no_targets', route: 'web', detail: 'new has none', remedy: 'deploy' }
  ] as const
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream([endEvent(1, 'refused')]),
    [EVENTS]: NO_MORE,
    [ONE]: shifts([json(anEnded('refused', { findings }))])
  })
  const { out } = await sluice(['watch', ID], { url: daemon.url })
  t.match(out, /blocker {2}web: no_targets: new has none\n +-> deploy/)
})

t.test('a stream that breaks is taken up again with Last-Event-ID: no gap, no repeat', async (t) => {
  const daemon = await fakeDaemon(t, {
    [STREAM]: [
      stream([anEvent(1), anEvent(2)]),
      problem(503, 'store_unavailable', 'the store does not answer'),
      (_asked, response) => (response.destroy(), null),
      // A proxy whose daemon starts again.
      (_asked, response) => (response.writeHead(404, { 'content-type': 'text/html' }).end('<p>no backend'), null),
      stream([anEvent(2), anEvent(3), endEvent(4)])
    ],
    [EVENTS]: NO_MORE,
    [ONE]: shifts([json(aShift()), json(anEnded('completed'))])
  })
  const running = launch(['watch', ID], { url: daemon.url })
  const waits = [1_000, 2_000, 4_000, 8_000]
  await running.said('event number 2')
  for (const [turn, wait] of waits.entries()) {
    if (turn > 0) await running.said(`trying again in ${wait / 1000}s`)
    await slept(running.clock, wait)
    running.clock.advance(wait - 1)
    t.equal(streams(), turn + 1, `not before ${wait} ms`)
    running.clock.advance(1)
    while (streams() < turn + 2) await new Promise((resolve) => setImmediate(resolve))
  }
  function streams(): number {
    return daemon.asked.filter(({ headers }) => headers.accept === 'text/event-stream').length
  }
  const { code, out, err } = await running.done
  t.equal(code, 0)
  t.strictSame(out.match(/event number \d/g), ['event number 1', 'event number 2', 'event number 3'])
  t.match(
    err,
    /the store does not answer; trying again in 2s\n.*connection broke.*; trying again in 4s\n.*no backend.*; trying again in 8s\n/
  )
  t.strictSame(
    daemon.asked.map(({ headers }) => headers['last-event-id']).filter((id) => id !== undefined),
    ['0', '2', '2', '2', '2']
  )
})

/** Until the stream's wait has begun: the looks at the shift never sleep here, as they are never answered. */
async function slept(clock: { slept(ms: number): Promise<void> }, ms: number): Promise<void> {
  await clock.slept(ms)
  await new Promise((resolve) => setImmediate(resolve))
}

t.test('a silent stream is taken up again after 90 s', async (t) => {
  const daemon = await fakeDaemon(t, {
    [STREAM]: [stream([anEvent(1)], 'open'), stream([endEvent(2)])],
    [EVENTS]: NO_MORE,
    [ONE]: shifts([json(aShift()), json(anEnded('completed'))])
  })
  const running = launch(['watch', ID], { url: daemon.url })
  await running.said('event number 1')
  await running.clock.slept(90_000)
  running.clock.advance(90_000)
  await running.said('trying again in 1s')
  await slept(running.clock, 1_000)
  running.clock.advance(1_000)
  const { code, err } = await running.done
  t.equal(code, 0)
  t.match(err, /no answer from .* within 1m30s/)
})

t.test('while it bakes a line every ten seconds says how it stands; in other phases only events do', async (t) => {
  const baking = [1, 2].map((n) => json(aShift({ explain: `look ${n}` })))
  const looks = [...baking, json(aShift({ phase: 'converging', explain: 'look 3' })), json(anEnded('completed'))]
  let look = 0
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream([], 'open'),
    [EVENTS]: json({ items: [endEvent(1)], next: null }),
    [ONE]: shifts([json(aShift()), json(anEnded('completed'))], () => looks[look++] ?? null)
  })
  const running = launch(['watch', ID], { url: daemon.url })
  await running.said('look 1')
  for (const n of [2, 3, 4]) {
    await running.clock.slept(10_000)
    running.clock.advance(10_000)
    while (look < n) await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  const { code, out } = await running.done
  t.equal(code, 0)
  t.match(out, '10:05:00  baking               10 %  look 1\n10:05:10  baking               10 %  look 2\n')
  t.notMatch(out, 'look 3')
  t.match(out, 'ended completed', 'the event that the stream had not brought')
  t.ok(daemon.asked.some(({ path }) => path.endsWith('?wait=10s&until=ended')))
})

t.test('Ctrl-C leaves the shift running, says so, and orders nothing; exit 130', async (t) => {
  const daemon = await fakeDaemon(t, { [STREAM]: stream([anEvent(1)], 'open'), [ONE]: shifts([json(aShift())]) })
  const running = launch(['watch', ID], { url: daemon.url })
  await running.said('event number 1')
  running.signal('SIGINT')
  const { code, err } = await running.done
  t.equal(code, 130)
  t.match(err, `no longer watching. ${ID} goes on; "sluice abort ${ID}" takes its traffic back.`)
  t.ok(daemon.asked.every(({ method }) => method === 'GET'))
})

t.test('--timeout leaves with 7, or 6 where the shift is halted or stuck', async (t) => {
  for (const [phase, want] of [
    ['baking', 7],
    ['halted', 6],
    ['stuck', 6]
  ] as const) {
    const daemon = await fakeDaemon(t, {
      [STREAM]: stream([anEvent(1)], 'open'),
      [ONE]: shifts([json(aShift({ phase }))])
    })
    const running = launch(['watch', ID, '--timeout', '1h'], { url: daemon.url })
    await running.said('event number 1')
    running.clock.advance(3_600_000)
    const { code, err } = await running.done
    t.equal(code, want, phase)
    t.match(err, /time is over .* It goes on\./)
  }
})

t.test('--until attention leaves as soon as a person is needed: 7 for an approval, 6 for a halt', async (t) => {
  for (const [phase, want] of [
    ['awaiting_approval', 7],
    ['halted', 6]
  ] as const) {
    const needy = json(aShift({ phase, attention: phase, explain: 'do something' }))
    const daemon = await fakeDaemon(t, {
      [STREAM]: stream([], 'open'),
      [EVENTS]: NO_MORE,
      [ONE]: shifts([json(aShift()), needy], needy)
    })
    const { code, out } = await sluice(['watch', ID, '--until', 'attention'], { url: daemon.url })
    t.equal(code, want)
    t.match(out, `${ID} needs a person (${phase}): do something`)
    t.ok(daemon.asked.some(({ path }) => path.includes('until=attention')))
  }
})

t.test('--json: each event’s JSON a line, exactly; all else on stderr', async (t) => {
  const events = [anEvent(1, { explain: 'é  "x"' }), endEvent(2)]
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream(events, 'open'),
    [EVENTS]: NO_MORE,
    [ONE]: shifts([json(aShift()), json(anEnded('completed'))])
  })
  const { code, out, err } = await sluice(['watch', ID, '--json'], { url: daemon.url })
  t.equal(code, 0)
  t.equal(out, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  t.match(err, /ended: completed/)
})

t.test('--after skips what was seen before', async (t) => {
  const daemon = await fakeDaemon(t, {
    [STREAM]: stream([anEvent(7), anEvent(8), endEvent(9)]),
    [EVENTS]: NO_MORE,
    [ONE]: shifts([json(anEnded('completed'))])
  })
  const { out } = await sluice(['watch', ID, '--after', '7'], { url: daemon.url })
  t.notMatch(out, 'event number 7')
  t.match(out, 'event number 8')
  t.ok(daemon.asked.some(({ headers }) => headers['last-event-id'] === '7'))
})

t.test('a shift that is not there, or that may not be seen, ends the watch at once', async (t) => {
  const daemon = await fakeDaemon(t, { [ONE]: problem(404, 'shift_not_found', 'no such shift') })
  t.match(await sluice(['watch', ID], { url: daemon.url }), {
    code: 1,
    err: 'sluice: no such shift (404 shift_not_found)\n'
  })
  const forbidden = await fakeDaemon(t, {
    [ONE]: shifts([json(aShift())]),
    [STREAM]: problem(403, 'forbidden', 'not with this token')
  })
  t.match(await sluice(['watch', ID], { url: forbidden.url }), { code: 1, err: /not with this token/ })
})
