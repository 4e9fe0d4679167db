/**
 * Clients that hold on: thousands of event streams, bodies that never end, heads that never end. They get what one may have, and
 * a person who takes traffic back is answered all the while.
 */
import t from 'tap'
import type { Test } from 'tap'
import { connect } from 'node:net'
import { request } from 'node:http'
import { listen } from '../../../src/http/server.ts'
import { OPEN_MOST_EACH } from '../../../src/http/lifetime.ts'
import { bearer, TOKENS } from '../build.ts'
import { settle } from '../handClock.ts'
import { hostileDaemon } from './daemon.ts'
import { inUse } from './memory.ts'

async function served(t: Test, patience?: { readonly requestTimeout: number; readonly headersTimeout: number }) {
  const daemon = hostileDaemon()
  t.teardown(() => daemon.close())
  await daemon.app.ready()
  if (patience) Object.assign(daemon.app.server, { connectionsCheckingInterval: 20 })
  const server = await listen(daemon.app, { host: '127.0.0.1', port: 0, addressFile: null }, daemon.clock)
  if (patience) Object.assign(daemon.app.server, patience)
  const payload = { migration: 'shop', policy: 'standard' }
  const started = await daemon.app.inject({ method: 'POST', url: '/v1/shifts', payload, headers: bearer(TOKENS.bot) })
  const id: string = started.json().id
  const abort = () =>
    fetch(`${server.url}/v1/shifts/${id}/abort`, {
      method: 'POST',
      headers: { ...bearer(TOKENS.operator), 'content-type': 'application/json' },
      body: '{}'
    })
  return { ...daemon, id, abort, port: Number(new URL(server.url).port) }
}

/** Opens a stream; answers its status, and how to leave it. */
function stream(port: number, path: string): Promise<{ readonly status: number; readonly leave: () => void }> {
  return new Promise((resolve, reject) => {
    const headers = { ...bearer(TOKENS.viewer), accept: 'text/event-stream' }
    const asked = request({ port, path, headers, agent: false }, (response) => {
      response.resume().on('error', () => undefined)
      resolve({ status: response.statusCode ?? 0, leave: () => response.destroy() })
    })
    asked.on('error', reject).end()
  })
}

/** What a socket is answered until it is closed. */
function heard(port: number, ...pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    for (const piece of pieces) socket.write(piece)
    socket
      .on('data', (data) => (text += data.toString()))
      .on('error', () => undefined)
      .on('close', () => resolve(text))
  })
}

t.test('of thousands of event streams one token holds some hundred, and leaves nothing behind', async (t) => {
  const { app, clock, id, abort, port } = await served(t)
  const round = async (count: number) => {
    const held: { readonly leave: () => void }[] = []
    const statuses = new Map<number, number>()
    for (let i = 0; i < count; i += 100) {
      const some = await Promise.all(Array.from({ length: 100 }, () => stream(port, `/v1/shifts/${id}/events`)))
      for (const { status, leave } of some) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 200) held.push({ leave })
        else leave()
      }
    }
    return { held, statuses }
  }
  const leave = async (held: readonly { readonly leave: () => void }[]) => {
    for (const one of held) one.leave()
    while (app.lifetime.count() > 0) await settle()
    await clock.advance(60_000)
  }
  await leave((await round(600)).held)
  const { heap: before } = await inUse()
  const { held, statuses } = await round(3_000)
  t.same(
    [...statuses],
    [
      [200, OPEN_MOST_EACH],
      [429, 3_000 - OPEN_MOST_EACH]
    ]
  )
  t.equal((await abort()).status, 202, 'and an abort goes through')
  await leave(held)
  const { heap: after } = await inUse()
  t.ok(after < before * 1.1, `${(before / 1e6).toFixed(1)} MB before, ${(after / 1e6).toFixed(1)} MB after`)
})

t.test('bodies and heads that never end are cut off with a problem, and hold nobody up', async (t) => {
  const { id, abort, port } = await served(t, { requestTimeout: 300, headersTimeout: 300 })
  const head = `POST /v1/shifts/${id}/pause HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKENS.operator}\r\n`
  const body = `${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"reason":"`
  const chunked = `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"rea\r\n`
  const slow = [
    ...Array.from({ length: 60 }, () => body),
    ...Array.from({ length: 60 }, () => chunked),
    head,
    'GET /li'
  ]
  const answers = slow.map((text) => heard(port, text))
  t.equal((await abort()).status, 202, 'while they hang')
  for (const answer of await Promise.all(answers))
    t.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n[^]*"status":408/)
})

t.test('requests that disagree about their own length are refused, and what follows them is not obeyed', async (t) => {
  const { id, port, app } = await served(t)
  const start = `POST /v1/shifts/${id}/pause HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKENS.operator}\r\n`
  const json = 'Content-Type: application/json\r\n'
  const smuggled = 'POST /v1/stop HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const both = `${start}${json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`
  for (const text of [
    both,
    `${start}${json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`,
    `${start}${json}Content-Length: -1\r\n\r\n{}`,
    `${start}${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
    `${start}X: a\u0000b\r\n\r\n`,
    `${start} folded: yes\r\n\r\n`
  ]) {
    const answer = await heard(port, text)
    t.match(answer, /^HTTP\/1\.1 400 Bad Request/)
    t.notMatch(answer, /HTTP\/1\.1 2/)
  }
  const stop = await app.inject({ method: 'GET', url: '/v1/stop', headers: bearer(TOKENS.viewer) })
  t.match(stop.json(), { stopped: false })
})
