/**
 * Turns what is not a good answer of the daemon into a Failure: a problem document, another server's page, no connection, no
 * answer in time. Pure but for reading the body.
 */
import { EXIT } from './exit.ts'
import { Failure, NOT_SLUICE, type Problem } from './failure.ts'

/** Longest piece of a foreign page that is worth a line. */
const EXCERPT = 200

/** The failure behind an answer that is not 2xx. 400 and 422 are the caller's validation errors: exit 2. */
export async function answerFailure(response: Response, url: string): Promise<Failure> {
  const { status } = response
  if (status >= 300 && status < 400) {
    await response.body?.cancel()
    const to = response.headers.get('location') ?? 'elsewhere'
    return new Failure(EXIT.error, 'redirected', `${url} redirects to ${to}: point --server or SLUICE_URL there`)
  }
  const text = await response.text()
  const problem = problemIn(text, status) ?? foreign(text, status, url)
  const exit = status === 400 || status === 422 ? EXIT.usage : EXIT.error
  const hint = status === 401 ? ': put the token into SLUICE_TOKEN' : ''
  const transient = status >= 500 || status === 429 || status === 408
  return new Failure(exit, problem.code, `${problem.detail}${hint}`, { problem, transient })
}

/** The failure behind what fetch throws; a Failure stays as it is. `waited` is for people: `30s`. */
export function networkFailure(error: unknown, url: string, waited: string): Failure {
  if (error instanceof Failure) return error
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new Failure(EXIT.error, 'no_answer', `no answer from ${url} within ${waited}`, {
      transient: true,
      cause: error
    })
  }
  const hint = 'is the daemon running there? Start it with "sluice serve", or point --server or SLUICE_URL at it'
  const detail = `cannot reach ${url} (${whyOf(error)}): ${hint}`
  return new Failure(EXIT.error, 'unreachable', detail, { transient: true, cause: error })
}

/** The system's word for it: fetch hides it in the cause, and in an AggregateError where a name has several addresses. */
function whyOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const inner = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause
  if (!(inner instanceof Error)) return 'the request failed'
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : null
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ENOTFOUND':
      return 'no such host'
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'the connection broke'
    default:
      return code ?? inner.message
  }
}

function problemIn(text: string, status: number): Problem | null {
  const json = parsed(text)
  if (typeof json !== 'object' || json === null || !('title' in json)) return null
  const read = json as Readonly<Record<string, unknown>>
  const title = String(read['title'])
  return {
    // Members beyond these (`allowed`, `shift`) stay for --json.
    ...read,
    status,
    code: typeof read['code'] === 'string' ? read['code'] : 'unknown',
    title,
    detail: typeof read['detail'] === 'string' ? read['detail'] : title,
    errors: Array.isArray(read['errors']) ? read['errors'].map(fieldOf) : []
  }
}

function fieldOf(entry: unknown): { field: string; message: string } {
  const read = (typeof entry === 'object' && entry !== null ? entry : {}) as Readonly<Record<string, unknown>>
  const text = (key: string): string => (typeof read[key] === 'string' ? read[key] : '')
  return { field: text('field'), message: text('message') }
}

function foreign(text: string, status: number, url: string): Problem {
  const excerpt = text.replace(/\s+/g, ' ').slice(0, EXCERPT)
  const detail = `${url} answered ${status} without saying why${excerpt === '' ? '' : `: ${excerpt}`}`
  return { status, code: NOT_SLUICE, title: 'An answer that is not Sluice’s', detail, errors: [] }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
