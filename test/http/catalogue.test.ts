import t from 'tap'
import { ShiftError } from '../../src/errors.ts'
import { migrationDocument, policyDocument } from '../../src/http/catalogueDocuments.ts'
import { gateDocument } from '../../src/http/gateDocuments.ts'
import { parseMigrationObject } from '../../src/config/migrations.ts'
import { parsePolicyObject } from '../../src/config/policies.ts'
import { aProbeGate } from '../support/builders.ts'
import { build } from './build.ts'
import { MIGRATION, POLICY } from './views.ts'

t.test('policies and migrations are listed and read by name', async (t) => {
  const { inject } = await build(t)
  const policy = { name: 'standard', file: 'policies/standard.yaml', document: policyDocument(POLICY) }
  t.same((await inject({ method: 'GET', url: '/v1/policies' })).json(), { items: [policy], next: null })
  t.same((await inject({ method: 'GET', url: '/v1/policies/standard' })).json(), policy)
  const migration = { name: 'shop', file: 'config/migrations/shop.yaml', document: migrationDocument(MIGRATION) }
  t.same((await inject({ method: 'GET', url: '/v1/migrations' })).json(), { items: [migration], next: null })
  t.same((await inject({ method: 'GET', url: '/v1/migrations/shop' })).json(), migration)
})

t.test('a policy is shown in the words and units of its file', async (t) => {
  t.match(policyDocument(POLICY), {
    apiVersion: 'sluice/v1',
    kind: 'Policy',
    steps: [
      { percent: 0.5, bake: '5m' },
      { percent: 50, bake: '10m', approval: { expires: '1d' } },
      { percent: 100, bake: '30m', approval: { by: 'other', expires: '1h' } }
    ],
    maxJump: 50.5,
    maxBake: '1h30m',
    gates: [
      { name: 'errors', max: '1%', against: 'none', warmup: '0s', period: '1m', action: 'hold', routes: ['web'] },
      { name: 'targets', minHealthyRatio: 0.8, every: '10s', for: '30s' }
    ],
    onBlind: { hold: '5m', rollback: 'never' },
    drain: { residual: '0.5%', deadline: '2h' }
  })
  const open = policyDocument({ ...POLICY, gates: [], maxBakeMs: null, onBlind: { holdMs: 0, rollbackMs: 60_000 } })
  t.equal(open['gates'], 'none')
  t.equal('maxBake' in open, false)
  t.same(open['onBlind'], { hold: '0s', rollback: '1m' })
})

t.test('a policy that was read can be sent back', async (t) => {
  const { value, errors } = parsePolicyObject(JSON.parse(JSON.stringify(policyDocument(POLICY))), '/policy')
  t.same(errors, [])
  t.strictSame(value, POLICY)
})

t.test('a migration that was read can be sent back', async (t) => {
  const arn = (what: string) => `arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:${what}/0123456789abcdef`
  const first = parseMigrationObject({
    name: 'shop',
    description: 'd',
    routes: [
      {
        name: 'web',
        type: 'alb',
        rule: arn('listener-rule/app/x/0123456789abcdef/0123456789abcdef'),
        roleArn: 'arn:aws:iam::111122223333:role/sluice',
        old: { targetGroup: arn('targetgroup/old'), vars: { cluster: 'a' } },
        new: { targetGroup: arn('targetgroup/new') }
      }
    ],
    gates: []
  })
  t.same(first.errors, [])
  if (!first.value) return
  const again = parseMigrationObject(JSON.parse(JSON.stringify(migrationDocument(first.value))))
  t.same(again.errors, [])
  t.strictSame(again.value, first.value)
})

t.test('an externalId is never shown', async (t) => {
  const { inject } = await build(t)
  const answer = await inject({ method: 'GET', url: '/v1/migrations/shop' })
  t.notMatch(answer.body, /CANARY|externalId/)
  t.match(answer.json().document.routes[0], { rule: 'arn:rule', old: { vars: { cluster: 'shop-133' } } })
})

t.test('what stands in the query of a probe is not shown: it may be a token', async (t) => {
  for (const [url, shown] of [
    ['https://new.internal/healthz', 'https://new.internal/healthz'],
    ['https://new.internal/a?token=CANARY&deep=1', 'https://new.internal/a?token=[redacted]&deep=[redacted]'],
    ['http://new.internal?CANARY', 'http://new.internal?[redacted]'],
    ['http://new.internal/?a=b=CANARY;c=CANARY&', 'http://new.internal/?a=[redacted]']
  ] as const) {
    t.equal(gateDocument(aProbeGate({ url }))['url'], shown)
  }
})

t.test('reload tells how many were read', async (t) => {
  const { inject, sluice } = await build(t)
  const answer = await inject({ method: 'POST', url: '/v1/reload' })
  t.same(answer.json(), { policies: 1, migrations: 1 })
  t.equal(sluice.reloads, 1)
})

t.test('a reload that fails lists everything that is wrong', async (t) => {
  const { inject, sluice } = await build(t)
  const errors = [
    { field: 'a.yaml:1:2: steps', message: 'is missing' },
    { field: 'b.yaml:3:4: kind', message: '"Polcy"' }
  ]
  sluice.fail = new ShiftError('invalid_configuration', '2 faults; nothing was taken over', { errors })
  const answer = await inject({ method: 'POST', url: '/v1/reload' })
  t.equal(answer.statusCode, 422)
  t.same(answer.json().errors, errors)
})

t.test('a text is validated in each form in which it may be sent', async (t) => {
  const { inject } = await build(t)
  const send = async (type: string, payload: string) =>
    (await inject({ method: 'POST', url: '/v1/validate', payload, headers: { 'content-type': type } })).json()
  const types = ['text/plain', 'application/yaml', 'text/yaml; charset=utf-8', 'application/x-yaml', 'text/x-yaml']
  for (const type of types) {
    t.same(await send(type, 'kind: Policy\n'), { valid: true, errors: [], warnings: [], names: ['kind: Policy\n'] })
  }
  t.same((await send('application/json', '"kind: Policy\\n"')).names, ['kind: Policy\n'])
  t.same((await send('application/json', '{"kind":\n"Policy"}')).names, ['{"kind":\n"Policy"}'])
  t.match(await send('application/yaml', 'bad'), { valid: false, errors: ['x:1:1: bad'] })
})
