// The lab as a whole: users, the control API, the migration that fits, starting and ending.

import t from 'tap'
import { parse } from 'yaml'
import { startLab } from '../../src/lab/lab.ts'
import { introduction } from '../../src/lab/introduction.ts'
import { migrationObject, migrationYaml } from '../../src/lab/migration.ts'
import { listen } from '../../src/lab/server.ts'
import { createServer } from 'node:http'
import { aLab, until } from './support.ts'

t.test('users come at their rate, and what they got is counted by side and second', async (t) => {
  const { lab } = await aLab(t, { rps: 100 })
  const { record } = lab.traffic
  await until('100 requests', () => record.summary().requests >= 100)
  const good = record.summary()
  t.same(Object.keys(good.bySide), ['old'])
  t.equal(good.errors, 0)
  t.same(Object.keys(good.byRoute).toSorted(), ['api', 'web'])
  const seconds = (Date.now() - (record.all()[0]?.at ?? 0)) / 1000
  t.ok(record.summary().requests <= seconds * 100 + 101, 'never faster than the rate, but for a second made up for')
  lab.traffic.setRps(0)
  const { from, to } = record.summary(good.from, good.to)
  t.same([from, to], [good.from, good.to])
  t.ok(record.perSecond(5).every((second) => second.to - second.from === 1000))
})

t.test('users come whether or not they are answered', async (t) => {
  const { lab } = await aLab(t, { rps: 100, targetTimeoutMs: 100 })
  lab.cluster('old').set({ hang: true })
  await until('errors', () => lab.traffic.record.summary().errors >= 40)
  t.ok((lab.traffic.record.summary().byStatus['504'] ?? 0) > 0)
})

t.test('users who keep cookies stay on their side', async (t) => {
  const { lab } = await aLab(t, { rps: 200, users: 20, paths: [{ name: 'web', path: '/' }] })
  lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 1 }, 3600)
  const everybodyIsBound = Date.now() + 300
  await until('some requests', () => lab.traffic.record.summary(everybodyIsBound).requests > 50)
  lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 0 })
  const later = Date.now() + 100
  await until('more requests', () => lab.traffic.record.summary(later).requests > 50)
  t.ok((lab.traffic.record.summary(later).bySide['new']?.requests ?? 0) > 0, 'weight 0 does not reach them')
})

t.test('the control API shows and changes everything while it runs', async (t) => {
  const { lab } = await aLab(t)
  const call = async (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
    const sent = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const answer = await fetch(`${lab.controlUrl}${path}`, sent)
    return [answer.status, (await answer.json()) as Record<string, unknown>] as const
  }
  t.match(await call('/lab'), [200, { endpoint: lab.endpoint, weights: { web: { 'shop-old-web': 1 } } }])
  t.match(await call('/lab/clusters/new', { errorRate: 0.2, statusMix: { 404: 0.1 } }), [200, { errorRate: 0.2 }])
  t.equal(lab.cluster('new').behaviour().errorRate, 0.2)
  t.match(await call('/lab/clusters/new', { errorRate: 2 }), [400, { error: /errorRate/ }])
  t.match(await call('/lab/clusters/new', { erorRate: 0.1 }), [400, { error: /erorRate.*known/ }])
  t.match(await call('/lab/clusters/other', {}), [400, { error: /old, new/ }])
  await call('/lab/clusters/new', { targets: 1 })
  t.equal(lab.cluster('new').pods().length, 1)
  await call('/lab/clusters/new/crash', {})
  t.equal(lab.cluster('new').pods()[0]?.up(), false)
  await call('/lab/clusters/new/start', { target: 0 })
  t.equal(lab.cluster('new').pods()[0]?.up(), true)
  await call('/lab/rules/web', { forward: { 'shop-old-web': 90, 'shop-new-web': 10 }, stickySeconds: 60 })
  t.same(lab.weights('web'), { 'shop-old-web': 90, 'shop-new-web': 10 })
  t.match(await call('/lab/rules/web', { forward: { nothing: 1 } }), [400, { error: /nothing/ }])
  await call('/lab/faults', { kind: 'throttle', service: 'elbv2', every: 3 })
  t.match(lab.faults.list(), [{ kind: 'throttle', every: 3 }])
  await call('/lab/metrics/RequestCount', { status: 'Forbidden' })
  t.equal(lab.cloudwatch.queryStatus.get('RequestCount'), 'Forbidden')
  await call('/lab/faults', undefined, 'DELETE')
  t.same([lab.faults.list(), lab.cloudwatch.queryStatus.size], [[], 0])
  await call('/lab/alarms/slo', { state: 'ALARM' })
  t.equal(lab.alarms.list()[0]?.state, 'ALARM')
  await call('/lab/traffic', { rps: 5 })
  t.equal(lab.traffic.rps(), 5)
  t.match(await call('/lab/traffic'), [200, { errors: 0 }])
  t.match(await call('/lab/nothing'), [404, { known: ['GET /lab'] }])
})

t.test('the migration names both routes with both sides', async (t) => {
  const { lab } = await aLab(t)
  const { arns } = lab
  const migration = migrationObject(lab)
  t.same(parse(migrationYaml(lab)), migration)
  t.match(migration.routes, [
    {
      name: 'web',
      type: 'alb',
      listener: arns.listener('web'),
      old: { targetGroup: arns.targetGroup('shop-old-web') }
    },
    { name: 'api', type: 'alb', rule: arns.rule('api'), new: { targetGroup: arns.targetGroup('shop-new-api') } }
  ])
  t.notOk('rule' in (migration.routes[0] ?? {}), 'exactly one of listener and rule')
  const back = migrationObject(lab, { name: 'back', old: 'new', new: 'old', routes: ['api'] })
  t.match(back, { name: 'back', routes: [{ name: 'api', old: { targetGroup: arns.targetGroup('shop-new-api') } }] })
  t.equal(back.routes.length, 1)
})

t.test('a lab says what to export, and shows a migration that fits', async (t) => {
  const { lab } = await aLab(t)
  const printed = introduction(lab)
  t.ok(printed.includes(`export AWS_ENDPOINT_URL=${lab.endpoint}\n`))
  t.match(printed, /^export AWS_ACCESS_KEY_ID=lab$/m)
  t.ok(printed.endsWith(migrationYaml(lab)))
})

t.test('the same names have the same ARNs in every lab', async (t) => {
  const [one, other] = [await aLab(t), await aLab(t, { seed: 5 })]
  t.same(one.lab.arns.all(), other.lab.arns.all())
  t.not(one.lab.endpoint, other.lab.endpoint)
})

t.test('a lab that cannot start leaves nothing behind, and one that is closed twice does not mind', async (t) => {
  const taken = createServer()
  const port = await listen(taken)
  t.teardown(() => void taken.close())
  await t.rejects(startLab({ controlPort: port, rps: 50 }), { code: 'EADDRINUSE' })
  await t.rejects(listen(createServer(), 0, '0.0.0.0'), /loopback/)
  const lab = await startLab()
  await lab.close()
  await lab.close()
  await t.rejects(fetch(lab.url))
})
