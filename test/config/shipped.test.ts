import t from 'tap'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCatalogue } from '../../src/config/catalogue.ts'
import { loadConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/problem.ts'
import { fitProblems, shortestBakeMs } from '../../src/core/policyRules.ts'

const root = join(import.meta.dirname, '../..')
const yamlIn = async (folder: string) =>
  (await readdir(join(root, folder))).filter((name) => /\.ya?ml$/.test(name)).sort()

t.test('config/sluice.yaml loads, and finds the policies and migrations beside it', async (t) => {
  const config = await loadConfig(join(root, 'config/sluice.yaml'), {})
  t.match(config, {
    server: { host: '127.0.0.1', port: 8080, auth: { tokens: [] } },
    store: { type: 'sqlite', path: join(root, 'data/sluice.db') },
    aws: { region: 'ap-northeast-1' },
    policies: join(root, 'policies'),
    migrations: join(root, 'config/migrations')
  })
  const catalogue = await makeCatalogue(config, {})
  t.equal(catalogue.policies().length, (await yamlIn('policies')).length)
  t.equal(catalogue.migrations().length, (await yamlIn('config/migrations')).length)
  t.same(catalogue.warnings(), [])
})

t.test(
  'every policy fits every example, FM-46: watches errors, statuses and targets, and is called as its file',
  async (t) => {
    const catalogue = await makeCatalogue(
      { policies: join(root, 'policies'), migrations: join(root, 'config/migrations') },
      {}
    )
    t.same(
      catalogue.policies().map(({ name }) => name),
      ['cautious', 'fast', 'observe', 'standard']
    )
    for (const { name, file, value } of catalogue.policies()) {
      t.equal(file, join(root, `policies/${name}.yaml`))
      t.same(new Set(value.gates.map(({ type }) => type)), new Set(['errorRate', 'statusMix', 'targetHealth']))
      t.equal(value.mode, name === 'observe' ? 'observe' : 'act')
      t.ok(
        value.gates.every((gate) => gate.type !== 'errorRate' || gate.against === 'old'),
        'FM-46: new is compared with old'
      )
      value.steps.forEach(({ bakeMs }, i) => {
        for (const gate of value.gates) t.ok(bakeMs >= shortestBakeMs(gate, i === 0), `${name}: step ${i}`)
      })
      for (const migration of catalogue.migrations()) t.same(fitProblems(value, migration.value, { tokens: true }), [])
    }
  }
)

t.test('every policy opens with when to use it and when not', async (t) => {
  for (const file of await yamlIn('policies')) {
    const text = await readFile(join(root, 'policies', file), 'utf8')
    const comment = text.slice(0, text.indexOf('apiVersion'))
    t.ok(comment.startsWith('# ') && comment.includes('# Not for: '), file)
  }
})

t.test('config/container.yaml needs a token, and listens where others can reach it', async (t) => {
  const text = await readFile(join(root, 'config/container.yaml'), 'utf8')
  const dir = t.testdir({ policies: {}, migrations: {} })
  const file = join(dir, 'container.yaml')
  await writeFile(file, text.replaceAll('/etc/sluice', dir))
  const digest = 'ab'.repeat(32)
  t.match(await loadConfig(file, { SLUICE_TOKEN_SHA256: digest }), {
    server: {
      host: '0.0.0.0',
      port: 8080,
      auth: { tokens: [{ name: 'admin', role: 'admin', sha256: digest }], metrics: 'open' }
    },
    store: { type: 'sqlite', path: '/data/sluice.db' },
    policies: join(dir, 'policies'),
    migrations: join(dir, 'migrations'),
    log: { level: 'info' }
  })
  const changed = await loadConfig(file, {
    SLUICE_TOKEN_SHA256: '1'.repeat(64),
    SLUICE_PORT: '9',
    SLUICE_TOKEN_NAME: 'ops',
    SLUICE_LOG_LEVEL: 'warn'
  })
  t.match(changed, {
    server: { port: 9, auth: { tokens: [{ name: 'ops', sha256: '1'.repeat(64) }] } },
    log: { level: 'warn' }
  })
  await t.rejects(loadConfig(file, {}), ConfigError)
  await t.rejects(loadConfig(file, {}), {
    message: /container\.yaml:12:17: the environment variable SLUICE_TOKEN_SHA256 is not set/
  })
})

t.test('every file of config is covered above', async (t) => {
  t.same(await yamlIn('config'), ['container.yaml', 'sluice.yaml'])
})
