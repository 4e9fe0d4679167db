import t from 'tap'
import { ShiftError, type Code } from '../../src/errors.ts'
import { build } from './build.ts'
import { settle } from './handClock.ts'
import { aShift, ID, MIGRATION, POLICY } from './views.ts'

t.test('a start is answered with 201, Location and the shift', async (t) => {
  const { inject, sluice } = await build(t)
  const answer = await inject({ method: 'POST', url: '/v1/shifts', payload: { migration: 'shop', policy: 'standard' } })
  t.equal(answer.statusCode, 201)
  t.equal(answer.headers.location, `/v1/shifts/${ID}`)
  t.same(answer.json(), aShift())
  t.same(sluice.started, [
    {
      migration: 'shop',
      policy: 'standard',
      reason: '',
      routes: null,
      toPercent: null,
      from: 'zero',
      actor: 'anonymous',
      idempotency: null
    }
  ])
})

t.test('every field of a start reaches the engine, percents as tenths', async (t) => {
  const { inject, sluice } = await build(t)
  const payload = {
    migration: 'shop',
    policy: 'standard',
    reason: 'CHG',
    routes: ['web'],
    toPercent: 12.3,
    from: 'live'
  }
  t.equal((await inject({ method: 'POST', url: '/v1/shifts', payload })).statusCode, 201)
  t.match(sluice.started, [{ reason: 'CHG', routes: ['web'], toPercent: 123, from: 'live' }])
})

t.test('every tenth of a percent is a legal toPercent', async (t) => {
  const { inject, sluice } = await build(t, { level: 'silent' })
  for (const tenths of [1, 2, 3, 7, 11, 29, 57, 115, 289, 333, 571, 699, 701, 999, 1000]) {
    const payload = { migration: 'shop', policy: 'standard', toPercent: tenths / 10 }
    t.equal((await inject({ method: 'POST', url: '/v1/shifts', payload })).statusCode, 201, `${tenths / 10}`)
    t.equal(sluice.started.at(-1)?.toPercent, tenths)
  }
})

t.test('whole documents in the body are parsed before the engine sees them', async (t) => {
  const { inject, sluice } = await build(t)
  const payload = { migration: { kind: 'Migration' }, policy: { kind: 'Policy' } }
  t.equal((await inject({ method: 'POST', url: '/v1/shifts', payload })).statusCode, 201)
  t.equal(sluice.started[0]?.migration, MIGRATION)
  t.equal(sluice.started[0]?.policy, POLICY)
})

t.test('the digest of an idempotency key is that of the meaning, not of the spelling', async (t) => {
  const { inject, sluice } = await build(t)
  const send = (payload: string) =>
    inject({
      method: 'POST',
      url: '/v1/shifts',
      payload,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'ci-42' }
    })
  await send('{"migration":"shop","policy":"standard"}')
  await send('{ "policy": "standard", "from": "zero", "migration": "shop" }')
  await send('{"migration":"shop","policy":"standard","toPercent":50}')
  const [a, b, c] = sluice.started.map(({ idempotency }) => idempotency)
  t.equal(a?.key, 'ci-42')
  t.match(a?.digest, /^[0-9a-f]{64}$/)
  t.equal(a?.digest, b?.digest)
  t.not(a?.digest, c?.digest)
})

t.test('a replayed start is answered like the first, and says so', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.created = false
  const answer = await inject({
    method: 'POST',
    url: '/v1/shifts',
    payload: { migration: 'shop', policy: 'standard' },
    headers: { 'idempotency-key': 'k'.repeat(255) }
  })
  t.equal(answer.statusCode, 201)
  t.equal(answer.headers['idempotent-replayed'], 'true')
})

t.test('what the engine refuses is told with its code, status and extensions', async (t) => {
  const { inject, sluice } = await build(t)
  const rows: readonly [Code, number][] = [
    ['migration_not_found', 404],
    ['policy_not_found', 404],
    ['route_busy', 409],
    ['stopped', 409],
    ['too_many_shifts', 409],
    ['idempotency_key_reused', 422],
    ['policy_not_fit', 422],
    ['store_unavailable', 503]
  ]
  for (const [code, status] of rows) {
    sluice.fail = new ShiftError(code, `because ${code}`, { extra: { by: ID, status: 1 } })
    const answer = await inject({ method: 'POST', url: '/v1/shifts', payload: { migration: 'a', policy: 'b' } })
    t.equal(answer.statusCode, status)
    t.match(answer.json(), { code, status, detail: `because ${code}`, by: ID, type: `/problems/${code}` })
  }
})

t.test('a bug is answered with 500 and told to the log only', async (t) => {
  const { inject, sluice, lines } = await build(t)
  sluice.fail = new TypeError('inner secret of the engine')
  const answer = await inject({ method: 'GET', url: `/v1/shifts/${ID}` })
  t.equal(answer.statusCode, 500)
  t.notMatch(answer.body, /inner secret/)
  const { requestId } = answer.json()
  t.equal(answer.headers['x-request-id'], requestId)
  const line = lines.map((each) => JSON.parse(each)).find(({ level }) => level === 'error')
  t.match(line, { requestId, msg: 'request failed', err: { type: 'TypeError', message: 'inner secret of the engine' } })
})

t.test('the list passes its filters on and has defaults', async (t) => {
  const { inject, sluice } = await build(t)
  const answer = await inject({ method: 'GET', url: '/v1/shifts' })
  t.same(answer.json(), { items: [aShift()], next: null })
  await inject({ method: 'GET', url: '/v1/shifts?phase=baking,paused&phase=stuck&migration=shop&limit=7&cursor=abc' })
  t.same(sluice.listed, [
    { phases: null, migration: null, limit: 50, cursor: null },
    { phases: ['baking', 'paused', 'stuck'], migration: 'shop', limit: 7, cursor: 'abc' }
  ])
})

t.test('no field of a view is dropped on its way out', async (t) => {
  const { app, sluice } = await build(t)
  sluice.shifts.set(ID, { ...aShift(), somethingNew: { deep: [1] } } as never)
  t.match((await app.inject(`/v1/shifts/${ID}`)).json(), { somethingNew: { deep: [1] } })
})

t.test('wait hands until and its time to the engine', async (t) => {
  const { inject, sluice } = await build(t)
  const asked = Promise.all([
    inject({ method: 'GET', url: `/v1/shifts/${ID}?wait=1m30s&until=attention` }),
    inject({ method: 'GET', url: `/v1/shifts/${ID}?wait=5m` })
  ])
  await settle()
  t.match(sluice.waits, [
    { id: ID, until: 'attention', ms: 90_000 },
    { id: ID, until: 'ended', ms: 300_000 }
  ])
  sluice.shifts.set(ID, aShift({ phase: 'paused' }))
  sluice.endWaits()
  for (const answer of await asked) t.equal(answer.json().phase, 'paused')
})

t.test('wait=0s answers at once', async (t) => {
  const { inject, sluice } = await build(t)
  t.equal((await inject({ method: 'GET', url: `/v1/shifts/${ID}?wait=0s` })).statusCode, 200)
  t.same(sluice.waits, [])
})

t.test('closing the app ends waits with the shift as it is', async (t) => {
  const { app, sluice } = await build(t)
  const asked = app.inject(`/v1/shifts/${ID}?wait=5m`)
  await settle()
  t.equal(app.lifetime.count(), 1)
  await app.close()
  t.equal((await asked).statusCode, 200)
  t.equal(sluice.waits[0]?.signal.aborted, true)
  t.equal(app.lifetime.count(), 0)
})

t.test('a report is answered', async (t) => {
  const { inject } = await build(t)
  const answer = await inject({ method: 'GET', url: `/v1/shifts/${ID}/report` })
  t.match(answer.json(), { id: ID, serviceImpact: { excessErrors: -0.5 }, work: { people: ['alice'] } })
})

t.test('a report is Markdown or HTML where that is asked for', async (t) => {
  const { inject } = await build(t)
  const get = (query: string, accept?: string) =>
    inject({ method: 'GET', url: `/v1/shifts/${ID}/report${query}`, ...(accept && { headers: { accept } }) })
  const md = await get('', 'text/markdown')
  t.equal(md.headers['content-type'], 'text/markdown; charset=utf-8')
  t.match(md.body, /^# Traffic shift shop: completed\n/)
  const page = await get('', 'text/html,application/xhtml+xml,*/*;q=0.8')
  t.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  t.match(page.body, /^<!doctype html>/)
  t.match(page.headers['content-security-policy'], /^default-src 'none'/)
  t.match((await get('?format=md', 'text/html')).body, /^# /, 'the query outranks the header')
  t.equal((await get('', '*/*')).headers['content-type'], 'application/json; charset=utf-8')
  t.equal((await get('', 'image/png')).statusCode, 406)
  t.equal((await get('?format=pdf')).statusCode, 400)
})

t.test('a series goes on where the former page ended', async (t) => {
  const { inject, sluice } = await build(t)
  const point = {
    gate: 'errors',
    route: 'web',
    unit: 'share',
    at: '2026-11-22T09:00:00.000Z',
    seconds: 60,
    new: 0,
    old: null,
    newRequests: 0,
    oldRequests: null,
    limit: null
  } as const
  const asked: number[] = []
  sluice.series = async (_id, after) => (asked.push(after), { items: [point], next: null, upTo: after + 7 })
  t.same((await inject({ method: 'GET', url: `/v1/shifts/${ID}/series` })).json(), {
    items: [point],
    next: null,
    upTo: 7
  })
  t.equal((await inject({ method: 'GET', url: `/v1/shifts/${ID}/series?after=7` })).json().upTo, 14)
  t.same(asked, [0, 7])
  t.equal((await inject({ method: 'GET', url: `/v1/shifts/${ID}/series?after=-1` })).statusCode, 400)
})

t.test('HEAD is answered like GET, without a body', async (t) => {
  const { inject } = await build(t)
  const answer = await inject({ method: 'HEAD', url: `/v1/shifts/${ID}` })
  t.equal(answer.statusCode, 200)
  t.equal(answer.body, '')
})
