/**
 * The daemon's HTTP API as the CLI sees it: token, time limits, and every kind of failure as one clear sentence. Never prints or
 * echoes the token, never retries (an order that was perhaps heard must not be given twice; watching again is follow.ts).
 */
import type { Clock } from '../clock.ts'
import { tokenOf, urlOf } from '../config/env.ts'
import { formatWait } from '../core/duration.ts'
import type { Ms } from '../core/time.ts'
import type { ShiftView } from '../core/view.ts'
import { answerFailure, networkFailure } from './answer.ts'
import { EXIT } from './exit.ts'
import { Failure, NOT_SLUICE, usage } from './failure.ts'
import type { Io } from './io.ts'
import { createSseParser, type SseMessage } from './sse.ts'

/** Longest wait for an answer, and for the next byte of a stream (the daemon sends a comment more often than that). */
export const ANSWER_MS: Ms = 30_000
export const SILENCE_MS: Ms = 90_000

/** The Date header counts whole seconds, and an answer takes its time. */
const EQUAL_MS: Ms = 3_000

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Answer {
  /** The body, exactly. */
  readonly text: string
  readonly json: unknown
}

export interface Ask {
  readonly query?: Query
  readonly body?: unknown
  /** A body that is no JSON. */
  readonly yaml?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The answer is text: its `json` is null. */
  readonly plain?: true
  readonly signal?: AbortSignal
}

export interface Client {
  readonly url: string
  /** The daemon's clock minus ours, as its newest answer told; 0 where they are as good as equal. */
  skewMs(): Ms
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, ask?: Ask): Promise<Answer>
  shift(id: string, query?: Query, signal?: AbortSignal): Promise<ShiftView>
  /** Messages until the daemon closes the stream; throws where it is refused or breaks. */
  stream(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<SseMessage>
}

/** `/v1/shifts/ID/verb`, with any id. */
export function pathOf(id: string, verb?: string): string {
  return `v1/shifts/${encodeURIComponent(id)}${verb === undefined ? '' : `/${verb}`}`
}

/** Throws a usage Failure where URL or token cannot be used, without repeating a secret. */
export function createClient(io: Pick<Io, 'env' | 'fetch' | 'clock'>, server: string | undefined): Client {
  const base = baseOf(server ?? urlOf(io.env))
  const authorization = authorizationOf(tokenOf(io.env))
  let skew: Ms = 0
  const send = async (method: string, path: string, ask: Ask, signal: AbortSignal): Promise<Response> => {
    const url = new URL(path, base)
    for (const [key, value] of Object.entries(ask.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value))
    }
    const response = await io.fetch(url, {
      method,
      headers: { accept: 'application/json', ...typeOf(ask), ...authorization, ...ask.headers },
      body: ask.yaml ?? (ask.body === undefined ? null : JSON.stringify(ask.body)),
      // A redirect would turn an order into a GET.
      redirect: 'manual',
      signal
    })
    if (!response.ok) throw await answerFailure(response, base.href)
    skew = skewOf(response.headers.get('date'), io.clock.now())
    return response
  }
  const ask: Client['ask'] = async (method, path, wanted = {}) => {
    const limit = io.clock.timeout(ANSWER_MS, wanted.signal)
    try {
      const response = await send(method, path, wanted, limit.signal)
      const text = await response.text()
      return { text, json: text === '' || wanted.plain ? null : parse(text, base.href) }
    } catch (error) {
      throw networkFailure(error, base.href, formatWait(ANSWER_MS))
    } finally {
      limit.clear()
    }
  }
  return {
    url: base.href,
    skewMs: () => skew,
    ask,
    shift: async (id, query = {}, signal) =>
      shiftOf(await ask('GET', pathOf(id), signal ? { query, signal } : { query }), base.href),
    stream: (path, headers, signal) =>
      streamOf(io.clock, base.href, signal, (own) => send('GET', path, { headers }, own))
  }
}

function skewOf(date: string | null, now: number): Ms {
  const at = date === null ? Number.NaN : Date.parse(date)
  const skew = at - now
  return Math.abs(skew) > EQUAL_MS ? skew : 0
}

/** The shift in an answer, with its text. Checked only so far that another server's answer is not mistaken for one. */
export function shiftOf(answer: Answer, url: string): ShiftView {
  const { json } = answer
  const known = typeof json === 'object' && json !== null && 'id' in json && 'phase' in json && 'explain' in json
  if (!known) throw new Failure(EXIT.error, NOT_SLUICE, `${url} answered something that is no shift`)
  return json as ShiftView
}

async function* streamOf(
  clock: Clock,
  url: string,
  signal: AbortSignal,
  open: (signal: AbortSignal) => Promise<Response>
): AsyncGenerator<SseMessage> {
  const controller = new AbortController()
  const watch = (ms: Ms) => {
    const limit = clock.timeout(ms, signal)
    limit.signal.addEventListener('abort', () => controller.abort(limit.signal.reason), { once: true })
    return limit
  }
  let limit = watch(ANSWER_MS)
  try {
    if (signal.aborted) return
    const response = await open(controller.signal)
    const parse = createSseParser()
    const decoder = new TextDecoder()
    for await (const bytes of response.body ?? []) {
      limit.clear()
      limit = watch(SILENCE_MS)
      yield* parse(decoder.decode(bytes, { stream: true }))
    }
  } catch (error) {
    if (!signal.aborted) throw networkFailure(error, url, formatWait(SILENCE_MS))
  } finally {
    limit.clear()
    controller.abort()
  }
}

function typeOf(ask: Ask): Readonly<Record<string, string>> {
  if (ask.yaml !== undefined) return { 'content-type': 'application/yaml' }
  return ask.body === undefined ? {} : { 'content-type': 'application/json' }
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Failure(EXIT.error, NOT_SLUICE, `${url} answered something that is no JSON: is it Sluice?`)
  }
}

function baseOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw usage('--server (or SLUICE_URL) must be a URL such as http://127.0.0.1:8080')
  }
  if (url.username !== '' || url.password !== '') {
    throw usage('--server (or SLUICE_URL) must not hold a name or password: the token goes into SLUICE_TOKEN')
  }
  url.search = ''
  url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

function authorizationOf(token: string | null): Readonly<Record<string, string>> {
  const trimmed = token?.trim() ?? ''
  if (trimmed === '') return {}
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw usage('SLUICE_TOKEN holds characters that no token has')
  return { authorization: `Bearer ${trimmed}` }
}
