/**
 * A request can never make the daemon run a command or call a URL that no file on disk names: not by a probe, a hook, a target of
 * notifications, a region that is a host name, or a text that is only checked.
 */
import t from 'tap'
import type { Test } from 'tap'
import { bearer, TOKENS } from '../build.ts'
import { hostileDaemon } from './daemon.ts'

const URL = 'http://169.254.169.254/latest/meta-data/'
const ELB = 'arn:aws:elasticloadbalancing:ap-northeast-1:111122223333'

const policy = (more: object) => ({
  name: 'inline',
  description: 'd',
  steps: [{ percent: 10, bake: '10m' }],
  gates: 'none',
  ...more
})
const side = (name: string, more: object = {}) => ({
  targetGroup: `${ELB}:targetgroup/${name}/73e2d6bc24d8a067`,
  ...more
})
const route = (more: object = {}) => ({
  name: 'web',
  type: 'alb',
  rule: `${ELB}:listener-rule/app/shop/50dc6c495c0c9188/0467ef3c8400ae65/web`,
  old: side('web-133'),
  new: side('web-134'),
  ...more
})
const migration = (more: object) => ({ name: 'inline', description: 'd', routes: [route()], gates: [], ...more })
const probe = { name: 'probe', type: 'probe', url: URL, every: '5s', max: '5%', window: '30s' }
const dns = (more: object) => ({
  name: 'dns',
  type: 'route53',
  hostedZone: 'Z0123456789ABCDEFGHIJ',
  record: 'api.example.com',
  old: { setIdentifier: 'blue', loadBalancer: `${ELB}:loadbalancer/app/a/50dc6c495c0c9188` },
  new: { setIdentifier: 'green', loadBalancer: `${ELB}:loadbalancer/app/b/50dc6c495c0c9188` },
  ...more
})

const REFUSED: readonly (readonly [string, object])[] = [
  ['a probe in a policy', { policy: policy({ gates: [probe] }) }],
  ['a probe in a migration', { migration: migration({ gates: [probe] }) }],
  ['a probe under another case', { policy: policy({ gates: [{ ...probe, type: 'Probe' }] }) }],
  ['a URL on a gate of another kind', { policy: policy({ gates: [{ name: 'a', type: 'targetHealth', url: URL }] }) }],
  ['a webhook as a hook', { policy: policy({ hooks: [{ name: 'h', at: 'beforeStep', type: 'webhook', url: URL }] }) }],
  [
    'a command as a hook',
    { policy: policy({ hooks: [{ name: 'h', at: 'preflight', type: 'command', command: ['id'] }] }) }
  ],
  ['a target of notifications', { policy: policy({ notify: [{ name: 'x', type: 'webhook', url: URL }] }) }],
  ['a name of a target that no file has', { policy: policy({ notify: [URL] }) }],
  ['a region that is a host', { migration: migration({ routes: [route({ region: 'evil.example/' })] }) }],
  ['a region by default', { migration: migration({ defaults: { region: '169.254.169.254#' } }) }],
  [
    'a region of a side',
    { migration: migration({ routes: [dns({ new: { setIdentifier: 'g', region: 'a.evil.example' } })] }) }
  ],
  [
    'a region in an ARN',
    {
      migration: migration({
        routes: [
          route({ old: { targetGroup: 'arn:aws:elasticloadbalancing:evil.example/:111122223333:targetgroup/a/b' } })
        ]
      })
    }
  ],
  ['a role that is a URL', { migration: migration({ routes: [route({ roleArn: URL })] }) }],
  ['a zone that is a path', { migration: migration({ routes: [dns({ hostedZone: '../../2013-04-01/hostedzone' })] }) }]
]

async function aDaemon(t: Test) {
  const daemon = hostileDaemon()
  t.teardown(() => daemon.close())
  await daemon.app.ready()
  return daemon
}

t.test('an inline document of the same form is taken: what is refused below is refused for what it asks', async (t) => {
  const { app } = await aDaemon(t)
  const payload = { migration: migration({}), policy: policy({}) }
  const answer = await app.inject({ method: 'POST', url: '/v1/shifts', payload, headers: bearer(TOKENS.admin) })
  t.equal(answer.statusCode, 201, answer.body)
})

for (const [what, body] of REFUSED) {
  t.test(`${what} is refused, with its place, also to an admin`, async (t) => {
    const { app, clock, probed, store } = await aDaemon(t)
    const payload = { migration: 'shop', policy: 'standard', ...body }
    const answer = await app.inject({ method: 'POST', url: '/v1/shifts', payload, headers: bearer(TOKENS.admin) })
    t.ok([400, 422].includes(answer.statusCode), `${answer.statusCode} ${answer.body}`)
    t.match(answer.json().detail, /policy|migration|notify/)
    await clock.advance(60_000)
    t.same(await store.open(), [], 'nothing was started')
    t.same(probed, [], 'nothing was called')
  })
}

t.test('a text that is only checked calls nothing, names no file and reads nothing of the daemon', async (t) => {
  const { app, clock, probed } = await aDaemon(t)
  process.env['CANARY_ENV'] = 'canary-of-the-environment'
  t.teardown(() => delete process.env['CANARY_ENV'])
  const gate = `  - { name: probe, type: probe, url: "${URL}" }`
  const head =
    'apiVersion: sluice/v1\nkind: Policy\nname: x\ndescription: "${CANARY_ENV}"\nsteps: [{ percent: 1, bake: 9m }]'
  for (const text of [
    `${head}\ngates:\n${gate}`,
    '!!js/function "x"',
    '!include /etc/passwd',
    '<<: *a',
    'a: !!binary aGk='
  ]) {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/validate',
      payload: text,
      headers: { ...bearer(TOKENS.viewer), 'content-type': 'application/yaml' }
    })
    t.equal(answer.statusCode, 200)
    t.equal(answer.json().valid, false)
    t.notMatch(answer.body, /canary-of-the-environment|root:/)
  }
  await clock.advance(60_000)
  t.same(probed, [])
})
