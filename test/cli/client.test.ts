import t from 'tap'
import { createClient } from '../../src/cli/client.ts'
import { createTestClock } from './support/clock.ts'
import { closedUrl, fakeDaemon, json, problem } from './support/daemon.ts'
import { launch, sluice } from './support/sluice.ts'
import { aShift, ID } from './support/views.ts'

const PATH = `GET /v1/shifts/${ID}`

t.test('--server wins over SLUICE_URL, a path before the API is kept, any id is one path segment', async (t) => {
  const daemon = await fakeDaemon(t, { [`GET /sluice/v1/shifts/a%2F..%2Fb`]: json(aShift()) })
  const { code } = await sluice(['status', 'a/../b', '--server', `${daemon.url}sluice`], { url: 'http://127.0.0.1:1' })
  t.equal(code, 0)
})

t.test('the token goes into the header, and there is none without SLUICE_TOKEN', async (t) => {
  const daemon = await fakeDaemon(t, { [PATH]: json(aShift()) })
  await sluice(['status', ID], { url: daemon.url, env: { SLUICE_TOKEN: 'secret-1\n' } })
  await sluice(['status', ID], { url: daemon.url, env: { SLUICE_TOKEN: '' } })
  t.strictSame(
    daemon.asked.map(({ headers }) => headers.authorization),
    ['Bearer secret-1', undefined]
  )
})

t.test('the clock of the daemon is told by its answers, where it differs from ours', async (t) => {
  const dated = (date: string) => ({ body: aShift(), headers: { date } })
  const daemon = await fakeDaemon(t, {
    [PATH]: [dated('Sun, 01 Mar 2026 10:05:02 GMT'), dated('Sun, 01 Mar 2026 10:07:00 GMT'), dated('nonsense')]
  })
  const client = createClient({ env: {}, fetch, clock: createTestClock() }, daemon.url)
  t.equal(client.skewMs(), 0)
  for (const skew of [0, 120_000, 0]) {
    await client.shift(ID)
    t.equal(client.skewMs(), skew)
  }
})

t.test('connection refused says the URL and how to name another; exit 1', async (t) => {
  const url = await closedUrl()
  const { code, err, out } = await sluice(['list'], { url })
  t.equal(code, 1)
  t.equal(out, '')
  t.ok(err.startsWith(`sluice: cannot reach ${url} (connection refused): `), err)
  t.match(err, /sluice serve.*--server or SLUICE_URL/)
  t.notMatch(err, /at .*\.ts:\d+/, 'no stack trace')
})

t.test('--debug says where', async (t) => {
  const { err } = await sluice(['list', '--debug'], { url: await closedUrl() })
  t.match(err, /at .*\.ts:\d+/)
  t.match(err, /ECONNREFUSED/, 'with the cause')
})

t.test('a problem document is one line and its fields; exit 1 for 409, 2 for 400 and 422', async (t) => {
  const errors = [{ field: '/step', message: 'must be at least 0' }]
  for (const [status, want] of [
    [400, 2],
    [422, 2],
    [404, 1],
    [409, 1],
    [500, 1]
  ] as const) {
    const daemon = await fakeDaemon(t, { [PATH]: problem(status, 'some_code', 'it is so', { errors }) })
    const { code, err } = await sluice(['status', ID], { url: daemon.url })
    t.equal(code, want, String(status))
    t.equal(err, `sluice: it is so (${status} some_code)\n  /step: must be at least 0\n`)
  }
})

t.test('a field that the sentence names already is not listed again', async (t) => {
  const errors = [
    { field: '/a', message: 'is wrong' },
    { field: '/b', message: 'is too long' }
  ]
  const daemon = await fakeDaemon(t, { [PATH]: problem(400, 'invalid_request', '/a: is wrong', { errors }) })
  const { err } = await sluice(['status', ID], { url: daemon.url })
  t.equal(err, 'sluice: /a: is wrong (400 invalid_request)\n  /b: is too long\n')
})

t.test('with --json the problem document is JSON on stderr, with members of its own', async (t) => {
  const daemon = await fakeDaemon(t, { [PATH]: problem(409, 'illegal_in_phase', 'no', { allowed: ['paused'] }) })
  const { err, out } = await sluice(['status', ID, '--json'], { url: daemon.url })
  t.equal(out, '')
  t.match(JSON.parse(err), { status: 409, code: 'illegal_in_phase', detail: 'no', allowed: ['paused'] })
})

t.test('401 says where the token goes; the token itself is never printed', async (t) => {
  const token = 'tok-very-secret'
  const daemon = await fakeDaemon(t, { [PATH]: problem(401, 'unauthorized', `no such token: ${token}`) })
  for (const more of [[], ['--json'], ['--debug']]) {
    const { code, err } = await sluice(['status', ID, ...more], { url: daemon.url, env: { SLUICE_TOKEN: token } })
    t.equal(code, 1)
    t.notMatch(err, token)
    t.match(err, /\*\*\*/)
  }
  const { err } = await sluice(['status', ID], { url: daemon.url })
  t.match(err, /put the token into SLUICE_TOKEN/)
})

t.test('a token that no header can hold is a usage error without the token', async (t) => {
  const { code, err } = await sluice(['list'], { env: { SLUICE_TOKEN: 'abc\ndef' } })
  t.equal(code, 2)
  t.notMatch(err, 'abc')
  t.match(err, /SLUICE_TOKEN/)
})

t.test('a URL that is none, of another kind, or with a password is a usage error', async (t) => {
  for (const url of ['nonsense', 'ftp://x', 'http://me:hunter2@127.0.0.1:1']) {
    const { code, err } = await sluice(['list', '--server', url])
    t.equal(code, 2, url)
    t.match(err, /--server/)
    t.notMatch(err, 'hunter2')
  }
})

t.test('an answer of something else than Sluice is said so', async (t) => {
  const page = { type: 'text/html', body: '<html>hello</html>' }
  for (const reply of [page, json({ hello: 1 })]) {
    const daemon = await fakeDaemon(t, { [PATH]: reply })
    const { code, err } = await sluice(['status', ID], { url: daemon.url })
    t.equal(code, 1)
    t.match(err, /answered something that is no/)
  }
  const daemon = await fakeDaemon(t, { [PATH]: { ...page, status: 502 } })
  t.match((await sluice(['status', ID], { url: daemon.url })).err, /answered 502 without saying why: <html>hello/)
})

t.test('a redirect is not followed, so that an order never becomes a read', async (t) => {
  const to = { location: 'https://elsewhere.example/' }
  const daemon = await fakeDaemon(t, { [`POST /v1/shifts/${ID}/abort`]: { status: 302, headers: to } })
  const { code, err } = await sluice(['abort', ID], { url: daemon.url })
  t.equal(code, 1)
  t.match(err, /redirects to https:\/\/elsewhere\.example\/: point --server or SLUICE_URL there/)
  t.equal(daemon.asked.length, 1)
})

t.test('a daemon that never answers is given 30 s of the clock', async (t) => {
  const daemon = await fakeDaemon(t, { [PATH]: () => null })
  const running = launch(['status', ID], { url: daemon.url })
  await running.clock.slept(30_000)
  running.clock.advance(29_999)
  running.clock.advance(1)
  const { code, err } = await running.done
  t.equal(code, 1)
  t.match(err, /no answer from .* within 30s/)
})

t.test('a connection that breaks in the middle of an answer is said so', async (t) => {
  const daemon = await fakeDaemon(t, {
    [PATH]: (_asked, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{', () => response.destroy())
      return null
    }
  })
  const { code, err } = await sluice(['status', ID], { url: daemon.url })
  t.equal(code, 1)
  t.match(err, /the connection broke/)
})
