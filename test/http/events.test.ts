import t from 'tap'
import type { Test } from 'tap'
import { HEARTBEAT_MS } from '../../src/http/eventStream.ts'
import { STALLED_MS } from '../../src/http/push.ts'
import { preferred } from '../../src/http/accept.ts'
import { build, bearer, TOKENS, WITH_TOKENS } from './build.ts'
import { settle } from './handClock.ts'
import { openStream } from './sseClient.ts'
import { anEvent, aShift, ID } from './views.ts'

const many = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => anEvent(from + i))
const end = (seq: number) => anEvent(seq, { type: 'shift.ended', phase: 'completed' })

async function listening(t: Test, over: Parameters<typeof build>[1] = {}) {
  const built = await build(t, over)
  await built.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = built.app.server.address() as { port: number }
  return { ...built, url: `http://127.0.0.1:${port}/v1/shifts/${ID}/events` }
}

t.test('events come as pages of JSON', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.emit(ID, ...many(1, 1005))
  const url = `/v1/shifts/${ID}/events`
  const first = (await inject({ method: 'GET', url })).json()
  t.equal(first.items.length, 1000)
  t.equal(first.next, '1000')
  t.same(first.items[0], anEvent(1))
  const second = (await inject({ method: 'GET', url: `${url}?after=${first.next}` })).json()
  t.same([second.items[0].seq, second.items.length, second.next], [1001, 5, null])
  const small = (await inject({ method: 'GET', url: `${url}?after=3&limit=2` })).json()
  t.same(
    small.items.map(({ seq }: { seq: number }) => seq),
    [4, 5]
  )
})

t.test('a stream sends what was, then what comes, and closes after the end', async (t) => {
  const { sluice, url } = await listening(t)
  sluice.emit(ID, ...many(1, 3))
  const reader = await openStream(url)
  t.equal(reader.status, 200)
  t.match(reader.headers, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff'
  })
  await reader.until(() => reader.messages.length === 3)
  sluice.emit(ID, anEvent(4))
  sluice.emit(ID, anEvent(5), end(6))
  await reader.closed
  t.same(
    reader.messages.map(({ id, event }) => [id, event]),
    [1, 2, 3, 4, 5, 6].map((n) => [String(n), n === 1 ? 'shift.started' : n === 6 ? 'shift.ended' : 'gate.judged'])
  )
  t.same(JSON.parse(reader.messages[3]?.data ?? ''), anEvent(4))
  t.equal(sluice.subscribers(), 0)
})

t.test('Last-Event-ID resumes without gap or repeat, and outranks ?after', async (t) => {
  const { sluice, url } = await listening(t)
  sluice.emit(ID, ...many(1, 4))
  const first = await openStream(url)
  await first.until(() => first.messages.length === 2 || first.messages.length === 4)
  first.leave()
  sluice.emit(ID, ...many(5, 8), end(9))
  const second = await openStream(`${url}?after=1`, { 'last-event-id': '4' })
  const third = await openStream(`${url}?after=7`)
  await Promise.all([second.closed, third.closed])
  t.same(
    second.messages.map(({ id }) => id),
    ['5', '6', '7', '8', '9']
  )
  t.same(
    third.messages.map(({ id }) => id),
    ['8', '9']
  )
})

t.test('a log longer than a page is streamed whole', async (t) => {
  const { sluice, url } = await listening(t)
  sluice.emit(ID, ...many(1, 1100), end(1101))
  const reader = await openStream(url)
  await reader.closed
  t.same(
    reader.messages.map(({ id }) => Number(id)),
    Array.from({ length: 1101 }, (_, i) => i + 1)
  )
})

t.test('an event that is saved while the log is being read is not missed', async (t) => {
  const { sluice, url } = await listening(t)
  const read: (typeof sluice)['events'] = (...asked) => original.events(...asked)
  const original = { ...sluice }
  let reads = 0
  const raced: typeof read = async (...asked) => {
    const page = await read(...asked)
    // The page is taken, and only then is something saved: no clock moves, so only the subscription can tell.
    if (++reads === 1) sluice.emit(ID, anEvent(1))
    return page
  }
  Object.assign(sluice, { events: raced })
  const reader = await openStream(url)
  await reader.until(() => reader.messages.length === 1)
  t.equal(reader.messages[0]?.id, '1')
  reader.leave()
})

t.test('resuming behind the end is answered with 204, so that browsers stop', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.emit(ID, anEvent(1), end(2))
  sluice.shifts.set(ID, aShift({ phase: 'completed', outcome: 'completed', endedAt: '2026-11-22T10:00:00Z' }))
  const url = `/v1/shifts/${ID}/events`
  const accept = 'text/event-stream'
  const over = await inject({ method: 'GET', url, headers: { accept, 'last-event-id': '2' } })
  t.equal(over.statusCode, 204)
  const rest = await inject({ method: 'GET', url, headers: { accept, 'last-event-id': '1' } })
  t.match(rest.body, /id: 2\nevent: shift\.ended\n/)
})

t.test('a stream of a shift that is not there is a problem document', async (t) => {
  const { inject } = await build(t)
  const answer = await inject({
    method: 'GET',
    url: '/v1/shifts/nope/events',
    headers: { accept: 'text/event-stream' }
  })
  t.equal(answer.statusCode, 404)
  t.equal(answer.json().code, 'shift_not_found')
})

t.test('a quiet stream has a heartbeat every 15 s', async (t) => {
  const { clock, url } = await listening(t)
  const reader = await openStream(url)
  await settle()
  await clock.advance(HEARTBEAT_MS - 1)
  t.same(reader.comments, [])
  await clock.advance(1)
  await reader.until(() => reader.comments.length === 1)
  await settle()
  await clock.advance(HEARTBEAT_MS)
  await reader.until(() => reader.comments.length === 2)
  t.same(reader.comments, ['heartbeat', 'heartbeat'])
  reader.leave()
})

t.test('a client that leaves frees everything', async (t) => {
  const { app, clock, sluice, url } = await listening(t)
  const readers = await Promise.all(Array.from({ length: 50 }, () => openStream(url)))
  await settle()
  t.equal(sluice.subscribers(), 50)
  t.equal(app.lifetime.count(), 50)
  const gone = new Promise<void>((resolve) => {
    const look = () => (sluice.subscribers() === 0 ? resolve() : setImmediate(look))
    look()
  })
  for (const reader of readers) reader.leave()
  await gone
  t.equal(app.lifetime.count(), 0)
  t.equal(clock.pending(), 0)
})

t.test('many streams all see every event', async (t) => {
  const { sluice, url } = await listening(t)
  const readers = await Promise.all(Array.from({ length: 100 }, () => openStream(url)))
  sluice.emit(ID, anEvent(1))
  sluice.emit(ID, anEvent(2), end(3))
  await Promise.all(readers.map(({ closed }) => closed))
  for (const { messages } of readers) if (messages.map(({ id }) => id).join() !== '1,2,3') t.fail('a gap')
  t.equal(sluice.subscribers(), 0)
})

t.test('a reader that is slow is waited for, and gets every event', async (t) => {
  const { sluice, url } = await listening(t)
  const data = { filler: 'x'.repeat(50_000) }
  const events = many(1, 300).map((event) => ({ ...event, data }))
  const reader = await openStream(url)
  reader.response.pause()
  sluice.emit(ID, ...events, end(301))
  await settle()
  t.ok(reader.messages.length < 301, 'it has not read all of it')
  reader.response.resume()
  await reader.closed
  t.equal(reader.messages.length, 301)
})

t.test('a reader that takes nothing for a minute is cut off', async (t) => {
  const { sluice, clock, url } = await listening(t)
  const data = { filler: 'x'.repeat(100_000) }
  const reader = await openStream(url)
  reader.response.pause()
  sluice.emit(ID, ...many(1, 400).map((event) => ({ ...event, data })))
  const cut = new Promise<void>((resolve) => {
    const look = () => {
      if (sluice.subscribers() === 0) return resolve()
      void clock.advance(STALLED_MS / 60).then(() => setImmediate(look))
    }
    look()
  })
  await cut
  reader.response.resume()
  await reader.closed
  t.ok(reader.messages.length < 400, 'it did not get all')
})

t.test('a store that fails in the middle ends the stream, and the log says so', async (t) => {
  const { sluice, lines, url } = await listening(t)
  sluice.emit(ID, anEvent(1))
  const reader = await openStream(url)
  await reader.until(() => reader.messages.length === 1)
  sluice.fail = new Error('disk I/O error')
  sluice.emit(ID, anEvent(2))
  await reader.closed
  t.equal(reader.messages.length, 1)
  t.ok(lines.some((line) => line.includes('event stream ended early') && line.includes('disk I/O error')))
})

t.test('closing the app ends every stream', async (t) => {
  const { app, sluice, url } = await listening(t)
  const readers = await Promise.all([openStream(url), openStream(url)])
  await settle()
  await app.close()
  await Promise.all(readers.map(({ closed }) => closed))
  t.equal(sluice.subscribers(), 0)
})

t.test('a stream needs a token like everything else', async (t) => {
  const { url } = await listening(t, { auth: WITH_TOKENS })
  t.equal((await openStream(url)).status, 401)
  const reader = await openStream(url, bearer(TOKENS.viewer))
  t.equal(reader.status, 200)
  reader.leave()
})

t.test('the Accept header chooses, and JSON wins a tie', async (t) => {
  const offers = ['application/json', 'text/event-stream'] as const
  const rows: readonly [string | undefined, string | null][] = [
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/event-stream', 'text/event-stream'],
    ['Text/Event-Stream; charset=utf-8', 'text/event-stream'],
    ['text/*', 'text/event-stream'],
    ['application/json, text/event-stream', 'application/json'],
    ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
    ['text/event-stream;q=0, */*', 'application/json'],
    ['text/html, application/xhtml+xml', null],
    ['application/json;q=0', null],
    ['text/event-stream;q=x', null]
  ]
  for (const [accept, chosen] of rows) t.equal(preferred(accept, offers), chosen, String(accept))
})
