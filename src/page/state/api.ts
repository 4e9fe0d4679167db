/**
 * Asks the daemon that served this page, and nobody else. Whatever goes wrong becomes a Failure with a sentence.
 */
import { token, refused } from './session.ts'

/** What the daemon refused, or that it did not answer (status 0). */
export class Failure extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The daemon itself refused, and would again. What a proxy answers in its place, while it starts again, is no refusal. */
export function isFinal({ status, code }: Failure): boolean {
  return code !== UNKNOWN && (status === 401 || status === 403 || status === 404)
}

/** An answer without the daemon's problem document. */
const UNKNOWN = 'unknown'
const PATIENCE_MS = 15_000

export function headers(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const held = token.get()
  return { ...more, ...(held === '' ? {} : { authorization: `Bearer ${held}` }) }
}

/** The problem document of an answer, as a Failure. 401 asks for a token. */
export async function failureOf(answer: Response): Promise<Failure> {
  if (answer.status === 401) refused()
  const problem = (await answer.json().catch(() => ({}))) as { readonly code?: string; readonly detail?: string }
  return new Failure(answer.status, problem.code ?? UNKNOWN, problem.detail ?? `the daemon answered ${answer.status}`)
}

interface Asked {
  readonly method?: string
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** The answer's JSON. Rejects with a Failure; gives up after 15 s, or when `signal` aborts. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  const answer = await answerTo(path, 'application/json', asked)
  return answer.json().then(
    (known) => known as T,
    () => Promise.reject(new Failure(0, 'silent', 'the answer was not the daemon’s, or broke off'))
  )
}

/** The answer as it is, of the content type `accept`. Rejects with a Failure, also where it breaks off; gives up after 15 s. */
export async function askText(path: string, accept: string): Promise<string> {
  const answer = await answerTo(path, accept, {})
  return answer.text().catch(() => Promise.reject(new Failure(0, 'silent', 'the answer of the daemon broke off')))
}

async function answerTo(path: string, accept: string, { method = 'GET', body, signal }: Asked): Promise<Response> {
  const late = AbortSignal.any([...(signal ? [signal] : []), timeout(PATIENCE_MS)])
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  let answer: Response
  try {
    answer = await fetch(path, {
      method,
      headers: headers({ accept, ...type }),
      signal: late,
      ...sent
    })
  } catch {
    throw new Failure(0, 'silent', 'the daemon does not answer')
  }
  if (!answer.ok) throw await failureOf(answer)
  return answer
}

function timeout(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), ms)
  return controller.signal
}
