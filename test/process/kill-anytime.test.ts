/**
 * kill -9 at moments that nobody chose: ten times on the way to 100 %, ten times on the way back, and once in the worst
 * one, while a write is on its way that lands when another process believes that everything is over.
 */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { randomFor } from '../../src/lab/random.ts'
import { makeStore } from '../../src/stores/index.ts'
import { until } from './support/daemon.ts'
import { LADDER } from './support/cases.ts'
import { aScenario, confirmed, endsAs, endsWell, type Scenario } from './support/scenario.ts'
import { aTown } from './support/town.ts'

const SEED = 20_260_301
/** In each of the two tests, chosen ones included. */
const KILLS = 10
const clock = systemClock()

/** A write that a kill left unanswered keeps a shift open for 90 s more. */
t.setTimeout(600_000)
t.jobs = 3

/** What stands in the file, read while nobody has it open. */
async function left({ daemon, id }: Scenario) {
  const store = makeStore({ type: 'sqlite', path: join(daemon.process.folder, 'data', 'sluice.db') }, clock)
  try {
    const [shift, events] = [await store.load(id), await store.events(id, 0, 1_000)]
    if (!shift) throw new Error(`the file has lost ${id}`)
    return { shift, seqs: events.map(({ seq }) => seq), open: shift.routes.flatMap(({ asks }) => asks).length }
  } finally {
    await store.close()
  }
}

/**
 * Starts the process and kills it `kills` times: every other time soon after it was spawned, perhaps before it listens, else
 * some time after it listens. Answers the phase it was in each time, with a + for each write of unknown outcome.
 */
async function killOften(scenario: Scenario, kills: number, random: () => number): Promise<readonly string[]> {
  const { t, daemon } = scenario
  const phases: string[] = []
  for (let n = 0; n < kills; n += 1) {
    const starting = daemon.process.start().then(
      () => true,
      () => false
    )
    if (n % 2 === 0) await starting
    await clock.sleep(random() * 1_500)
    await daemon.process.end('SIGKILL')
    await starting
    const { shift, seqs, open } = await left(scenario)
    t.strictSame(
      seqs,
      Array.from({ length: shift.seq }, (_, i) => i + 1),
      'the log in the file is whole'
    )
    phases.push(`${shift.phase.kind}${'+'.repeat(open)}`)
  }
  return phases
}

function openOnes(phases: readonly string[]): readonly string[] {
  return phases.filter((phase) => !/^(completed|aborted|rolled_back)/.test(phase))
}

void t.test(`killed ${KILLS} times at random on the way to 100 %: it ends there`, async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }], { seed: SEED })
  const random = randomFor(SEED, 'forward')
  const scenario = await aScenario(t, town, 'web', {
    steps: ['{ percent: 20, bake: 4s }', '{ percent: 60, bake: 4s, approval: true }', '{ percent: 100, bake: 6s }']
  })
  const { daemon, id } = scenario
  await daemon.process.end('SIGKILL')
  const before = await killOften(scenario, 6, random)
  await daemon.process.start()
  await daemon.untilPhase(id, 'awaiting_approval')
  await daemon.order(id, 'approve', { step: 1 })
  await daemon.process.end('SIGKILL')
  const after = await killOften(scenario, 2, random)
  t.comment(`seed ${SEED}: ${[...before, 'approved', ...after].join(' ')}`)
  t.equal(openOnes(before).length, 6, 'it could not end before a person approved')
  await daemon.process.start()
  await endsWell(scenario, 'completed')
  const percents = town.writes('web').map(({ percent }) => percent)
  t.strictSame([...new Set(percents)], [0, 20, 60, 100], 'only the weights of the plan, in its order')
  t.strictSame(
    percents,
    percents.toSorted((a, b) => a - b),
    'and never a step back'
  )
})

void t.test(`killed ${KILLS} times at random on the way back: it ends there`, async (t: Test) => {
  const town = await aTown(t, [{ name: 'web' }], { seed: SEED })
  const random = randomFor(SEED, 'back')
  const scenario = await aScenario(t, town, 'web', { ...LADDER, settle: '4s' })
  const { daemon, id } = scenario
  await daemon.untilPhase(id, 'baking', 50)
  // First AWS lets nothing through, then it is slow: many of the kills find a write on its way.
  const lift = town.lab.faults.add({ kind: 'throttle', operation: 'ModifyListener' })
  await daemon.order(id, 'abort', { reason: 'enough' })
  await daemon.process.end('SIGKILL')
  const shut = await killOften(scenario, 7, random)
  lift()
  town.lab.faults.add({ kind: 'latency', operation: 'ModifyListener', latencyMs: 1_000 })
  const slow = await killOften(scenario, 2, random)
  t.comment(`seed ${SEED}: ${[...shut, 'lifted', ...slow].join(' ')}`)
  t.equal(openOnes(shut).length, 7, 'it could not end while nothing was let through')
  await daemon.process.start()
  await endsWell(scenario, 'aborted')
  const percents = town.writes('web').map(({ percent }) => percent)
  t.strictSame(
    percents.filter((percent, i) => percent !== percents[i - 1]),
    [0, 50, 0],
    'and nothing but the way back came after the way back'
  )
})

void t.test('FM-47: killed with a write on its way that lands after the rollback was read back', async (t: Test) => {
  const town = await aTown(t, [{ name: 'web', sick: true }])
  const scenario = await aScenario(t, town, 'web', LADDER)
  const { daemon, id } = scenario
  await daemon.untilEvent(id, 'new is attached', confirmed(0))
  town.lab.faults.add({ kind: 'hang', operation: 'ModifyListener', times: 1 })
  town.heal('web')
  await until('the write of 50 % is on its way', () => (town.lab.faults.list().length === 0 ? true : null))
  await daemon.order(id, 'abort', { reason: 'enough' })
  await daemon.process.end('SIGKILL')
  t.equal((await left(scenario)).open, 1, 'its outcome is unknown')
  await daemon.process.start()
  await daemon.untilEvent(id, 'all is read back as it should be', ({ type }) => type === 'rollback.confirmed')
  await daemon.untilLooked(id, 2)
  t.equal((await daemon.get(id)).phase, 'rolling_back', 'and yet somebody still watches')
  t.strictSame(
    town.writes('web').map(({ percent }) => percent),
    [0],
    'nothing had to be written: users were never on new'
  )
  town.land('web', 50)
  await endsAs(scenario, { phase: 'aborted', writes: [0, 50, 0] })
  const events = await daemon.events(id)
  const asked = events.find(({ type, data }) => type === 'weight.requested' && data['percent'] === 50)
  const watchedMs = Date.parse(events.at(-1)?.at ?? '') - Date.parse(asked?.at ?? '')
  t.ok(watchedMs >= 90_000, `nothing ended before that write was 90 s old: ${watchedMs / 1000} s`)
})
