/** Commands that need no daemon: validate, schema, lab, what is absent, help; and the real process. */
import t from 'tap'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Lab } from '../../src/lab/lab.ts'
import type { LabOptions } from '../../src/lab/options.ts'
import { closedUrl, fakeDaemon, json } from './support/daemon.ts'
import { launch, sluice } from './support/sluice.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

const POLICY = `apiVersion: sluice/v1
kind: Policy
name: standard
steps:
  - { percent: 10, bake: 10m }
  - { percent: 100, bake: 30m }
gates: none
`

t.test('validate FILES: says what is right, and every problem of every file at the beginning of a line', async (t) => {
  const folder = t.testdir({
    'good.yaml': POLICY,
    'bad.yaml': POLICY.replace('standard', 'bad').replace('percent: 10,', 'percent: 1000,'),
    'worse.yaml': 'kind: Polisy\n',
    'note.txt': 'no yaml',
    '..data': {}
  })
  const good = await sluice(['validate', join(folder, 'good.yaml')])
  t.match(good, { code: 0, out: 'valid: policies 1, migrations 0\n' })
  const { code, err, out } = await sluice(['validate', folder])
  t.equal(code, 2)
  t.equal(out, '')
  t.match(err, `${join(folder, 'bad.yaml')}:5:`)
  t.match(err, /^sluice: there are \d problems$/m)
  t.match(err, `\n${join(folder, 'worse.yaml')}:1:`)
  t.notMatch(err, 'note.txt')
})

t.test('validate FILES: a file that is not there, and a name in two files, are problems', async (t) => {
  const folder = t.testdir({ 'a.yaml': POLICY, 'b.yaml': POLICY })
  const { code, err } = await sluice([
    'validate',
    join(folder, 'a.yaml'),
    join(folder, 'b.yaml'),
    join(folder, 'c.yaml')
  ])
  t.equal(code, 2)
  t.match(err, `${join(folder, 'b.yaml')}: name: Policy standard stands in ${join(folder, 'a.yaml')} too`)
  t.match(err, `${join(folder, 'c.yaml')}: there is no such file or folder`)
})

t.test(
  'validate: without FILES the settings and all that they name; --config and SLUICE_CONFIG say which',
  async (t) => {
    const folder = t.testdir({
      'sluice.yaml': 'policies: ./policies\nmigrations: ./migrations\n',
      'wrong.yaml': 'polices: ./policies\npolicies: ./policies\nmigrations: ./migrations\n',
      policies: { 'p.yaml': POLICY },
      migrations: {}
    })
    const right = join(folder, 'sluice.yaml')
    t.match(await sluice(['validate', '--config', right]), { code: 0, out: 'valid: policies 1, migrations 0\n' })
    t.match(await sluice(['validate'], { env: { SLUICE_CONFIG: right } }), { code: 0 })
    const { code, err } = await sluice(['validate', '--config', join(folder, 'wrong.yaml')])
    t.equal(code, 2)
    t.match(err, `${join(folder, 'wrong.yaml')}:1:1: polices: `)
    t.equal((await sluice(['validate', '--config', join(folder, 'none.yaml')])).code, 2)
  }
)

t.test('validate --json: problems with file, line and column on stdout', async (t) => {
  const folder = t.testdir({ 'a.yaml': POLICY.replace('gates: none', 'gats: none') })
  const { code, out } = await sluice(['validate', '--json', join(folder, 'a.yaml')])
  t.equal(code, 2)
  const found = JSON.parse(out) as { valid: boolean; errors: { file: string; line: number; key: string }[] }
  t.equal(found.valid, false)
  t.match(found.errors, [{ file: join(folder, 'a.yaml'), line: Number, column: Number, key: String, message: String }])
  const right = t.testdir({ 'a.yaml': POLICY })
  t.match(JSON.parse((await sluice(['validate', '--json', right])).out), {
    valid: true,
    errors: [],
    names: [{ kind: 'Policy', name: 'standard' }]
  })
})

t.test('validate --server: a daemon checks the files, and its problems name them', async (t) => {
  const folder = t.testdir({ 'a.yaml': POLICY, 'b.yaml': 'kind: New' })
  const wrong = { file: 'body', place: { line: 1, column: 7 }, key: 'kind', message: 'is new to me' }
  const daemon = await fakeDaemon(t, {
    'POST /v1/validate': ({ body, headers }) =>
      headers['content-type'] === 'application/yaml' && body === POLICY
        ? json({ valid: true, errors: [], warnings: [], names: [{ kind: 'Policy', name: 'standard' }] })
        : json({ valid: false, errors: [wrong], warnings: [], names: [] })
  })
  const a = join(folder, 'a.yaml')
  t.match(await sluice(['validate', a, '--server', daemon.url]), { code: 0, out: 'valid: policies 1, migrations 0\n' })
  const { code, err } = await sluice(['validate', folder, '--server', daemon.url])
  t.equal(code, 2)
  t.match(err, `\n${join(folder, 'b.yaml')}:1:7: kind: is new to me\n`)
  t.equal((await sluice(['validate', '--server', daemon.url])).code, 2)
  t.equal((await sluice(['validate', a, '--config', a])).code, 2)
  t.equal((await sluice(['validate', a], { url: await closedUrl() })).code, 0, 'SLUICE_URL alone asks no daemon')
})

t.test('schema prints the JSON Schema of each kind', async (t) => {
  for (const [kind, key] of [
    ['policy', 'steps'],
    ['migration', 'routes'],
    ['config', 'server']
  ] as const) {
    const { code, out } = await sluice(['schema', kind])
    t.equal(code, 0)
    t.ok(Object.hasOwn((JSON.parse(out) as { properties: object }).properties, key), kind)
  }
  t.equal((await sluice(['schema', 'shift'])).code, 2)
  t.equal((await sluice(['schema', 'policy', '--json'])).out.trim().split('\n').length, 1)
})

t.test('lab: every flag reaches the lab; it lives until it is told to stop', async (t) => {
  const calls: unknown[] = []
  const lab = {
    endpoint: 'http://127.0.0.1:1',
    arns: { all: () => ({}) },
    close: async () => void calls.push('closed')
  } as unknown as Lab
  const parts = {
    startLab: async (options: LabOptions) => (calls.push(options), lab),
    introduction: () => '# the lab runs'
  }
  const loaders = { lab: async () => parts }
  const running = launch(['lab'], { loaders })
  await running.said('# the lab runs\n')
  t.strictSame(calls, [{ rps: 50 }])
  running.signal('SIGINT')
  t.equal((await running.done).code, 0)
  t.equal(calls.at(-1), 'closed')
  const flags =
    '--aws-port 1 --control-port 2 --rps 0 --users 4 --seed 5 --period 1s --metric-delay 2s --propagation 3s --health-check 4s'
  const second = launch(['lab', '--json', ...flags.split(' ')], { loaders })
  await second.said('"endpoint":"http://127.0.0.1:1"')
  second.signal('SIGTERM')
  await second.done
  t.strictSame(calls[2], {
    awsPort: 1,
    controlPort: 2,
    rps: 0,
    users: 4,
    seed: 5,
    periodMs: 1000,
    metricDelayMs: 2000,
    propagationMs: 3000,
    healthCheckMs: 4000
  })
})

t.test('lab --dns: Route 53, a name server and resolvers as well, and what may be turned of them', async (t) => {
  const calls: unknown[] = []
  const lab = {
    arns: { all: () => ({}) },
    dns: { host: '127.0.0.1', port: 5300, routes: [{ record: 'api.example.com' }] },
    close: async () => undefined
  } as unknown as Lab
  const parts = {
    startLab: async (options: LabOptions) => (calls.push(options), lab),
    introduction: () => '# the lab runs'
  }
  const loaders = { lab: async () => parts }
  const plain = launch(['lab', '--dns'], { loaders })
  await plain.said('# the lab runs')
  plain.signal('SIGINT')
  await plain.done
  const turned = launch('lab --json --dns --dns-port 5300 --insync 30s --ttl 5s'.split(' '), { loaders })
  await turned.said('"dns":{"host":"127.0.0.1","port":5300,"records":["api.example.com"]}')
  turned.signal('SIGINT')
  await turned.done
  t.strictSame(calls, [
    { rps: 50, dns: {} },
    { rps: 50, dns: { port: 5300, insyncMs: 30_000, aliasTtlSeconds: 5 } }
  ])
  for (const [line, words] of [
    ['lab --insync 5s', /--dns/],
    ['lab --dns-port 0', /--dns/],
    ['lab --dns --ttl 500ms', /whole seconds/]
  ] as const) {
    const { code, err } = await sluice(line.split(' '), { loaders })
    t.equal(code, 2, line)
    t.match(err, words)
  }
  t.equal(calls.length, 2, 'nothing was started')
})

t.test('validate FILES: a side that says no region has that of the settings, or of the environment', async (t) => {
  const route = '{ name: api, type: route53, hostedZone: Z0123456789ABCDEFGHIJ, record: a.example.com,'
  const sides = 'old: { setIdentifier: blue }, new: { setIdentifier: green } }'
  const folder = t.testdir({
    'm.yaml': `apiVersion: sluice/v1\nkind: Migration\nname: m\nroutes:\n  - ${route} ${sides}\n`,
    'sluice.yaml': 'aws: { region: eu-north-1 }\npolicies: ./policies\nmigrations: ./migrations\n',
    policies: {},
    migrations: {}
  })
  const file = join(folder, 'm.yaml')
  const nowhere = { SLUICE_CONFIG: join(folder, 'none.yaml') }
  t.match(await sluice(['validate', file], { env: nowhere }), { code: 2, err: /new\.region|old\.region/ })
  t.match(await sluice(['validate', file], { env: { ...nowhere, AWS_REGION: 'eu-west-1' } }), { code: 0 })
  t.match(await sluice(['validate', file], { env: { SLUICE_CONFIG: join(folder, 'sluice.yaml') } }), { code: 0 })
})

t.test('what is not in this version says so and exits 2, whatever follows', async (t) => {
  for (const name of ['plan', 'rehearse', 'backtest', 'compare']) {
    const { code, err, out } = await sluice([name, 'x', '--policy', 'p'])
    t.equal(code, 2, name)
    t.equal(out, '')
    t.equal(err, `sluice: "sluice ${name}" is not in this version\n`)
    t.match(JSON.parse((await sluice([name, '--json'])).err), { code: 'usage' })
  }
})

t.test('help and version are exit 0 on stdout, nothing at all and nonsense exit 2 on stderr', async (t) => {
  t.match(await sluice(['--help']), { code: 0, out: /Usage: sluice/, err: '' })
  t.match(await sluice(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ })
  t.match(await sluice([]), { code: 2, out: '', err: /Usage: sluice/ })
  t.match(await sluice(['stats']), { code: 2, out: '', err: /unknown command 'stats'\n\(Did you mean status\?\)/ })
  t.match(await sluice(['list', '--colour']), { code: 2, err: /unknown option '--colour'/ })
})

t.test('every command of the contract has --help and --json; those that talk to the daemon --server', async (t) => {
  const remote =
    'start list status watch abort pause resume advance approve reject release restore events report undo stop'.split(
      ' '
    )
  for (const name of [...remote, 'serve', 'validate', 'lab', 'schema']) {
    const { code, out } = await sluice([name, '--help'])
    t.equal(code, 0, name)
    t.match(out, '--json', name)
    if (remote.includes(name) || name === 'validate') t.match(out, '--server <url>', name)
  }
})

async function spawned(...line: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...line], { stdio: ['ignore', 'pipe', 'pipe'], env: { NO_COLOR: '1' } })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, out, err }
}

t.test('as a process: --help, and the exit code of a mistake', async (t) => {
  const help = await spawned('--help')
  t.equal(help.code, 0)
  t.match(help.out, /Usage: sluice \[options\] \[command\]/)
  t.equal(help.err, '')
  const wrong = await spawned('list', '--server', 'nonsense')
  t.equal(wrong.code, 2)
  t.match(wrong.err, /^sluice: --server/)
})

t.test('as a process: a reader that leaves is no error to talk about', async (t) => {
  const child = spawn(process.execPath, [MAIN, 'schema', 'policy'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let err = ''
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  t.equal(err, '')
  t.equal(code, 141)
})
