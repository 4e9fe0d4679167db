import t from 'tap'
import { build } from './build.ts'

t.test('livez and readyz tell how the daemon is', async (t) => {
  const { inject, sluice } = await build(t)
  const { ready: _ready, store: _store, ...liveness } = sluice.healthNow
  for (const [url, told] of [
    ['/livez', liveness],
    ['/readyz', sluice.healthNow]
  ] as const) {
    const answer = await inject({ method: 'GET', url })
    t.equal(answer.statusCode, 200)
    t.same(answer.json(), told)
  }
})

t.test('livez waits for no store: a table that does not answer must not get every replica restarted', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.health = () => new Promise(() => undefined)
  t.equal((await inject({ method: 'GET', url: '/livez' })).statusCode, 200)
})

t.test('readyz is 503 only where the store does not answer', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.healthNow = { ...sluice.healthNow, leader: false, ready: false, lastObservationAt: '2020-01-01T00:00:00Z' }
  t.equal((await inject({ method: 'GET', url: '/readyz' })).statusCode, 200)
  sluice.healthNow = { ...sluice.healthNow, store: 'unavailable' }
  const answer = await inject({ method: 'GET', url: '/readyz' })
  t.equal(answer.statusCode, 503)
  t.match(answer.json(), { code: 'store_unavailable', store: 'unavailable', leader: false })
  t.equal((await inject({ method: 'GET', url: '/livez' })).statusCode, 200, 'the loop still turns')
})

t.test('livez fails where the loop does not turn', async (t) => {
  const { inject, sluice } = await build(t)
  sluice.healthNow = { ...sluice.healthNow, live: false }
  const answer = await inject({ method: 'GET', url: '/livez' })
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { detail: 'the loop does not turn', live: false })
})

t.test('metrics are in the text format of Prometheus', async (t) => {
  const { inject } = await build(t)
  const answer = await inject({ method: 'GET', url: '/metrics' })
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.match(answer.body, /^sluice_leader 0$/m)
  t.match(answer.body, /^process_cpu_seconds_total /m)
})

t.test('the index names what is where, and all of it is there', async (t) => {
  const { inject } = await build(t)
  const index = (await inject({ method: 'GET', url: '/' })).json()
  t.match(index, { name: 'sluice', version: /^\d+\.\d+\.\d+/, links: { docs: '/docs', openapi: '/openapi.json' } })
  for (const url of Object.values<string>(index.links)) {
    t.equal((await inject({ method: 'GET', url })).statusCode, 200, url)
  }
})

t.test('each answered request is one debug line with its route, not its query', async (t) => {
  const { inject, lines } = await build(t)
  await inject({ method: 'GET', url: '/v1/shifts?migration=CANARY' })
  const line = lines.map((each) => JSON.parse(each)).find(({ msg }) => msg === 'request answered')
  t.match(line, { level: 'debug', method: 'GET', path: '/v1/shifts', status: 200 })
  t.notMatch(lines.join(''), /CANARY/)
})
