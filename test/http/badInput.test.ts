import t from 'tap'
import type { InjectOptions } from 'fastify'
import { build } from './build.ts'
import { ID } from './views.ts'

interface Row {
  readonly name: string
  readonly ask: InjectOptions
  readonly status: number
  readonly code: string
  /** Each of these stands in the detail: the value, and what is allowed. */
  readonly says: readonly string[]
  /** Fields that are named, exactly. */
  readonly fields?: readonly string[]
}

const json = { 'content-type': 'application/json' }
const start = (payload: object): InjectOptions => ({ method: 'POST', url: '/v1/shifts', payload })
const raw = (payload: string, headers: Record<string, string> = json): InjectOptions => ({
  method: 'POST',
  url: '/v1/shifts',
  payload,
  headers
})
const get = (url: string, headers: Record<string, string> = {}): InjectOptions => ({ method: 'GET', url, headers })
const order = (verb: string, payload?: object): InjectOptions => ({
  method: 'POST',
  url: `/v1/shifts/${ID}/${verb}`,
  ...(payload ? { payload } : {})
})
const ok = { migration: 'shop', policy: 'standard' }
const bad = { status: 400, code: 'invalid_request' }
const lost = { status: 404, code: 'shift_not_found' }

const BODIES: readonly Row[] = [
  {
    name: 'an empty start',
    ask: start({}),
    ...bad,
    says: ['/migration: is missing', 'the name of a migration', '/policy: is missing'],
    fields: ['/migration', '/policy']
  },
  {
    name: 'no body at all',
    ask: { method: 'POST', url: '/v1/shifts' },
    ...bad,
    says: ['/migration: is missing', 'the name of a policy']
  },
  { name: 'a list as body', ask: raw('[]'), ...bad, says: ['the body: []', 'allowed: an object'] },
  { name: 'null as body', ask: raw('null'), ...bad, says: ['the body: null', 'allowed: an object'] },
  { name: 'a text as body', ask: raw('"shop"'), ...bad, says: ['"shop"', 'allowed: an object'] },
  {
    name: 'a number as migration',
    ask: start({ ...ok, migration: 7 }),
    ...bad,
    says: ['/migration: 7', 'whole migration as an object'],
    fields: ['/migration']
  },
  {
    name: 'a list as migration',
    ask: start({ ...ok, migration: ['shop'] }),
    ...bad,
    says: ['/migration: ["shop"]', 'the name of a migration']
  },
  {
    name: 'an empty name',
    ask: start({ ...ok, policy: '' }),
    ...bad,
    says: ['/policy: ""', '1 to 200 characters'],
    fields: ['/policy']
  },
  {
    name: 'a name too long',
    ask: start({ ...ok, policy: 'x'.repeat(201) }),
    ...bad,
    says: ['"xxx', '1 to 200 characters']
  },
  {
    name: 'an unknown key',
    ask: start({ ...ok, speed: 3 }),
    ...bad,
    says: ['/speed: unknown', 'toPercent'],
    fields: ['/speed']
  },
  {
    name: 'a key in other letters',
    ask: start({ ...ok, topercent: 3 }),
    ...bad,
    says: ['/topercent: unknown', 'toPercent']
  },
  {
    name: 'toPercent 0',
    ask: start({ ...ok, toPercent: 0 }),
    ...bad,
    says: ['/toPercent: 0 ', 'above 0, at most 100, in steps of 0.1'],
    fields: ['/toPercent']
  },
  { name: 'toPercent below 0', ask: start({ ...ok, toPercent: -1 }), ...bad, says: ['/toPercent: -1', 'above 0'] },
  {
    name: 'toPercent above 100',
    ask: start({ ...ok, toPercent: 100.1 }),
    ...bad,
    says: ['/toPercent: 100.1', 'at most 100']
  },
  {
    name: 'toPercent too fine',
    ask: start({ ...ok, toPercent: 0.15 }),
    ...bad,
    says: ['/toPercent: 0.15', 'steps of 0.1']
  },
  {
    name: 'toPercent as text',
    ask: start({ ...ok, toPercent: '50' }),
    ...bad,
    says: ['/toPercent: "50"', 'a number above 0']
  },
  {
    name: 'toPercent null',
    ask: start({ ...ok, toPercent: null }),
    ...bad,
    says: ['/toPercent: null', 'a number above 0']
  },
  {
    name: 'toPercent beyond all numbers',
    ask: raw('{"migration":"a","policy":"b","toPercent":1e999}'),
    ...bad,
    says: ['/toPercent: null', 'at most 100']
  },
  {
    name: 'an unknown from',
    ask: start({ ...ok, from: 'start' }),
    ...bad,
    says: ['/from: "start"', '"zero", "live"'],
    fields: ['/from']
  },
  {
    name: 'routes as text',
    ask: start({ ...ok, routes: 'web' }),
    ...bad,
    says: ['/routes: "web"', 'a list of 1 to 1000']
  },
  { name: 'no routes', ask: start({ ...ok, routes: [] }), ...bad, says: ['/routes: []', 'a list of 1 to 1000'] },
  {
    name: 'a route twice',
    ask: start({ ...ok, routes: ['web', 'web'] }),
    ...bad,
    says: ['/routes: ["web","web"]', 'different names']
  },
  {
    name: 'a number as route',
    ask: start({ ...ok, routes: ['web', 1] }),
    ...bad,
    says: ['/routes/1: 1 ', 'a string of 1 to 200'],
    fields: ['/routes/1']
  },
  {
    name: 'a number as reason',
    ask: start({ ...ok, reason: 5 }),
    ...bad,
    says: ['/reason: 5', 'a string of 0 to 1000']
  },
  {
    name: 'a reason too long',
    ask: start({ ...ok, reason: 'r'.repeat(1001) }),
    ...bad,
    says: ['/reason: "rrr', '0 to 1000']
  },
  {
    name: 'everything wrong at once',
    ask: {
      ...start({ migration: 1, policy: 2, toPercent: 0, from: 'x', zig: 1, zag: 2 }),
      url: '/v1/shifts?dry=1',
      headers: { 'idempotency-key': '' }
    },
    ...bad,
    says: ['and 3 more'],
    fields: ['/zig', '/zag', '/migration', '/policy', '/toPercent', '/from', 'dry', 'idempotency-key']
  },
  {
    name: 'a start at a later date',
    ask: start({ ...ok, startAt: '2027-01-01T00:00:00Z' }),
    status: 422,
    code: 'not_available',
    says: ['startAt', 'leave it out'],
    fields: ['/startAt']
  },
  {
    name: 'an inline migration with faults',
    ask: start({ migration: { broken: true }, policy: { broken: true } }),
    ...bad,
    says: ['/migration/broken: true', 'allowed: false', '/policy/broken'],
    fields: ['/migration/broken', '/policy/broken']
  },
  {
    name: 'onBehalfOf without a delegate token',
    ask: start({ ...ok, onBehalfOf: 'alice' }),
    status: 403,
    code: 'forbidden',
    says: ['delegate: true', 'anonymous has none']
  },
  {
    name: 'onBehalfOf that forges a name',
    ask: start({ ...ok, onBehalfOf: 'a) or (b' }),
    ...bad,
    says: ['"a) or (b"', 'without control characters and parentheses']
  },
  {
    name: 'force as text',
    ask: order('abort', { force: 'yes' }),
    ...bad,
    says: ['/force: "yes"', 'boolean'],
    fields: ['/force']
  },
  { name: 'a reason for resume', ask: order('resume', { reason: 'x' }), ...bad, says: ['/reason: unknown', 'drift'] },
  {
    name: 'another drift',
    ask: order('resume', { drift: 'fight' }),
    ...bad,
    says: ['/drift: "fight"', '"adopt", "overwrite"']
  },
  {
    name: 'advance without step',
    ask: order('advance', {}),
    ...bad,
    says: ['/step: is missing', 'an integer from 0'],
    fields: ['/step']
  },
  { name: 'approve without a body', ask: order('approve'), ...bad, says: ['/step: is missing', 'an integer from 0'] },
  { name: 'step as text', ask: order('approve', { step: '1' }), ...bad, says: ['/step: "1"', 'an integer from 0'] },
  { name: 'half a step', ask: order('reject', { step: 1.5 }), ...bad, says: ['/step: 1.5', 'an integer'] },
  { name: 'a step below 0', ask: order('reject', { step: -1 }), ...bad, says: ['/step: -1', 'from 0'] },
  {
    name: 'release without reason',
    ask: order('release', {}),
    ...bad,
    says: ['/reason: is missing', 'a string of 1 to 1000']
  },
  {
    name: 'release with an empty reason',
    ask: order('release', { reason: '' }),
    ...bad,
    says: ['/reason: ""', '1 to 1000']
  },
  {
    name: 'restore without reason',
    ask: order('restore', {}),
    ...bad,
    says: ['/reason: is missing', 'a string of 1 to 1000']
  },
  {
    name: 'another stop action',
    ask: { method: 'POST', url: '/v1/stop', payload: { action: 'panic' } },
    ...bad,
    says: ['/action: "panic"', '"hold", "rollback"', '/reason: is missing'],
    fields: ['/reason', '/action']
  },
  {
    name: 'nothing to validate',
    ask: { method: 'POST', url: '/v1/validate', payload: '', headers: { 'content-type': 'text/plain' } },
    ...bad,
    says: ['YAML documents as text']
  }
]

const QUERIES: readonly Row[] = [
  {
    name: 'limit 0',
    ask: get('/v1/shifts?limit=0'),
    ...bad,
    says: ['limit: 0', 'an integer from 1 to 200'],
    fields: ['limit']
  },
  { name: 'limit as a word', ask: get('/v1/shifts?limit=all'), ...bad, says: ['limit: "all"', 'from 1 to 200'] },
  { name: 'an empty limit', ask: get('/v1/shifts?limit='), ...bad, says: ['limit: ""', 'from 1 to 200'] },
  { name: 'limit twice', ask: get('/v1/shifts?limit=1&limit=2'), ...bad, says: ['limit: ["1","2"]', 'an integer'] },
  {
    name: 'an unknown phase',
    ask: get('/v1/shifts?phase=baking,frying'),
    ...bad,
    says: ['"frying"', '"baking"', '"stuck"'],
    fields: ['phase']
  },
  {
    name: 'a phase of a later round',
    ask: get('/v1/shifts?phase=scheduled'),
    ...bad,
    says: ['"scheduled"', '"preflight"']
  },
  { name: 'an empty migration', ask: get('/v1/shifts?migration='), ...bad, says: ['migration: ""', '1 to 200'] },
  {
    name: 'an unknown parameter',
    ask: get('/v1/shifts?page=2'),
    ...bad,
    says: ['page: unknown', 'phase, migration, limit, cursor']
  },
  { name: 'a parameter where none is taken', ask: get('/v1/stop?x=1'), ...bad, says: ['x: unknown', 'none'] },
  {
    name: 'a wait too long',
    ask: get(`/v1/shifts/${ID}?wait=5m1s`),
    ...bad,
    says: ['wait: "5m1s"', 'at most 5m'],
    fields: ['wait']
  },
  {
    name: 'a wait without unit',
    ask: get(`/v1/shifts/${ID}?wait=60`),
    ...bad,
    says: ['wait: "60"', 'a duration such as']
  },
  {
    name: 'an unknown until',
    ask: get(`/v1/shifts/${ID}?wait=1s&until=dawn`),
    ...bad,
    says: ['until: "dawn"', '"ended", "step", "attention"']
  },
  {
    name: 'until without wait',
    ask: get(`/v1/shifts/${ID}?until=ended`),
    ...bad,
    says: ['until: stands alone', 'together with wait']
  },
  {
    name: 'events after a word',
    ask: get(`/v1/shifts/${ID}/events?after=x`),
    ...bad,
    says: ['after: "x"', 'an integer from 0']
  },
  {
    name: 'events after less than 0',
    ask: get(`/v1/shifts/${ID}/events?after=-1`),
    ...bad,
    says: ['after: -1', 'from 0']
  },
  {
    name: 'too many events',
    ask: get(`/v1/shifts/${ID}/events?limit=1001`),
    ...bad,
    says: ['limit: 1001', 'from 1 to 1000']
  },
  {
    name: 'a wrong Last-Event-ID',
    ask: get(`/v1/shifts/${ID}/events`, { 'last-event-id': 'abc' }),
    ...bad,
    says: ['last-event-id: "abc"', 'an integer from 0']
  },
  {
    name: 'events as HTML',
    ask: get(`/v1/shifts/${ID}/events`, { accept: 'text/html' }),
    status: 406,
    code: 'not_acceptable',
    says: ['"text/html"', 'application/json, text/event-stream']
  },
  {
    name: 'an idempotency key too long',
    ask: { ...start(ok), headers: { 'idempotency-key': 'k'.repeat(256) } },
    ...bad,
    says: ['idempotency-key: "kkk', '1 to 255 printable ASCII'],
    fields: ['idempotency-key']
  },
  {
    name: 'an idempotency key that is not ASCII',
    ask: { ...start(ok), headers: { 'idempotency-key': 'ké' } },
    ...bad,
    says: ['idempotency-key: ', '1 to 255 printable ASCII']
  }
]

const FORMS: readonly Row[] = [
  {
    name: 'JSON that ends too early',
    ask: raw('{"migration": "a",'),
    ...bad,
    says: ['line 1, column 19', 'the text ends', 'expected a key'],
    fields: ['']
  },
  {
    name: 'JSON with a stray word',
    ask: raw('{\n  "migration": shop\n}'),
    ...bad,
    says: ['line 2, column 16', 'found shop', 'expected a value']
  },
  {
    name: 'JSON with a key twice',
    ask: raw('{"migration":"a","migration":"b"}'),
    ...bad,
    says: ['line 1, column 18', '"migration" stands twice']
  },
  { name: '__proto__', ask: raw('{"__proto__":{"role":"admin"}}'), ...bad, says: ['"__proto__" is not allowed'] },
  {
    name: 'constructor',
    ask: raw('{"migration":{"constructor":{"prototype":{}}}}'),
    ...bad,
    says: ['"constructor" is not allowed']
  },
  { name: 'an escaped __proto__', ask: raw('{"\\u005f_proto__":{}}'), ...bad, says: ['is not allowed'] },
  { name: 'JSON too deep', ask: raw('['.repeat(70) + ']'.repeat(70)), ...bad, says: ['deeper than 64 levels'] },
  {
    name: 'a body too large',
    ask: raw(`{"reason":"${'x'.repeat(262_144)}"}`),
    status: 413,
    code: 'body_too_large',
    says: ['262157 bytes', 'at most 262144']
  },
  {
    name: 'a form',
    ask: raw('migration=shop', { 'content-type': 'application/x-www-form-urlencoded' }),
    status: 415,
    code: 'unsupported_media_type',
    says: ['"application/x-www-form-urlencoded"', 'allowed: application/json']
  },
  {
    name: 'plain text where JSON is read',
    ask: raw('{}', { 'content-type': 'text/plain' }),
    status: 415,
    code: 'unsupported_media_type',
    says: ['"text/plain"', 'allowed: application/json']
  },
  {
    name: 'a body without a type',
    ask: raw('{}', {}),
    status: 415,
    code: 'unsupported_media_type',
    says: ['Content-Type is missing', 'allowed: application/json']
  },
  {
    name: 'a type that is none',
    ask: raw('{}', { 'content-type': 'json' }),
    status: 415,
    code: 'unsupported_media_type',
    says: ['"json"', 'application/json']
  },
  {
    name: 'XML to validate',
    ask: { method: 'POST', url: '/v1/validate', payload: '<a/>', headers: { 'content-type': 'application/xml' } },
    status: 415,
    code: 'unsupported_media_type',
    says: ['"application/xml"', 'application/yaml']
  }
]

const PATHS: readonly Row[] = [
  {
    name: 'an id that is not there',
    ask: get('/v1/shifts/shf_01K99999999999999999999999'),
    ...lost,
    says: ['shf_01K9']
  },
  { name: 'an id of another shape', ask: get('/v1/shifts/42'), ...lost, says: ['42'] },
  { name: 'an id with strange signs', ask: get('/v1/shifts/%00%0a%3Cscript%3E'), ...lost, says: ['there is no shift'] },
  { name: 'an id with a path in it', ask: get('/v1/shifts/..%2F..%2Fetc'), ...lost, says: ['../../etc'] },
  { name: 'a very long id', ask: get(`/v1/shifts/${'a'.repeat(8000)}`), ...lost, says: ['aaaa'] },
  {
    name: 'an id that is no UTF-8',
    ask: get('/v1/shifts/%ff'),
    status: 404,
    code: 'not_found',
    says: ['/v1/shifts/%ff']
  },
  {
    name: 'an order for a shift that is not there',
    ask: { method: 'POST', url: '/v1/shifts/x/pause' },
    ...lost,
    says: ['there is no shift x']
  },
  {
    name: 'a policy that is not there',
    ask: get('/v1/policies/nope'),
    status: 404,
    code: 'policy_not_found',
    says: ['"nope"', 'there are: standard']
  },
  {
    name: 'a migration that is not there',
    ask: get('/v1/migrations/__proto__'),
    status: 404,
    code: 'migration_not_found',
    says: ['"__proto__"', 'there are: shop']
  },
  {
    name: 'an unknown path',
    ask: get('/v2/shifts'),
    status: 404,
    code: 'not_found',
    says: ['/v2/shifts', '/openapi.json']
  },
  { name: 'an unknown order', ask: order('explode', {}), status: 404, code: 'not_found', says: ['/explode'] },
  { name: 'another letter case', ask: get('/V1/shifts'), status: 404, code: 'not_found', says: ['/V1/shifts'] },
  {
    name: 'an unknown problem',
    ask: get('/problems/toString'),
    status: 404,
    code: 'not_found',
    says: ['"toString"', 'invalid_request']
  },
  {
    name: 'a wrong method on the list',
    ask: { method: 'DELETE', url: '/v1/shifts' },
    status: 405,
    code: 'method_not_allowed',
    says: ['DELETE', 'GET, HEAD, POST']
  },
  {
    name: 'a wrong method on a shift',
    ask: { method: 'PATCH', url: `/v1/shifts/${ID}`, payload: {} },
    status: 405,
    code: 'method_not_allowed',
    says: ['PATCH', 'GET, HEAD']
  },
  {
    name: 'reading an order',
    ask: get(`/v1/shifts/${ID}/abort`),
    status: 405,
    code: 'method_not_allowed',
    says: ['GET', 'POST']
  },
  {
    name: 'a plan',
    ask: { method: 'POST', url: '/v1/plans', payload: ok },
    status: 422,
    code: 'not_available',
    says: ['/v1/plans', 'not available in this version']
  },
  {
    name: 'a backtest',
    ask: { method: 'POST', url: '/v1/backtests' },
    status: 422,
    code: 'not_available',
    says: ['/v1/backtests']
  }
]

t.test('a path or method that is not there is told before its body is looked at', async (t) => {
  const { inject } = await build(t)
  for (const payload of ['{bad', `"${'x'.repeat(300_000)}"`]) {
    const nowhere = await inject({ method: 'POST', url: '/v1/nope', payload, headers: json })
    t.equal(nowhere.statusCode, 404)
    const wrong = await inject({ method: 'PUT', url: '/v1/shifts', payload, headers: json })
    t.equal(wrong.statusCode, 405)
    t.equal(wrong.headers.allow, 'GET, HEAD, POST')
  }
})

t.test('every bad request is refused with status, code, value and what is allowed', async (t) => {
  const { inject, sluice } = await build(t)
  for (const { name, ask, status, code, says, fields } of [...BODIES, ...QUERIES, ...FORMS, ...PATHS]) {
    await t.test(name, async (t) => {
      const answer = await inject(ask)
      const problem = answer.json()
      t.equal(answer.statusCode, status)
      t.match(answer.headers['content-type'], /^application\/problem\+json/)
      t.equal(problem.status, status)
      t.equal(problem.code, code)
      t.equal(problem.type, `/problems/${code}`)
      for (const words of says) t.ok(problem.detail.includes(words), `${problem.detail} says ${words}`)
      if (fields) t.same(problem.errors.map((error: { field: string }) => error.field).sort(), [...fields].sort())
      if (status === 405) t.ok(String(answer.headers.allow).length > 0, 'Allow is told')
    })
  }
  t.same(sluice.started, [], 'nothing was started')
  t.same(sluice.ordered, [], 'nothing was ordered')
  t.same(Object.keys(Object.prototype), [], 'no prototype was touched')
})
