/**
 * Every shift in brief, once or as a live stream; and who is asking: what a page needs that shows all shifts.
 */
import { Type } from 'typebox'
import { preferred } from '../accept.ts'
import type { AppDeps } from '../deps.ts'
import { startStream } from '../eventHead.ts'
import type { Lifetime } from '../lifetime.ts'
import { callerKey } from '../rateLimit.ts'
import { statusOf, streamOverview } from '../overviewStream.ts'
import { json, ref, responses } from '../schemas/common.ts'
import type { Routes } from './route.ts'

const STREAM_TYPE = 'text/event-stream'

const all = json(200, 'Every open shift and the newest ended ones; or a stream of them', ref('Overview'))
const overviewSchema = {
  operationId: 'getOverview',
  summary: 'Every shift in brief; with `Accept: text/event-stream`, live',
  description:
    'The stream tells states, not events: `begin`, then `shifts` until `complete`; from then on `shifts` that changed, and a `beat` every few seconds that says how the daemon is. Who comes back is told everything anew.',
  tags: ['shifts'],
  response: responses({ ...all, content: { ...all.content, [STREAM_TYPE]: Type.String() } }, [
    'invalid_request',
    'unauthorized',
    'forbidden'
  ])
}

const meSchema = {
  operationId: 'whoAmI',
  summary: 'Who is asking, and in which role',
  tags: ['daemon'],
  response: responses(json(200, 'The caller', ref('Me')), ['invalid_request', 'unauthorized', 'forbidden'])
}

export function overviewRoutes(app: Routes, { sluice, clock, log, auth }: AppDeps, lifetime: Lifetime): void {
  app.get('/v1/overview', { schema: overviewSchema, config: { access: 'viewer' } }, async (request, reply) => {
    reply.header('vary', 'accept')
    const type = preferred(request.headers.accept, ['application/json', STREAM_TYPE])
    if (type !== STREAM_TYPE || request.method !== 'GET') {
      const status = await statusOf({ sluice, clock })
      return { ...status, items: await sluice.overview() }
    }
    const open = lifetime.open(reply.raw, callerKey(reply.request))
    startStream(reply)
    try {
      await streamOverview({ sluice, clock, response: reply.raw, signal: open.signal })
    } catch (error) {
      log.warn({ err: error }, 'overview stream ended early')
      reply.raw.destroy()
    } finally {
      open.done()
    }
    return reply
  })

  app.get('/v1/me', { schema: meSchema, config: { access: 'viewer' } }, async ({ caller }) => ({
    name: caller.name,
    role: caller.role,
    tokens: auth.tokens.length > 0
  }))
}
