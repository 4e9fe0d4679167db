/** A fake daemon on loopback: answers what a test says, and remembers what was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

export interface Asked {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A value is answered as JSON with 200; a function may do everything; null leaves the request without an answer. */
export type Handler = Reply | ((asked: Asked, response: ServerResponse) => Reply | null | Promise<Reply | null>)

export interface FakeDaemon {
  readonly url: string
  readonly asked: Asked[]
}

/** `routes`: `GET /v1/shifts/ID` (without the query) to what is answered; several in turn, the last one for ever. */
export async function fakeDaemon(
  t: Test,
  routes: Readonly<Record<string, Handler | readonly Handler[]>>
): Promise<FakeDaemon> {
  const asked: Asked[] = []
  const turns = new Map<string, number>()
  const handlerFor = (key: string): Handler | undefined => {
    const found = routes[key]
    if (!Array.isArray(found)) return found as Handler | undefined
    const turn = turns.get(key) ?? 0
    turns.set(key, turn + 1)
    return (found as readonly Handler[])[Math.min(turn, found.length - 1)]
  }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one: Asked = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString()
    }
    asked.push(one)
    const sse = request.headers.accept === 'text/event-stream' ? ' (stream)' : ''
    const handler = handlerFor(`${one.method} ${one.path.split('?')[0]}${sse}`)
    const reply =
      handler === undefined
        ? problem(404, 'not_found', `no ${one.method} ${one.path} in this test`)
        : typeof handler === 'function'
          ? await handler(one, response)
          : handler
    if (reply !== null) send(response, reply)
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked }
}

export function json(body: unknown, status = 200): Reply {
  return { status, body }
}

/** RFC 9457. */
export function problem(
  status: number,
  code: string,
  detail: string,
  more: Readonly<Record<string, unknown>> = {}
): Reply {
  return {
    status,
    type: 'application/problem+json',
    body: { type: `/problems/${code}`, title: code, status, detail, code, errors: [], ...more }
  }
}

/** A stream that sends these events and then closes, or stays open. */
export function stream(events: readonly { readonly seq: number }[], end: 'close' | 'open' = 'close'): Handler {
  return (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', date: DATE })
    response.write(': hello\n\n')
    for (const event of events) response.write(`id: ${event.seq}\nevent: decision\ndata: ${JSON.stringify(event)}\n\n`)
    if (end === 'close') response.end()
    return null
  }
}

/** The time of the tests' clock, as an answer tells it. */
const DATE = 'Sun, 01 Mar 2026 10:05:00 GMT'

function send(response: ServerResponse, { status = 200, type = 'application/json', headers = {}, body }: Reply): void {
  response.writeHead(status, { 'content-type': type, date: DATE, ...headers })
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
}

/** A URL on loopback where nobody listens. */
export async function closedUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/`
}
