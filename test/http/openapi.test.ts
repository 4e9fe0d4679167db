import t from 'tap'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { CODES } from '../../src/errors.ts'
import { buildApp } from '../../src/http/app.ts'
import { neededRole } from '../../src/http/access.ts'
import { makeLogger } from '../../src/telemetry/log.ts'
import { build, WITH_TOKENS } from './build.ts'
import { MIGRATION, POLICY } from './views.ts'

type Json = { [key: string]: any }

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

async function document(t: Parameters<typeof build>[0]): Promise<Json> {
  const { inject } = await build(t)
  const answer = await inject({ method: 'GET', url: '/openapi.json' })
  t.equal(answer.statusCode, 200)
  return answer.json()
}

function operations(doc: Json): { path: string; method: string; operation: Json }[] {
  return Object.entries<Json>(doc['paths']).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method] }))
  )
}

t.test('the document is OpenAPI 3.1 with a security scheme', async (t) => {
  const doc = await document(t)
  t.equal(doc['openapi'], '3.1.0')
  t.match(doc['info'], { title: 'Sluice', version: /^\d/ })
  t.match(doc['components'].securitySchemes, { bearer: { type: 'http', scheme: 'bearer' } })
  t.same(doc['security'], [{ bearer: [] }])
})

t.test('it holds exactly the paths of the contract, and each is served', async (t) => {
  const { app } = await build(t)
  const doc = app.swagger() as Json
  const there = new Set(operations(doc).map(({ path, method }) => `${method.toUpperCase()} ${path}`))
  const orders = ['abort', 'pause', 'resume', 'advance', 'approve', 'reject', 'release', 'restore']
  const expected = [
    'POST /v1/shifts',
    'GET /v1/shifts',
    'GET /v1/shifts/{id}',
    'GET /v1/shifts/{id}/events',
    'GET /v1/shifts/{id}/report',
    'GET /v1/shifts/{id}/series',
    ...orders.map((verb) => `POST /v1/shifts/{id}/${verb}`),
    'GET /v1/overview',
    'GET /v1/me',
    'POST /v1/stop',
    'GET /v1/stop',
    'DELETE /v1/stop',
    'POST /v1/reload',
    'GET /v1/policies',
    'GET /v1/policies/{name}',
    'GET /v1/migrations',
    'GET /v1/migrations/{name}',
    'GET /v1/migrations/{name}/dashboard',
    'POST /v1/validate',
    'POST /v1/plans',
    'POST /v1/backtests',
    'GET /livez',
    'GET /readyz',
    'GET /metrics',
    'GET /',
    'GET /openapi.json',
    'GET /problems/{code}',
    'GET /runbook'
  ]
  t.same([...there].sort(), [...expected].sort())
  for (const entry of expected) {
    const [method = '', path = ''] = entry.split(' ')
    const url = path.replace(/\{(\w+)\}/g, ':$1')
    t.ok(app.hasRoute({ method: method as 'GET', url }), entry)
  }
})

t.test('every route that is registered is in it, but the files of pages', async (t) => {
  const { app: served, sluice, clock } = await build(t)
  const app = buildApp({
    sluice,
    clock,
    log: makeLogger({ level: 'silent' }),
    metrics: { render: async () => '', contentType: 'text/plain' },
    auth: WITH_TOKENS,
    validate: async () => ({ errors: [], warnings: [], names: [] }),
    parseInline: { migration: () => MIGRATION, policy: () => POLICY }
  })
  t.teardown(() => app.close())
  const routes: { method: string; url: string }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat())
      if (each !== 'HEAD' && !url.startsWith('/docs') && !url.startsWith('/assets/')) routes.push({ method: each, url })
  })
  await app.ready()
  const there = new Set(operations(served.swagger() as Json).map(({ path, method }) => `${method} ${path}`))
  t.equal(routes.length, there.size)
  for (const { method, url } of routes) {
    t.ok(there.has(`${method.toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`), `${method} ${url}`)
  }
})

t.test('every operation has an id of its own, a summary, tags and problem documents', async (t) => {
  const doc = await document(t)
  const tags = new Set(doc['tags'].map(({ name }: { name: string }) => name))
  const ids = operations(doc).map(({ operation }) => operation['operationId'])
  t.equal(new Set(ids).size, ids.length)
  for (const { path, method, operation } of operations(doc)) {
    const where = `${method} ${path}`
    t.ok(operation['operationId'] && operation['summary'], where)
    for (const tag of operation['tags']) t.ok(tags.has(tag), `${where}: ${tag}`)
    for (const [status, response] of Object.entries<Json>(operation['responses'])) {
      t.ok(response['description'].length > 3, `${where} ${status} says what it is`)
      if (Number(status) < 400) continue
      t.ok(response['content']['application/problem+json'], `${where} ${status} is a problem document`)
    }
  }
})

t.test('every reference leads somewhere, and every schema and example is valid', async (t) => {
  const doc = await document(t)
  const text = JSON.stringify(doc)
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    t.ok(doc['components'].schemas[name ?? ''])
  t.notMatch(text, /"\$ref":"(?!#\/components\/schemas\/)/)
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'doc', components: doc['components'] })
  const local = (schema: unknown) => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc#/'))
  for (const [name, schema] of Object.entries<Json>(doc['components'].schemas)) {
    const valid = ajv.compile(local(schema))
    for (const example of schema['examples'] ?? []) t.ok(valid(example), name)
  }
  let examples = 0
  for (const { path, operation } of operations(doc)) {
    const media = operation['requestBody']?.content?.['application/json']
    if (!media?.example) continue
    examples++
    t.ok(ajv.compile(local(media.schema))(media.example), `the example of ${path}`)
  }
  t.ok(examples >= 8)
})

t.test('what needs no token says so, and an optional body is optional', async (t) => {
  const doc = await document(t)
  const open = operations(doc).filter(({ operation }) => operation['security']?.length === 0)
  t.same(open.map(({ path }) => path).sort(), [
    '/',
    '/livez',
    '/metrics',
    '/openapi.json',
    '/problems/{code}',
    '/readyz',
    '/runbook'
  ])
  t.equal(doc['paths']['/v1/shifts/{id}/abort'].post.requestBody.required, false)
  t.equal(doc['paths']['/v1/shifts/{id}/approve'].post.requestBody.required, true)
})

t.test('the docs page is served with a policy that allows only our own scripts', async (t) => {
  const { inject } = await build(t)
  const page = await inject({ method: 'GET', url: '/docs' })
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-security-policy'], /script-src 'self'(;|$)/)
  t.match(page.headers['content-type'], /text\/html/)
  const script = await inject({ method: 'GET', url: '/docs/static/swagger-initializer.js' })
  t.equal(script.statusCode, 200)
  t.equal((await inject({ method: 'GET', url: '/docs/static/nope.js' })).statusCode, 404)
})

t.test('every code of the catalogue is explained where its type points', async (t) => {
  const { inject } = await build(t)
  for (const [code, [status, title]] of Object.entries(CODES)) {
    const answer = await inject({ method: 'GET', url: `/problems/${code}` })
    t.match(answer.json(), { code, status, title })
    t.match(answer.json().explanation, /\*\*Do\*\*: /, code)
  }
})

t.test('the runbook is served whole, and every anchor of an alert is in it', async (t) => {
  const { inject } = await build(t)
  const answer = await inject({ method: 'GET', url: '/runbook' })
  t.match(answer.headers['content-type'], /^text\/plain; charset=utf-8/)
  t.match(answer.body, /^# Runbook/)
  t.match(answer.body, /^### SluiceHalted$/m)
})

t.test('a route that does not say who may use it is not served', async (t) => {
  t.throws(() => neededRole('/v1/secret', undefined, WITH_TOKENS), /does not say who may use it/)
  t.throws(() => neededRole('/docsandmore', undefined, WITH_TOKENS), /does not say who may use it/)
  t.equal(neededRole('/docs/static/*', undefined, WITH_TOKENS), null)
})
