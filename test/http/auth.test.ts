import t from 'tap'
import type { InjectOptions } from 'fastify'
import { authenticator, demandRole } from '../../src/http/auth.ts'
import { isLoopbackHost } from '../../src/http/loopback.ts'
import { bearer, build, tokenConfig, TOKENS, WITH_TOKENS } from './build.ts'
import { anEvent, ID } from './views.ts'

type Ask = InjectOptions & { readonly url: string }

const order = (verb: string, payload: object = {}): Ask => ({
  method: 'POST',
  url: `/v1/shifts/${ID}/${verb}`,
  payload
})
const READS = [
  '/v1/shifts',
  `/v1/shifts/${ID}`,
  `/v1/shifts/${ID}/events`,
  `/v1/shifts/${ID}/report`,
  `/v1/shifts/${ID}/series`,
  '/v1/overview',
  '/v1/me',
  '/v1/stop',
  '/v1/policies',
  '/v1/policies/standard',
  '/v1/migrations',
  '/v1/migrations/shop',
  '/v1/migrations/shop/dashboard'
].map((url): Ask => ({ method: 'GET', url }))
const VALIDATE: Ask = {
  method: 'POST',
  url: '/v1/validate',
  payload: 'a: b',
  headers: { 'content-type': 'application/yaml' }
}
const ACTS: readonly Ask[] = [
  { method: 'POST', url: '/v1/shifts', payload: { migration: 'a', policy: 'b' } },
  order('abort'),
  order('pause'),
  order('resume'),
  order('advance', { step: 1 }),
  order('approve', { step: 1 }),
  order('reject', { step: 1 }),
  order('release', { reason: 'x' }),
  order('restore', { reason: 'x' }),
  { method: 'POST', url: '/v1/stop', payload: { action: 'hold', reason: 'x' } },
  { method: 'DELETE', url: '/v1/stop' }
]
const RULES: readonly Ask[] = [
  { method: 'POST', url: '/v1/reload' },
  { method: 'POST', url: '/v1/shifts', payload: { migration: {}, policy: 'b' } },
  { method: 'POST', url: '/v1/shifts', payload: { migration: 'a', policy: {} } }
]
const OPEN = ['/', '/livez', '/readyz', '/metrics', '/openapi.json', '/problems/stopped', '/docs'].map((url): Ask => ({
  method: 'GET',
  url
}))

t.test('each role may do what is its own and no more', async (t) => {
  const { inject } = await build(t, { auth: WITH_TOKENS, level: 'silent' })
  const status = async (ask: Ask, token?: string) => {
    const headers = { ...ask.headers, ...(token === undefined ? {} : bearer(token)) }
    return (await inject({ ...ask, headers })).statusCode
  }
  for (const ask of [...READS, VALIDATE]) {
    t.equal(await status(ask), 401, `${ask.url} needs a token`)
    for (const token of [TOKENS.viewer, TOKENS.operator, TOKENS.admin]) t.equal(await status(ask, token), 200)
  }
  for (const ask of ACTS) {
    t.equal(await status(ask), 401, `${ask.method ?? 'GET'} ${ask.url} needs a token`)
    t.equal(await status(ask, TOKENS.viewer), 403)
    for (const token of [TOKENS.operator, TOKENS.admin]) t.ok((await status(ask, token)) < 300)
  }
  for (const ask of RULES) {
    t.equal(await status(ask, TOKENS.viewer), 403)
    t.equal(await status(ask, TOKENS.operator), 403)
    t.ok((await status(ask, TOKENS.admin)) < 300)
  }
  for (const ask of OPEN) t.equal(await status(ask), 200, `${ask.url} is open`)
})

t.test('the actor is the name of the token', async (t) => {
  const { inject, sluice } = await build(t, { auth: WITH_TOKENS })
  await inject({ ...order('pause'), headers: bearer(TOKENS.operator) })
  t.equal(sluice.ordered[0]?.actor, 'oncall')
  await inject({ method: 'DELETE', url: '/v1/stop', headers: bearer(TOKENS.admin) })
  t.equal(sluice.liftedBy, 'lead')
})

t.test('401 says how to authenticate, and whether the token was the fault', async (t) => {
  const { inject } = await build(t, { auth: WITH_TOKENS })
  const none = await inject({ method: 'GET', url: '/v1/shifts' })
  t.equal(none.headers['www-authenticate'], 'Bearer realm="sluice"')
  for (const authorization of ['Bearer nope', 'Basic b25jYWxs', 'Bearer', 'Bearer a b', TOKENS.admin]) {
    const wrong = await inject({ method: 'GET', url: '/v1/shifts', headers: { authorization } })
    t.equal(wrong.statusCode, 401, authorization)
    t.equal(wrong.headers['www-authenticate'], 'Bearer realm="sluice", error="invalid_token"')
  }
  const lower = await inject({
    method: 'GET',
    url: '/v1/shifts',
    headers: { authorization: `bearer  ${TOKENS.viewer}` }
  })
  t.equal(lower.statusCode, 200, 'the scheme has no letter case')
})

t.test('a wrong token is refused before its body is read', async (t) => {
  const { inject } = await build(t, { auth: WITH_TOKENS })
  const answer = await inject({
    method: 'POST',
    url: '/v1/shifts',
    payload: 'x'.repeat(300_000),
    headers: { 'content-type': 'application/json' }
  })
  t.equal(answer.statusCode, 401)
})

t.test('metrics need a token where the configuration says so', async (t) => {
  const { inject } = await build(t, { auth: { ...WITH_TOKENS, metrics: 'token' } })
  t.equal((await inject({ method: 'GET', url: '/metrics' })).statusCode, 401)
  t.equal((await inject({ method: 'GET', url: '/metrics', headers: bearer(TOKENS.viewer) })).statusCode, 200)
})

t.test('digests are compared without regard to letter case, and a broken one matches nothing', async (t) => {
  const { sha256 } = tokenConfig('a', 'viewer', 'secret')
  const upper = authenticator({
    tokens: [{ ...tokenConfig('a', 'viewer', ''), sha256: sha256.toUpperCase() }],
    metrics: 'open'
  })
  t.equal(upper('Bearer secret').name, 'a')
  const broken = authenticator({ tokens: [{ ...tokenConfig('a', 'viewer', ''), sha256: 'zz' }], metrics: 'open' })
  t.throws(() => broken('Bearer secret'), { code: 'unauthorized' })
  t.throws(() => demandRole({ name: 'a', role: 'viewer', delegate: false }, 'operator', 'this'), { code: 'forbidden' })
})

t.test('no token ever reaches a log line, an answer or the engine', async (t) => {
  const { app, sluice, lines } = await build(t, { auth: WITH_TOKENS })
  sluice.emit(ID, anEvent(1))
  const answers: string[] = []
  for (const token of [...Object.values(TOKENS), 'CANARY-unknown-token']) {
    for (const ask of [...READS, ...ACTS, ...RULES, VALIDATE]) {
      const headers = { ...ask.headers, ...bearer(token) }
      for (const fail of [null, new TypeError(`boom with Bearer ${token}`)]) {
        sluice.fail = fail
        const answer = await app.inject({ ...ask, headers })
        answers.push(answer.body, JSON.stringify(answer.headers))
      }
    }
    const wrong = [
      { method: 'POST', url: '/v1/shifts', payload: '{"migration":', headers: { 'content-type': 'application/json' } },
      { method: 'GET', url: `/v1/shifts?token=${token}` },
      { method: 'PUT', url: '/v1/shifts' }
    ] as const
    for (const ask of wrong) {
      const answer = await app.inject({
        ...ask,
        headers: { ...('headers' in ask ? ask.headers : {}), ...bearer(token) }
      })
      answers.push(answer.body)
    }
    answers.push((await app.inject({ url: '/v1/shifts', headers: { authorization: token } })).body)
  }
  t.notMatch(answers.join('\n'), /CANARY/)
  t.ok(lines.length > 100, 'there are log lines to look at')
  t.notMatch(lines.join('\n'), /CANARY/)
  const engine = JSON.stringify([sluice.ordered, sluice.started, sluice.restored, sluice.stopNow, sluice.liftedBy])
  t.notMatch(engine, /CANARY-\w+-token/)
})

t.test('without tokens only this machine is served: DNS rebinding', async (t) => {
  const { inject, sluice } = await build(t)
  for (const host of [
    'evil.example',
    'evil.example:8080',
    '10.0.0.1',
    '127.0.0.1.evil.example',
    'localhost.evil',
    'a b'
  ]) {
    const answer = await inject({ ...order('abort'), headers: { host } })
    t.equal(answer.statusCode, 403, host)
    t.match(answer.json(), { code: 'forbidden', detail: /not loopback/ })
  }
  t.same(sluice.ordered, [])
  for (const host of ['localhost', 'localhost:8080', '127.0.0.1:1', '127.3.2.1', '[::1]:8080', 'sluice.localhost']) {
    t.equal(isLoopbackHost(host), true, host)
    t.equal((await inject({ ...order('pause'), headers: { host } })).statusCode, 202, host)
  }
})

t.test('without tokens a foreign page cannot order anything: CSRF', async (t) => {
  const { inject, sluice } = await build(t)
  const host = 'localhost:8080'
  for (const origin of ['https://evil.example', 'null', 'http://localhost:9999', 'http://127.0.0.1:8080']) {
    const answer = await inject({ ...order('abort'), headers: { host, origin } })
    t.equal(answer.statusCode, 403, origin)
    t.match(answer.json(), { detail: /foreign/ })
  }
  t.equal((await inject({ ...order('abort'), headers: { host, 'sec-fetch-site': 'cross-site' } })).statusCode, 403)
  t.same(sluice.ordered, [])
  t.equal((await inject({ ...order('abort'), headers: { host, origin: `http://${host}` } })).statusCode, 202)
  const read = await inject({ method: 'GET', url: '/v1/shifts', headers: { host, origin: 'https://evil.example' } })
  t.equal(read.statusCode, 200)
  t.equal(read.headers['access-control-allow-origin'], undefined, 'a foreign page cannot read the answer')
})

t.test('with tokens any host may be asked for', async (t) => {
  const { inject } = await build(t, { auth: WITH_TOKENS })
  const headers = { host: 'sluice.example', origin: 'https://tools.example', ...bearer(TOKENS.operator) }
  t.equal((await inject({ ...order('pause'), headers })).statusCode, 202)
})

t.test('every answer carries the security headers', async (t) => {
  const { inject } = await build(t)
  for (const url of ['/v1/shifts', '/nope', '/v1/shifts/%ff', '/metrics', '/', '/v1/shifts?limit=0']) {
    const { headers } = await inject({ method: 'GET', url })
    t.match(headers, {
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': /default-src 'none'/
    })
  }
})
