/**
 * Answers what is not even HTTP, or too slow or too large to be read as such, before any route is known.
 */
import type { Socket } from 'node:net'
import { CODES, ShiftError } from '../errors.ts'
import { PROBLEM_TYPE, problemOf } from './problem.ts'

const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time; allowed: 30 s'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the head of the request is too large; allowed: 16 KiB']
}

/** Writes a problem document to the bare socket and closes it. */
export function refuseBadConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const [line, detail] = REFUSALS[error.code ?? ''] ?? ['400 Bad Request', 'this is not a valid HTTP/1.1 request']
  const problem = problemOf(new ShiftError('invalid_request', detail), 'none')
  const status = Number(line.slice(0, 3))
  const body = JSON.stringify({ ...problem, status, title: status === 400 ? CODES.invalid_request[1] : line.slice(4) })
  const head = `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`
  socket.end(`HTTP/1.1 ${line}\r\n${head}\r\n\r\n${body}`)
}
