import t, { type Test } from 'tap'
import { join } from 'node:path'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/config.ts'
import { configFileOf, regionOf, tokenOf, urlOf, type Env } from '../../src/config/env.ts'
import { ConfigError } from '../../src/config/problem.ts'
import { marked } from './support.ts'

const DIGEST = 'a'.repeat(64)
const OTHER = 'B'.repeat(64)

const folders = { policies: {}, config: { migrations: {} }, others: {} }

function withFile(t: Pick<Test, 'testdir'>, text: string): { dir: string; file: string } {
  const dir = t.testdir({ ...folders, 'sluice.yaml': text })
  return { dir, file: join(dir, 'sluice.yaml') }
}

async function problemsOf(file: string, env: Env = {}): Promise<readonly string[]> {
  try {
    await loadConfig(file, env)
    return []
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault
    return fault.message.split('\n').map((line) => line.replace(file, 'F'))
  }
}

t.test('an empty file has every default of the contract, with paths relative to the file', async (t) => {
  const { dir, file } = withFile(t, '# nothing\n')
  t.same(await loadConfig(file, {}), {
    file,
    server: {
      host: '127.0.0.1',
      port: 8080,
      publicUrl: null,
      addressFile: null,
      auth: { tokens: [], metrics: 'open' }
    },
    store: { type: 'sqlite', path: join(dir, 'data/sluice.db') },
    aws: { region: null },
    policies: join(dir, 'policies'),
    migrations: join(dir, 'config/migrations'),
    limits: { concurrentShifts: 1000 },
    notify: [],
    heartbeat: 'none',
    log: { level: 'info' }
  } satisfies Config)
})

const token = { name: 'oncall', role: 'operator', sha256: DIGEST, delegate: false } as const

/** Lines of YAML, and what they make of the defaults. */
const settings: readonly (readonly [lines: string, change: (config: Config, dir: string) => Config])[] = [
  ['server: { host: "::1" }', (c) => ({ ...c, server: { ...c.server, host: '::1' } })],
  ['server: { host: localhost }', (c) => ({ ...c, server: { ...c.server, host: 'localhost' } })],
  ['server: { host: 127.0.0.53 }', (c) => ({ ...c, server: { ...c.server, host: '127.0.0.53' } })],
  ['server: { port: 0 }', (c) => ({ ...c, server: { ...c.server, port: 0 } })],
  [
    'server: { addressFile: run/url }',
    (c, dir) => ({ ...c, server: { ...c.server, addressFile: join(dir, 'run/url') } })
  ],
  [
    `server: { auth: { tokens: [{ name: oncall, role: operator, sha256: ${DIGEST} }] } }`,
    (c) => ({ ...c, server: { ...c.server, auth: { tokens: [token], metrics: 'open' } } })
  ],
  [
    `server: { auth: { metrics: token, tokens: [{ name: bot, role: viewer, sha256: ${OTHER}, delegate: true }] } }`,
    (c) => {
      const tokens = [{ name: 'bot', role: 'viewer', sha256: OTHER.toLowerCase(), delegate: true }] as const
      return { ...c, server: { ...c.server, auth: { tokens, metrics: 'token' } } }
    }
  ],
  [
    `server: { host: 0.0.0.0, auth: { tokens: [{ name: oncall, role: operator, sha256: ${DIGEST} }] } }`,
    (c) => ({ ...c, server: { ...c.server, host: '0.0.0.0', auth: { tokens: [token], metrics: 'open' } } })
  ],
  ['store: { path: /tmp/x.db }', (c) => ({ ...c, store: { type: 'sqlite', path: '/tmp/x.db' } })],
  ['store: { path: ../x.db }', (c, dir) => ({ ...c, store: { type: 'sqlite', path: join(dir, '../x.db') } })],
  ['store: { type: memory }', (c) => ({ ...c, store: { type: 'memory' } })],
  ['aws: { region: eu-west-1 }', (c) => ({ ...c, aws: { region: 'eu-west-1' } })],
  ['policies: ./others', (c, dir) => ({ ...c, policies: join(dir, 'others') })],
  ['migrations: others', (c, dir) => ({ ...c, migrations: join(dir, 'others') })],
  ['limits: { concurrentShifts: 3 }', (c) => ({ ...c, limits: { concurrentShifts: 3 } })],
  [
    'server: { publicUrl: "https://sluice.example.com/" }',
    (c) => ({ ...c, server: { ...c.server, publicUrl: 'https://sluice.example.com' } })
  ],
  ['heartbeat: cloudwatch', (c) => ({ ...c, heartbeat: 'cloudwatch' })],
  [
    'notify: [{ name: hook, type: webhook, url: "https://example.com/x", secret: 0123456789abcdef }]',
    (c) => {
      const target = { name: 'hook', type: 'webhook', events: null, url: 'https://example.com/x' } as const
      return { ...c, notify: [{ ...target, secret: '0123456789abcdef' }] }
    }
  ],
  [
    'notify: [{ name: chat, type: slack, url: "https://hooks.slack.com/services/T0/B0/x", events: [shift.started, routes.orphaned] }]',
    (c) => {
      const url = 'https://hooks.slack.com/services/T0/B0/x'
      return { ...c, notify: [{ name: 'chat', type: 'slack', events: ['shift.started', 'routes.orphaned'], url }] }
    }
  ],
  [
    'notify: [{ name: pager, type: sns, topicArn: "arn:aws:sns:eu-west-1:111122223333:p.fifo", roleArn: "arn:aws:iam::111122223333:role/s", externalId: e }]',
    (c) => {
      const topicArn = 'arn:aws:sns:eu-west-1:111122223333:p.fifo'
      const role = { roleArn: 'arn:aws:iam::111122223333:role/s', externalId: 'e' }
      return { ...c, notify: [{ name: 'pager', type: 'sns', events: null, topicArn, ...role }] }
    }
  ],
  ['log: { level: debug }', (c) => ({ ...c, log: { level: 'debug' } })]
]

for (const [lines, change] of settings) {
  t.test(`FM-08: ${lines} is seen, and changes nothing else`, async (t) => {
    const { dir, file } = withFile(t, '')
    const defaults = await loadConfig(file, {})
    const { file: same } = withFile(t, `${lines}\n`)
    const config = await loadConfig(same, {})
    t.same(config, change(defaults, dir))
    t.notSame(config, defaults)
  })
}

t.test('nobody to tell and no sign of life can be written down', async (t) => {
  const { file } = withFile(t, 'notify: []\nheartbeat: none\n')
  t.same(await problemsOf(file), [])
})

/** The file with `‸` at each expected place, and for each what is said. */
const rows: readonly (readonly [what: string, text: string, ...said: (string | RegExp)[]])[] = [
  ['an unknown key', '‸sever: {}', /sever: unknown key; did you mean server\?/],
  [
    'a port that is text',
    'server: { port: ‸http }',
    /server\.port: is "http", but must be a whole number from 0 to 65535/
  ],
  [
    'a port out of range',
    'server: { port: ‸65536 }',
    /server\.port: is 65536, but must be a whole number from 0 to 65535/
  ],
  [
    'a host that others can reach, without tokens',
    'server: { host: ‸0.0.0.0 }',
    /server\.host: is 0\.0\.0\.0, which others can reach: that needs server\.auth\.tokens/
  ],
  ['a name that looks like loopback', 'server: { host: ‸127.0.0.1.example.com }', /server\.host: .*others can reach/],
  [
    'metrics for tokens that are not there',
    'server: { auth: { metrics: ‸token } }',
    /server\.auth\.metrics: is token, but there are no tokens/
  ],
  [
    'a role that is none',
    `server: { auth: { tokens: [{ name: a, role: ‸root, sha256: ${DIGEST} }] } }`,
    /tokens\[0\]\.role: is "root", but must be viewer, operator or admin/
  ],
  [
    'a token without digest',
    'server: { auth: { tokens: [‸{ name: a, role: admin }] } }',
    /tokens\[0\]\.sha256: is missing: it must be the SHA-256 of the token: 64 hexadecimal digits/
  ],
  [
    'a digest of the wrong length, which is not shown',
    'server: { auth: { tokens: [{ name: a, role: admin, sha256: ‸hunter2 }] } }',
    /tokens\[0\]\.sha256: is not right \(it is not shown here\), but must be the SHA-256/
  ],
  [
    'two tokens of one name',
    `server: { auth: { tokens: [{ name: a, role: admin, sha256: ${DIGEST} }, { name: ‸a, role: viewer, sha256: ${OTHER} }] } }`,
    /tokens\[1\]\.name: there is another token named a/
  ],
  [
    'two names for one token',
    `server: { auth: { tokens: [{ name: a, role: admin, sha256: ${OTHER} }, { name: b, role: viewer, sha256: ‸${OTHER.toLowerCase()} }] } }`,
    /tokens\[1\]\.sha256: is that of the token a as well/
  ],
  [
    'the digest of nothing',
    'server: { auth: { tokens: [{ name: a, role: admin, sha256: ‸e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }] } }',
    /SHA-256 of an empty token/
  ],
  ['a heartbeat elsewhere', 'heartbeat: ‸datadog', /heartbeat: is "datadog", but must be none or cloudwatch/],
  ['a target without type', 'notify: [‸{ name: oncall }]', /notify\[0\]\.type: is missing: it must be webhook, slack/],
  [
    'a target that this version does not have',
    'notify: [{ name: bus, type: ‸eventbridge }]',
    /notify\[0\]\.type: "eventbridge" is not available in this version/
  ],
  [
    'a webhook that nobody could trust',
    'notify: [‸{ name: a, type: webhook, url: "https://example.com/x" }]',
    /notify\[0\]\.secret: is missing: messages are signed with it/
  ],
  [
    'a secret that is too short, which is not shown',
    'notify: [{ name: a, type: webhook, url: "https://example.com/x", secret: ‸hunter2 }]',
    /notify\[0\]\.secret: is (?!.*hunter2).*but must be text of at least 16 characters/
  ],
  [
    'an address with a password, which is not shown',
    'notify: [{ name: a, type: webhook, url: ‸"https://me:hunter2@example.com/x", secret: "0123456789abcdef" }]',
    /notify\[0\]\.url: (?!.*hunter2).*holds a user or password/
  ],
  [
    'a Slack address that others can read',
    'notify: [{ name: a, type: slack, url: ‸"http://hooks.slack.com/services/T0/B0/hunter2" }]',
    /notify\[0\]\.url: (?!.*hunter2).*must begin with https/
  ],
  [
    'what is no address',
    'notify: [{ name: a, type: slack, url: ‸"hooks.slack.com/hunter2" }]',
    /notify\[0\]\.url: is (?!.*hunter2).*but must be the address of an incoming webhook/
  ],
  [
    'a topic that is none',
    'notify: [{ name: a, type: sns, topicArn: ‸"arn:aws:sqs:eu-west-1:111122223333:q" }]',
    /notify\[0\]\.topicArn: .*but must be the ARN of an SNS topic/
  ],
  [
    'an event that there is not',
    'notify: [{ name: a, type: sns, topicArn: "arn:aws:sns:eu-west-1:111122223333:t", events: [‸shift.halt] }]',
    /notify\[0\]\.events\[0\]: is "shift\.halt", but must be .*did you mean shift\.halted\?/
  ],
  [
    'two targets of one name',
    'notify: [{ name: a, type: sns, topicArn: "arn:aws:sns:eu-west-1:111122223333:t" }, { name: ‸a, type: slack, url: "https://example.com/x" }]',
    /notify\[1\]\.name: there is another target named a/
  ],
  ['a public address that is none', 'server: { publicUrl: ‸sluice.example.com }', /publicUrl: is "sluice.example.com"/],
  ['a folder that is not there', 'policies: ‸./nowhere', /policies: there is no folder .*nowhere/],
  ['a file as folder', 'migrations: ‸sluice.yaml', /migrations: there is no folder .*sluice\.yaml/],
  [
    'a second document',
    'log: { level: info }\n---\n‸log: { level: debug }',
    'F:3:1: this file holds one document only'
  ],
  ['a list', '‸- a', /F:1:1: is a list, but must be a map/],
  [
    'a variable between braces without quotes',
    'log: { level: $‸{LEVEL} }',
    /not valid YAML: .* \(between \{ \} or \[ \] a \$\{NAME\} must be in quotes\)/
  ],
  ['an unset variable', 'log:\n  level: ‸${LEVEL}', /the environment variable LEVEL is not set/],
  [
    'many things at once, in the order of the file',
    'server:\n  host: ‸0.0.0.0\n  port: ‸-1\n  ‸prot: 1\nstore: { path: ‸"" }\naws:\n  region: ‸${NOWHERE}\npolicies: ‸gone\nmigrations: ‸7\nlog: { level: ‸loud }',
    /server\.host/,
    /server\.port/,
    /server\.prot: unknown key; did you mean port\?/,
    /store\.path: is "", but must be text that is not empty/,
    /NOWHERE is not set/,
    /policies: there is no folder/,
    /migrations: is 7/,
    /log\.level: is "loud", but must be trace, debug/
  ]
]

for (const [what, text, ...said] of rows) {
  t.test(`a configuration with ${what} is refused at its place`, async (t) => {
    const { text: clean, places } = marked(text)
    const problems = await problemsOf(withFile(t, clean).file)
    t.equal(problems.length, said.length, problems.join(' | '))
    said.forEach((words, i) => {
      const place = `F:${places[i]?.line}:${places[i]?.column}: `
      t.ok(problems[i]?.startsWith(place), `${problems[i]} is at ${place}`)
      t.match(problems[i], words)
    })
  })
}

t.test('a digest is never printed, nor what the environment holds', async (t) => {
  const text = `server:\n  port: \${SECRET}\n  auth: { tokens: [{ name: a, role: admin, sha256: "${DIGEST}x" }] }\n`
  const problems = (await problemsOf(withFile(t, text).file, { SECRET: 'hunter2' })).join('\n')
  t.match(problems, /server\.port: is \$\{SECRET\} \(from the environment\), but must be a whole number/)
  t.notMatch(problems, /hunter2/)
  t.notMatch(problems, new RegExp(DIGEST))
})

t.test('values come from the environment with their type', async (t) => {
  const text = 'server: \n  port: ${PORT:-8080}\n  host: ${HOST:-127.0.0.1}\nlog: { level: "${LEVEL}" }\n'
  const config = await loadConfig(withFile(t, text).file, { PORT: '9090', LEVEL: 'warn' })
  t.match(config, { server: { port: 9090, host: '127.0.0.1' }, log: { level: 'warn' } })
})

t.test('a region that the file does not say is that of the environment', async (t) => {
  const { file } = withFile(t, '')
  t.equal(
    (await loadConfig(file, { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' })).aws.region,
    'eu-west-1'
  )
  t.equal((await loadConfig(file, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' })).aws.region, 'us-east-1')
  const { file: stated } = withFile(t, 'aws: { region: ap-northeast-1 }')
  t.equal((await loadConfig(stated, { AWS_REGION: 'eu-west-1' })).aws.region, 'ap-northeast-1')
})

t.test('a file that is not there, and one that is a folder, are errors of their own', async (t) => {
  const { dir } = withFile(t, '')
  const message = (name: string) => loadConfig(join(dir, name), {}).then(String, (fault: Error) => fault.message)
  t.match(await message('none.yaml'), /none\.yaml: there is no such file or folder/)
  t.match(await message('others'), /others: is a folder, not a file/)
})

t.test('the variables of Sluice itself', async (t) => {
  t.equal(configFileOf({}), 'config/sluice.yaml')
  t.equal(configFileOf({ SLUICE_CONFIG: '/etc/sluice.yaml' }), '/etc/sluice.yaml')
  t.equal(configFileOf({ SLUICE_CONFIG: '' }), 'config/sluice.yaml')
  t.equal(urlOf({}), 'http://127.0.0.1:8080')
  t.equal(urlOf({ SLUICE_URL: 'http://a:1' }), 'http://a:1')
  t.equal(tokenOf({}), null)
  t.equal(tokenOf({ SLUICE_TOKEN: 's' }), 's')
  t.equal(regionOf({}), null)
})
