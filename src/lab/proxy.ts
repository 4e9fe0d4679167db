// Passes one request on to one target and its answer back, and says what became of it: the target's status, 502 for a broken
// or refused connection, 504 for silence. Never tries a second target, as ALB does not.

import type { Agent, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { request as httpRequest } from 'node:http'
import type { Pod } from './podServer.ts'
import type { Outcome } from './requestMetrics.ts'

export interface Passage {
  readonly pod: Pod
  readonly cookies: readonly string[]
  readonly agent: Agent
  readonly timeoutMs: number
  readonly elbAnswer: (response: ServerResponse, status: number) => void
}

export function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  passage: Passage,
  done: (outcome: Outcome) => void
): void {
  const { pod, agent, timeoutMs } = passage
  const startedAt = performance.now()
  let told = false
  const tell = (outcome: Outcome): void => {
    if (told) return
    told = true
    clearTimeout(timer)
    done(outcome)
  }
  const headers = { ...withoutHopHeaders(request.headers), 'x-forwarded-for': request.socket.remoteAddress ?? '' }
  const outgoing = httpRequest(
    { host: pod.host, port: pod.port, method: request.method, path: request.url, headers, agent },
    (answer) => {
      const status = answer.statusCode ?? 502
      tell({ targetStatus: status, responseMs: performance.now() - startedAt })
      response.writeHead(status, withCookies(withoutHopHeaders(answer.headers), passage.cookies))
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    }
  )
  const fail = (status: number, outcome: Outcome): void => {
    if (!told) passage.elbAnswer(response, status)
    tell({ ...outcome, elbStatus: status })
    outgoing.destroy()
  }
  const timer = setTimeout(fail, timeoutMs, 504, {})
  outgoing.on('error', (error: NodeJS.ErrnoException) => fail(502, { connectionFailed: error.code === 'ECONNREFUSED' }))
  response.once('close', () => {
    if (response.writableFinished) return
    // The user has gone: a target was chosen, so it is a request, but nobody answered it.
    tell({})
    outgoing.destroy()
  })
  request.pipe(outgoing)
}

const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'proxy-connection', 'upgrade'])

function withoutHopHeaders(headers: Readonly<OutgoingHttpHeaders>): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name)))
}

function withCookies(headers: OutgoingHttpHeaders, cookies: readonly string[]): OutgoingHttpHeaders {
  if (cookies.length === 0) return headers
  const own = headers['set-cookie']
  return { ...headers, 'set-cookie': [...(Array.isArray(own) ? own : []), ...cookies] }
}
