/**
 * The daemon as a process: alone with its database, obedient to its signals, honest in its exit codes and files.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { daemonProcess } from '../../src/cli/demo/daemonProcess.ts'
import { LADDER } from './support/cases.ts'
import { aDaemon, FOR_TESTS, until, type Daemon } from './support/daemon.ts'
import { HALF, policyText, WHOLE } from './support/policy.ts'
import { aScenario, endsAs } from './support/scenario.ts'
import { aTown } from './support/town.ts'

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const CLOSE_MS = 10_000
const ENDS_MS = 60_000
const clock = systemClock()

t.setTimeout(600_000)
t.jobs = 4

/** `sluice serve` to its end; one that does not end is killed. */
async function serve(folder: string, env: Readonly<Record<string, string>>) {
  const args = ['--no-warnings', PROGRAM, 'serve', '--config', join(folder, 'sluice.yaml')]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env, ...FOR_TESTS },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const limit = clock.timeout(ENDS_MS)
  limit.signal.addEventListener('abort', () => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  limit.clear()
  return { code, said }
}

const addressOf = (daemon: Daemon) =>
  readFile(join(daemon.process.folder, 'address'), 'utf8').catch((error: NodeJS.ErrnoException) => error.code)

/** SIGTERM, and how it ended. */
async function terminate(daemon: Daemon) {
  const startedAt = clock.now()
  await daemon.process.end('SIGTERM')
  return { code: daemon.process.process().exitCode, ms: clock.now() - startedAt }
}

void t.test(
  'a second daemon on the same database is refused at once, and the first does not notice',
  async (t: Test) => {
    const town = await aTown(t, [{ name: 'web' }])
    const scenario = await aScenario(t, town, 'web', LADDER)
    const { daemon, id } = scenario
    await daemon.untilPhase(id, 'baking', 50)
    const address = await addressOf(daemon)
    const { code, said } = await serve(daemon.process.folder, town.lab.env)
    t.equal(code, 1)
    t.match(said, /cannot use the database .*sluice\.db: another process has it open/)
    t.notMatch(said, /at file:|listening/, 'no stack trace, and it never listened')
    t.equal(await addressOf(daemon), address, 'the address is still the first one')
    await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
  }
)

void t.test('SIGTERM ends it within 10 s with 0, moves no traffic, and a restart goes on', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }])
  const scenario = await aScenario(t, town, 'web', LADDER)
  const { daemon, id } = scenario
  await daemon.untilPhase(id, 'baking', 50)
  t.equal(await addressOf(daemon), `${daemon.process.url()}\n`)
  // Somebody who waits, and somebody who listens, shall not keep it.
  const waits = fetch(`${daemon.process.url()}/v1/shifts/${id}?wait=5m`).then(
    (response) => response.status,
    () => 'cut'
  )
  const stream = await fetch(`${daemon.process.url()}/v1/shifts/${id}/events`, {
    headers: { accept: 'text/event-stream' }
  })
  const { code, ms } = await terminate(daemon)
  t.equal(code, 0)
  t.ok(ms < CLOSE_MS, `${ms} ms`)
  t.equal(await waits, 200, 'who waited got the shift as it is')
  t.match(await stream.text(), /event: |data: /, 'the stream ended in good order')
  t.equal(await addressOf(daemon), 'ENOENT')
  t.match(await daemon.log(), /traffic stays where it is/)
  const writes = town.writes('web')
  await town.served('web', 20)
  t.strictSame(town.writes('web'), writes)
  await daemon.process.start()
  await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
})

void t.test('SIGTERM waits for a write on its way: nothing lands when nobody is there', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web', attached: true }])
  town.lab.faults.add({ kind: 'latency', operation: 'ModifyListener', latencyMs: 2_000 })
  const scenario = await aScenario(t, town, 'web', { steps: [WHOLE] })
  const { daemon } = scenario
  const onItsWay = () => town.lab.faults.list().some(({ hits }) => hits > 0)
  await until('the write is on its way', () => (onItsWay() ? true : null))
  const { code, ms } = await terminate(daemon)
  t.equal(code, 0)
  t.ok(ms < CLOSE_MS, `${ms} ms`)
  t.strictSame(
    town.writes('web').map(({ percent }) => percent),
    [100]
  )
  await daemon.process.start()
  await endsAs(scenario, { phase: 'completed', writes: [100] })
})

void t.test('SIGHUP reads policies and migrations again, all of them or none', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }])
  const scenario = await aScenario(t, town, 'web', LADDER)
  const { daemon, id } = scenario
  const file = (name: string) => join(daemon.process.folder, 'policies', `${name}.yaml`)
  const write = (name: string, ...steps: readonly string[]) => writeFile(file(name), policyText({ name, steps }))
  const hangUp = () => daemon.process.process().kill('SIGHUP')
  const names = async () =>
    ((await daemon.ask('GET', 'v1/policies')).body['items'] as { name: string }[]).map((one) => one.name)
  await daemon.untilPhase(id, 'baking', 50)
  const { step } = await daemon.get(id)
  t.strictSame(await names(), ['quick'])

  await write('other', WHOLE)
  await write('quick', HALF)
  hangUp()
  await until('the new policy is there', async () => ((await names()).includes('other') ? true : null))
  t.equal((await daemon.get(id)).step?.of, step?.of, 'a running shift keeps the policy that it began with')

  await write('third', WHOLE)
  await writeFile(file('other'), (await readFile(file('other'), 'utf8')).replace('percent: 100', 'percent: 101'))
  hangUp()
  await until('the error is said', async () =>
    /policies\/other\.yaml:\d+:\d+: .*101/.test(await daemon.log()) ? true : null
  )
  t.strictSame(
    await names(),
    ['other', 'quick'],
    'nothing of what was wrong is taken over, nor what was right beside it'
  )

  await write('other', WHOLE)
  hangUp()
  await until('all of it is there', async () => ((await names()).includes('third') ? true : null))
  await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
})

void t.test('the address file of a killed daemon is written over by the next', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }])
  const daemon = await aDaemon(t, town.lab, { policies: {}, migrations: {} })
  await daemon.process.end('SIGKILL')
  t.equal(await addressOf(daemon), `${daemon.process.url()}\n`)
  await daemon.process.start()
  t.equal(await addressOf(daemon), `${daemon.process.url()}\n`)
  t.equal((await terminate(daemon)).code, 0)
  t.equal(await addressOf(daemon), 'ENOENT')
})

void t.test('a daemon that is killed while it starts is told of at once', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }])
  const daemon = await daemonProcess(clock, { policies: {}, migrations: {} }, { ...town.lab.env, ...FOR_TESTS })
  t.teardown(() => daemon.remove())
  const startedAt = clock.now()
  const starting = t.rejects(daemon.start(), /did not start/)
  await until('it was spawned', () => {
    try {
      return daemon.process()
    } catch {
      return null
    }
  })
  await daemon.end('SIGKILL')
  await starting
  t.ok(clock.now() - startedAt < 15_000, 'not only when the time to start is over')
})

void t.test('AWS does not answer: it starts, says that it has seen nothing yet, and obeys SIGTERM', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }])
  const { daemon, id } = await aScenario(t, town, 'web', LADDER)
  await daemon.untilPhase(id, 'baking', 50)
  await daemon.process.end('SIGKILL')
  town.lab.faults.add({ kind: 'hang' })
  await daemon.process.start()
  t.match(await daemon.ask('GET', 'readyz'), { status: 200, body: { ready: true, shifts: 1, lastObservationAt: null } })
  t.match(await daemon.get(id), { phase: 'baking', percent: 50, routes: [{ livePercent: null }] })
  const { code, ms } = await terminate(daemon)
  t.equal(code, 0)
  t.ok(ms < CLOSE_MS, `${ms} ms`)
})

void t.test('FM-45: its database is lost at 50 %: it says so, and touches nothing', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }])
  const scenario = await aScenario(t, town, 'web', LADDER)
  const { daemon, id } = scenario
  await daemon.untilPhase(id, 'baking', 50)
  t.equal(await daemon.metric('sluice_orphaned_routes'), 0)
  await daemon.process.end('SIGKILL')
  await rm(join(daemon.process.folder, 'data'), { recursive: true })
  await daemon.process.start()
  t.equal((await daemon.ask('GET', `v1/shifts/${id}`)).status, 404)
  await until('it is metered', async () => ((await daemon.metric('sluice_orphaned_routes')) === 1 ? true : null))
  t.match(await daemon.log(), /"routes":\["web\/web"\].*routes between 0 and 100 % that no shift watches/)
  await town.served('web', 20)
  t.strictSame(
    town.writes('web').map(({ percent }) => percent),
    [0, 50]
  )

  const refused = await daemon.untilEnded(await daemon.shift('web', 'quick'))
  t.equal(refused.phase, 'refused')
  t.match(
    refused.findings.filter(({ severity }) => severity === 'blocker'),
    [{ code: 'new_has_weight' }]
  )
  const { status, body } = await daemon.ask('POST', 'v1/shifts', { migration: 'web', policy: 'quick', from: 'live' })
  t.equal(status, 201)
  const taken = await daemon.untilEnded(String(body['id']))
  t.equal(taken.phase, 'completed', 'a person can take it up from where it stands')
  t.strictSame(
    town.writes('web').map(({ percent }) => percent),
    [0, 50, 100]
  )
})
