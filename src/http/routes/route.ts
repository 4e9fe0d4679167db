/**
 * The type of the instance that routes are added to.
 */
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Typed } from '../schemas/common.ts'

export type Routes = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse<IncomingMessage>,
  FastifyBaseLogger,
  Typed
>

/** Where a shift is found. */
export function shiftUrl(id: string): string {
  return `/v1/shifts/${id}`
}
