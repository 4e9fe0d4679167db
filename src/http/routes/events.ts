/**
 * The decision log of a shift: a page of JSON, or a live stream, by the Accept header.
 */
import { Type } from 'typebox'
import type { FastifyReply } from 'fastify'
import { ShiftError } from '../../errors.ts'
import type { AppDeps } from '../deps.ts'
import { startStream } from '../eventHead.ts'
import { streamEvents } from '../eventStream.ts'
import type { Lifetime } from '../lifetime.ts'
import { callerKey } from '../rateLimit.ts'
import { preferred } from '../accept.ts'
import { json, pageOf, responses } from '../schemas/common.ts'
import { EVENTS_MAX, EventsHeaders, EventsQuery, IdParams } from '../schemas/queries.ts'
import type { Routes } from './route.ts'

const JSON_TYPE = 'application/json'
const STREAM_TYPE = 'text/event-stream'

const page = json(200, 'A page of events, oldest first; or a stream of them', pageOf('Event'))
const schema = {
  operationId: 'getEvents',
  summary: 'The decision log; with `Accept: text/event-stream`, live',
  description:
    'In the stream `id` is the seq, `event` the type and `data` the event as JSON. It ends after `shift.ended`. Resuming behind that is answered with 204, which tells a browser to stop.',
  tags: ['shifts'],
  params: IdParams,
  querystring: EventsQuery,
  headers: EventsHeaders,
  response: {
    ...responses({ ...page, content: { ...page.content, [STREAM_TYPE]: Type.String() } }, [
      'invalid_request',
      'unauthorized',
      'forbidden',
      'shift_not_found',
      'not_acceptable'
    ]),
    204: { description: 'The stream is over: the shift has ended and every event was sent', type: 'null' }
  }
}

export function eventRoutes(app: Routes, { sluice, clock, log }: AppDeps, lifetime: Lifetime): void {
  const stream = async (id: string, after: number, reply: FastifyReply) => {
    const { endedAt } = await sluice.get(id)
    const rest = endedAt === null ? null : await sluice.events(id, after, 1)
    if (rest?.items.length === 0) return reply.code(204).send()
    const open = lifetime.open(reply.raw, callerKey(reply.request))
    startStream(reply)
    try {
      await streamEvents({ sluice, clock, id, after, response: reply.raw, signal: open.signal })
    } catch (error) {
      // The head is sent: all that can be done is to end, and the client comes back with Last-Event-ID.
      log.warn({ err: error, shiftId: id }, 'event stream ended early')
      reply.raw.destroy()
    } finally {
      open.done()
    }
    return reply
  }

  app.get('/v1/shifts/:id/events', { schema, config: { access: 'viewer' } }, async (request, reply) => {
    const { id } = request.params
    const { after, limit } = request.query
    const type = preferred(request.headers.accept, [JSON_TYPE, STREAM_TYPE])
    reply.header('vary', 'accept')
    if (type === null) {
      throw new ShiftError(
        'not_acceptable',
        `Accept ${JSON.stringify(request.headers.accept?.slice(0, 100))}; allowed: ${JSON_TYPE}, ${STREAM_TYPE}`
      )
    }
    if (type === STREAM_TYPE && request.method === 'GET') {
      const last = request.headers['last-event-id']
      return stream(id, last === undefined ? (after ?? 0) : Number(last), reply)
    }
    return sluice.events(id, after ?? 0, limit ?? EVENTS_MAX)
  })
}
