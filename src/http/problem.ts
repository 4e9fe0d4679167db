/**
 * Errors as RFC 9457 problem documents: every failed request ends here. What a client is told comes from a ShiftError only; of
 * anything else it learns that it is our bug, and the log learns the rest.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CODES, ShiftError, type Code, type FieldError } from '../errors.ts'
import { boundedErrors, cut, DETAIL_MOST } from './bounded.ts'

export const PROBLEM_TYPE = 'application/problem+json'

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: Code
  readonly errors: readonly FieldError[]
  readonly requestId: string
  readonly [extension: string]: unknown
}

/** Where the meaning of a code can be read, on this daemon. */
export function problemUrl(code: Code): string {
  return `/problems/${code}`
}

/** The document for an error; its own extensions never replace a standard member. */
export function problemOf(error: ShiftError, requestId: string): Problem {
  const [status, title] = CODES[error.code]
  return {
    ...error.extra,
    type: problemUrl(error.code),
    title,
    status,
    detail: cut(error.message, DETAIL_MOST),
    code: error.code,
    errors: boundedErrors(error.errors),
    requestId
  }
}

/** Codes of the framework's own refusals; all others of its errors are 500. */
const FRAMEWORK: Readonly<Record<string, (request: FastifyRequest) => ShiftError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (request) => {
    const { bodyLimit } = request.routeOptions
    const sent = request.headers['content-length']
    return new ShiftError(
      'body_too_large',
      `the body is ${sent === undefined ? 'larger' : `${sent} bytes`}; allowed: at most ${bodyLimit ?? 0} bytes`
    )
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) => {
    const sent = request.headers['content-type']
    const allowed = (request.routeOptions.schema?.consumes ?? ['application/json']).join(', ')
    return new ShiftError(
      'unsupported_media_type',
      `Content-Type ${sent === undefined ? 'is missing' : JSON.stringify(sent.slice(0, 100))}; allowed: ${allowed}`
    )
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: (request) =>
    new ShiftError(
      'invalid_request',
      `Content-Length is ${request.headers['content-length'] ?? 'missing'} and the body has another length`,
      { errors: [{ field: 'Content-Length', message: 'allowed: the number of bytes of the body' }] }
    )
}

/** The error that the client is told for anything that was thrown. */
export function asShiftError(error: unknown, request: FastifyRequest): ShiftError {
  if (error instanceof ShiftError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = Object.hasOwn(FRAMEWORK, code) ? FRAMEWORK[code] : undefined
  if (known) return known(request)
  return new ShiftError('internal', `the log tells why, under requestId ${request.id}`, { cause: error })
}

/** Answers with the problem document of `error`. */
export function sendProblem(reply: FastifyReply, error: ShiftError): FastifyReply {
  const problem = problemOf(error, reply.request.id)
  if (error.code === 'unauthorized') {
    const presented = reply.request.headers.authorization !== undefined
    reply.header('www-authenticate', `Bearer realm="sluice"${presented ? ', error="invalid_token"' : ''}`)
  }
  const { allow, retryAfter } = error.extra
  if (typeof retryAfter === 'number') reply.header('retry-after', retryAfter)
  if (error.code === 'method_not_allowed' && Array.isArray(allow)) reply.header('allow', allow.join(', '))
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}
