import t from 'tap'
import type { Test } from 'tap'
import { connect } from 'node:net'
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listen } from '../../src/http/server.ts'
import { build } from './build.ts'
import { settle } from './handClock.ts'
import { openStream } from './sseClient.ts'
import { ID } from './views.ts'

async function served(t: Test, over: { addressFile?: string | null; host?: string } = {}) {
  const built = await build(t)
  const config = { host: over.host ?? '127.0.0.1', port: 0, addressFile: over.addressFile ?? null }
  const server = await listen(built.app, config, built.clock)
  t.teardown(() => server.close(0))
  return { ...built, server }
}

/** What the server answers to raw bytes. */
async function raw(url: string, text: string): Promise<string> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const piece of socket) answer += String(piece)
  return answer
}

t.test('it listens on a free port, and writes the URL where it is asked to once it is told to', async (t) => {
  const addressFile = join(t.testdir(), 'address')
  const { server } = await served(t, { addressFile })
  t.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(existsSync(addressFile), false, 'whoever waits for the file finds a daemon that has taken up its shifts')
  await server.announce()
  t.equal(await readFile(addressFile, 'utf8'), `${server.url}\n`)
  t.equal((await fetch(`${server.url}/livez`)).status, 200)
  await server.close(1000)
  t.equal(existsSync(addressFile), false, 'the file does not outlive the server')
  await t.rejects(fetch(`${server.url}/livez`))
})

t.test('an address that listens everywhere is told as one that can be asked', async (t) => {
  const { server } = await served(t, { host: '0.0.0.0' })
  t.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
})

t.test('an address that is taken is refused', async (t) => {
  const { server } = await served(t)
  const { app, clock } = await build(t)
  const config = { host: '127.0.0.1', port: Number(new URL(server.url).port), addressFile: null }
  await t.rejects(listen(app, config, clock), { code: 'EADDRINUSE' })
})

t.test('closing ends waits and streams at once, and is idempotent', async (t) => {
  const { server } = await served(t)
  const stream = await openStream(`${server.url}/v1/shifts/${ID}/events`)
  const wait = fetch(`${server.url}/v1/shifts/${ID}?wait=5m`)
  await stream.until(() => true)
  await settle()
  const first = server.close(1000)
  t.equal(server.close(1000), first)
  await first
  await stream.closed
  t.equal((await wait).status, 200)
})

t.test('what will not end by itself is cut at the deadline', async (t) => {
  const { server, clock, sluice } = await served(t)
  // A request whose answer never comes: the engine hangs.
  const arrived = Promise.withResolvers<void>()
  sluice.report = () => {
    arrived.resolve()
    return new Promise(() => {})
  }
  const hanging = fetch(`${server.url}/v1/shifts/${ID}/report`).then(
    () => 'answered',
    () => 'cut'
  )
  await arrived.promise
  const closed = server.close(5000)
  await settle()
  await clock.advance(4999)
  const early = await Promise.race([hanging, settle().then(() => 'open')])
  t.equal(early, 'open')
  await clock.advance(1)
  t.equal(await hanging, 'cut')
  await closed
})

t.test('what is no HTTP, or has too large a head, is answered with a problem document', async (t) => {
  const { server } = await served(t)
  const garbage = await raw(server.url, 'HELLO\r\n\r\n')
  t.match(garbage, /^HTTP\/1\.1 400 Bad Request\r\n/)
  t.match(garbage, /application\/problem\+json/)
  t.match(JSON.parse(garbage.split('\r\n\r\n')[1] ?? ''), { status: 400, code: 'invalid_request' })
  const large = await raw(server.url, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)
  t.match(large, /^HTTP\/1\.1 431 /)
  t.match(JSON.parse(large.split('\r\n\r\n')[1] ?? ''), { status: 431 })
})

t.test('limits of the server are set, not left to defaults', async (t) => {
  const { app } = await served(t)
  t.equal(app.server.maxConnections, 4096)
  t.equal(app.server.headersTimeout, 20_000)
  t.equal(app.server.requestTimeout, 30_000)
  t.equal(app.server.keepAliveTimeout, 72_000)
  t.equal(app.server.timeout, 0, 'a stream may be quiet')
  t.equal(app.initialConfig.bodyLimit, 262_144)
  t.equal(app.initialConfig.onProtoPoisoning, 'error')
})
