import t from 'tap'
import type { Daemon, StartDaemon } from '../../src/cli/loaders.ts'
import { ConfigError } from '../../src/config/problem.ts'
import { ShiftError } from '../../src/errors.ts'
import { launch, sluice, type Setup } from './support/sluice.ts'

interface Log {
  readonly calls: string[]
  readonly setup: Setup
}

/** A daemon that writes down what is done to it. */
function fake(change: Partial<Daemon> = {}, env: NodeJS.ProcessEnv = {}): Log {
  const calls: string[] = []
  const ended = Promise.withResolvers<void>()
  const start: StartDaemon = async (options) => {
    const flag = options.createTable ? '--create-table' : ''
    calls.push(`start ${options.configFile} ${options.env['MARK'] ?? ''}${flag}`.trim())
    return {
      url: 'http://127.0.0.1:8080',
      close: async (reason) => {
        calls.push(`close ${reason}`)
        ended.resolve()
      },
      reload: async () => void calls.push('reload'),
      done: ended.promise,
      ...change
    }
  }
  return { calls, setup: { env, loaders: { daemon: async () => start } } }
}

t.test('--config wins over SLUICE_CONFIG, which wins over config/sluice.yaml', async (t) => {
  for (const [line, env, want] of [
    [['serve'], {}, 'start config/sluice.yaml'],
    [['serve'], { SLUICE_CONFIG: '' }, 'start config/sluice.yaml'],
    [['serve'], { SLUICE_CONFIG: 'a.yaml', MARK: 'env' }, 'start a.yaml env'],
    [['serve', '--config', 'b.yaml'], { SLUICE_CONFIG: 'a.yaml' }, 'start b.yaml'],
    [['serve', '--create-table'], {}, 'start config/sluice.yaml --create-table']
  ] as const) {
    const { calls, setup } = fake({}, env)
    const running = launch(line, setup)
    await running.said('listening on http://127.0.0.1:8080')
    running.signal('SIGTERM')
    await running.done
    t.equal(calls[0], want)
  }
})

t.test('SIGTERM and SIGINT close the daemon, and the process ends with 0 whatever is still open', async (t) => {
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    const { calls, setup } = fake()
    const running = launch(['serve'], setup)
    await running.said('listening')
    running.signal(name)
    const { code, exits, err } = await running.done
    t.equal(code, 0)
    t.strictSame(exits, [0])
    t.strictSame(calls.slice(1), [`close ${name}`])
    t.match(err, `${name}: closing; traffic stays where it is`)
  }
})

t.test('a daemon that does not close within 10 s is left, with 1', async (t) => {
  const { setup } = fake({ close: () => new Promise(() => undefined), done: new Promise(() => undefined) })
  const running = launch(['serve'], setup)
  await running.said('listening')
  running.signal('SIGTERM')
  await running.clock.slept(10_000)
  running.clock.advance(9_999)
  await new Promise((resolve) => setImmediate(resolve))
  running.clock.advance(1)
  const { code, exits, err } = await running.done
  t.equal(code, 1)
  t.strictSame(exits, [1])
  t.match(err, /not closed within 10s/)
})

t.test('a second signal means now', async (t) => {
  const closing = Promise.withResolvers<void>()
  const { setup } = fake({ close: () => closing.promise, done: new Promise(() => undefined) })
  const running = launch(['serve'], setup)
  await running.said('listening')
  running.signal('SIGINT')
  await running.said('closing')
  running.signal('SIGINT')
  closing.resolve()
  t.strictSame((await running.done).exits, [1, 0])
})

t.test('SIGHUP reloads; what is wrong is told and the daemon goes on', async (t) => {
  const errors = [{ field: 'policies/a.yaml:3:5', message: 'steps: must not be empty' }]
  let first = true
  const { calls, setup } = fake({
    reload: async () => {
      if (!first) throw new ShiftError('invalid_configuration', 'one error', { errors })
      first = false
    }
  })
  const running = launch(['serve'], setup)
  await running.said('listening')
  running.signal('SIGHUP')
  await running.said('policies and migrations read again')
  running.signal('SIGHUP')
  await running.said('\npolicies/a.yaml:3:5: steps: must not be empty\n')
  running.signal('SIGTERM')
  t.equal((await running.done).code, 0)
  t.strictSame(calls.slice(1), ['close SIGTERM'])
})

t.test('a signal that comes while it starts is neither lost nor deadly', async (t) => {
  const { calls, setup } = fake()
  const gate = Promise.withResolvers<void>()
  const loaders = {
    daemon: async () => {
      await gate.promise
      return setup.loaders?.daemon?.() as Promise<StartDaemon>
    }
  }
  const running = launch(['serve'], { loaders })
  running.signal('SIGHUP')
  running.signal('SIGTERM')
  gate.resolve()
  t.equal((await running.done).code, 0)
  t.strictSame(calls, ['start config/sluice.yaml', 'reload', 'close SIGTERM'])
})

t.test('a wrong configuration prints every problem, each at the beginning of a line, and exits 2', async (t) => {
  const problems = [
    { file: 'c.yaml', place: { line: 3, column: 9 }, key: 'server.port', message: 'is 70000, allowed 0 to 65535' },
    { file: 'p.yaml', place: null, key: '', message: 'there is no such file or folder' }
  ]
  const loaders = {
    daemon: async () => async () => {
      throw new ConfigError(problems)
    }
  }
  const { code, err, exits } = await sluice(['serve'], { loaders })
  t.equal(code, 2)
  t.strictSame(exits, [])
  t.equal(
    err,
    'sluice: there are 2 problems\nc.yaml:3:9: server.port: is 70000, allowed 0 to 65535\np.yaml: there is no such file or folder\n'
  )
  t.match(JSON.parse((await sluice(['serve', '--json'], { loaders })).err), {
    code: 'invalid_configuration',
    errors: [{ field: 'c.yaml:3:9' }, { field: 'p.yaml' }]
  })
})

t.test('a daemon that ends by itself ends the process: 0, or 1 on a bug, without a stack trace', async (t) => {
  t.equal((await sluice(['serve'], fake({ done: Promise.resolve() }).setup)).code, 0)
  const { code, err } = await sluice(['serve'], fake({ done: Promise.reject(new Error('assertion failed')) }).setup)
  t.equal(code, 1)
  t.match(err, /sluice: unexpected: assertion failed\n/)
  t.notMatch(err, /at .*\.ts:\d+/)
})
