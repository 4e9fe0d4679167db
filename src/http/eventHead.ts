/**
 * The head of an answer that is a stream of events: from here on the route writes to the socket itself.
 */
import type { FastifyReply } from 'fastify'

export function startStream(reply: FastifyReply): void {
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  // Proxies that buffer would turn live into late.
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
  raw.flushHeaders()
}
