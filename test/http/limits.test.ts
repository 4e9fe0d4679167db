/**
 * How much one caller may ask: enough for every normal use, and never so little that traffic could not be taken back.
 */
import t from 'tap'
import type { Test } from 'tap'
import type { InjectOptions } from 'fastify'
import { OPEN_MOST, OPEN_MOST_EACH } from '../../src/http/lifetime.ts'
import { REQUESTS_MOST, WRONG_TOKENS_MOST } from '../../src/http/rateLimit.ts'
import { listen } from '../../src/http/server.ts'
import { bearer, build, TOKENS, WITH_TOKENS } from './build.ts'
import { openStream } from './sseClient.ts'
import { ID } from './views.ts'

type Built = Awaited<ReturnType<typeof build>>

const me = (token: string) => ({ method: 'GET', url: '/v1/me', headers: bearer(token) }) as const
const order = (verb: string, token: string) =>
  ({
    method: 'POST',
    url: `/v1/shifts/${ID}/${verb}`,
    headers: bearer(token),
    payload: { reason: 'r', step: 0 }
  }) as const

/** Asks so often without looking at the answers. */
async function ask(app: Built['app'], times: number, options: InjectOptions): Promise<void> {
  for (let i = 0; i < times; i += 1) await app.inject(options)
}

t.test('who asks more than all normal use takes is told to wait, for a minute and alone', async (t) => {
  const { app, clock, inject } = await build(t, { auth: WITH_TOKENS, level: 'silent' })
  await ask(app, REQUESTS_MOST, me(TOKENS.operator))
  await clock.advance(20_000)
  const refused = await inject(me(TOKENS.operator))
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['retry-after'], '40')
  t.match(refused.json(), {
    code: 'too_many_requests',
    type: '/problems/too_many_requests',
    detail: `token oncall sent more than ${REQUESTS_MOST} requests within a minute; allowed again in 40 s`
  })
  t.equal((await inject(me(TOKENS.viewer))).statusCode, 200, 'another token is not its concern')
  t.equal((await inject({ method: 'GET', url: '/readyz' })).statusCode, 200, 'who watches is always answered')
  for (const verb of ['abort', 'pause', 'release']) {
    const { step: _, ...payload } = order(verb, TOKENS.operator).payload
    t.equal((await inject({ ...order(verb, TOKENS.operator), payload })).statusCode, 202, `${verb} is never refused`)
  }
  const reject = { ...order('reject', TOKENS.operator), payload: { step: 0 } }
  t.equal((await inject(reject)).statusCode, 202, 'reject is never refused')
  const restore = { ...order('restore', TOKENS.operator), payload: { reason: 'r' } }
  t.not((await inject(restore)).statusCode, 429, 'nor is what takes a completed shift back')
  const payload = { action: 'rollback', reason: 'r' }
  const press = { method: 'POST', url: '/v1/stop', headers: bearer(TOKENS.operator), payload } as const
  t.equal((await inject(press)).statusCode, 200, 'nor is the red button')
  t.equal((await inject(order('advance', TOKENS.operator))).statusCode, 429, 'what goes forward may wait')
  await clock.advance(40_000)
  t.equal((await inject(me(TOKENS.operator))).statusCode, 200)
})

t.test('after many wrong tokens the next are told to wait; a right one is let in all the same', async (t) => {
  const { app, clock, inject } = await build(t, { auth: WITH_TOKENS, level: 'silent' })
  for (let i = 0; i < WRONG_TOKENS_MOST; i += 1) t.equal((await inject(me(`wrong-${i}`))).statusCode, 401)
  const refused = await inject(me('wrong'))
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['retry-after'], '60')
  t.notMatch(refused.body, /wrong-|CANARY/)
  t.equal((await inject(order('pause', 'wrong'))).statusCode, 429, 'for every path alike')
  t.equal((await inject(me(TOKENS.operator))).statusCode, 200, 'behind one proxy all have one address')
  t.equal((await inject({ ...order('abort', TOKENS.operator), payload: {} })).statusCode, 202)
  t.equal((await app.inject({ method: 'GET', url: '/v1/me' })).statusCode, 401, 'without a token there is no guess')
  await clock.advance(60_000)
  t.equal((await inject(me('wrong'))).statusCode, 401)
})

t.test('without tokens an address is counted, and the orders that take traffic back are not', async (t) => {
  const { app, inject } = await build(t, { level: 'silent' })
  await ask(app, REQUESTS_MOST, { method: 'GET', url: '/v1/me' })
  t.equal((await inject({ method: 'GET', url: '/v1/me' })).statusCode, 429)
  t.equal((await inject({ method: 'GET', url: '/metrics' })).statusCode, 429, 'public paths by address as well')
  t.equal((await inject({ method: 'POST', url: `/v1/shifts/${ID}/abort`, payload: {} })).statusCode, 202)
})

async function served(t: Test) {
  const built = await build(t, { auth: WITH_TOKENS, level: 'silent' })
  const server = await listen(built.app, { host: '127.0.0.1', port: 0, addressFile: null }, built.clock)
  t.teardown(() => server.close(0))
  return { ...built, url: `${server.url}/v1/shifts/${ID}/events` }
}

t.test('nobody holds more than some hundred event streams, and all together fewer than connections', async (t) => {
  const { app, url, inject } = await served(t)
  t.ok(OPEN_MOST < app.server.maxConnections)
  const streams = await Promise.all(
    Array.from({ length: OPEN_MOST_EACH }, () => openStream(url, bearer(TOKENS.viewer)))
  )
  t.equal(app.lifetime.count(), OPEN_MOST_EACH)
  const headers = { ...bearer(TOKENS.viewer), accept: 'text/event-stream' }
  const refused = await inject({ method: 'GET', url: `/v1/shifts/${ID}/events`, headers })
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['retry-after'], '10')
  t.match(refused.json().detail, /^token grafana holds 500 waits and event streams open/)
  const wait = { method: 'GET', url: `/v1/shifts/${ID}?wait=1s`, headers: bearer(TOKENS.viewer) } as const
  t.equal((await inject(wait)).statusCode, 429, 'a wait is held open as well')
  t.equal((await inject({ ...wait, url: `/v1/shifts/${ID}` })).statusCode, 200, 'asking without waiting is possible')
  const other = await openStream(url, bearer(TOKENS.operator))
  t.equal(app.lifetime.count(), OPEN_MOST_EACH + 1, 'others find room')
  for (const stream of [...streams, other]) stream.leave()
  await Promise.all([...streams, other].map((stream) => stream.closed))
  while (app.lifetime.count() > 0) await new Promise((resolve) => setImmediate(resolve))
  const again = await openStream(url, bearer(TOKENS.viewer))
  t.equal(app.lifetime.count(), 1)
  again.leave()
})
