/**
 * The process killed with SIGKILL in each phase, and started again, finishes the shift as if nothing had been, without a weight
 * that the plan does not contain. Each scenario has a route, two clusters and a daemon of its own; all share one lab.
 */
import t, { type Test } from 'tap'
import { HALF, WHOLE } from './support/policy.ts'
import { aScenario, confirmed, endsAs, endsWell, killAndRestart, type Scenario } from './support/scenario.ts'
import { aTown, type RouteChoice, type Town } from './support/town.ts'

/** So many daemons at once: more would only wait for each other. */
const SIDE_BY_SIDE = 6

const LADDER = { steps: [HALF, WHOLE] }
/** Long enough in `converging`, or `rolling_back`, to be killed there after the write was read back. */
const SLOW = { ...LADDER, settle: '6s' }

interface Case extends RouteChoice {
  readonly title: string
  readonly policy?: Parameters<typeof aScenario>[3]
  readonly run: (t: Test, scenario: Scenario, town: Town) => Promise<void>
}

const CASES: readonly Case[] = [
  {
    // The first one is a listener's default action: only it is hit by a fault of ModifyListener.
    name: 'web',
    title: 'rolling_back before its write went out, and stuck: it takes users back as soon as AWS lets it',
    policy: { ...LADDER, rollbackWithin: '5s' },
    run: async (t, scenario, { lab }) => {
      const { daemon, id } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      const lift = lab.faults.add({ kind: 'throttle', operation: 'ModifyListener' })
      lab.cluster('new-web').set({ errorRate: 0.6 })
      await daemon.untilPhase(id, 'rolling_back')
      await killAndRestart(scenario)
      await daemon.untilPhase(id, 'stuck')
      await killAndRestart(scenario)
      await daemon.untilLooked(id, 2)
      t.equal((await daemon.get(id)).phase, 'stuck', 'still trying')
      lift()
      await endsAs(scenario, { phase: 'rolled_back', writes: [0, 50, 0] })
    }
  },
  {
    name: 'preflight',
    title: 'preflight: nothing was written, and the plan is carried out from its beginning',
    attached: true,
    sick: true,
    run: async (t, scenario, town) => {
      const { daemon, id } = scenario
      await daemon.untilLooked(id, 2)
      await killAndRestart(scenario)
      await daemon.untilLooked(id, 2)
      t.equal((await daemon.get(id)).phase, 'preflight')
      town.heal('preflight')
      await endsAs(scenario, { phase: 'completed', writes: [50, 100] })
    }
  },
  {
    name: 'attach',
    title: 'converging at 0 %: new stays attached, is not attached again, and goes on once it is healthy',
    sick: true,
    run: async (t, scenario, town) => {
      const { daemon, id } = scenario
      await daemon.untilEvent(id, 'new is attached', confirmed(0))
      await killAndRestart(scenario)
      await daemon.untilLooked(id, 2)
      t.match(await daemon.get(id), { phase: 'converging', percent: 0 })
      town.heal('attach')
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
    }
  },
  {
    name: 'step',
    title: 'converging at a step: it bakes there and goes on',
    policy: SLOW,
    run: async (t, scenario) => {
      const { daemon, id } = scenario
      await daemon.untilEvent(id, '50 % is read back', confirmed(50))
      t.equal((await daemon.get(id)).phase, 'converging')
      await killAndRestart(scenario)
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
    }
  },
  {
    name: 'baking',
    title: 'baking: the step ends on what was measured, before and after',
    run: async (_t, scenario) => {
      await scenario.daemon.untilPhase(scenario.id, 'baking', 50)
      await killAndRestart(scenario)
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
    }
  },
  {
    name: 'approval',
    title: 'awaiting_approval: it still waits, and goes on when a person approves',
    policy: { steps: ['{ percent: 50, bake: 4s, approval: true }', WHOLE] },
    run: async (t, scenario) => {
      const { daemon, id } = scenario
      await daemon.untilPhase(id, 'awaiting_approval')
      await killAndRestart(scenario)
      await daemon.untilLooked(id, 3)
      t.match(await daemon.get(id), { phase: 'awaiting_approval', percent: 50 })
      await daemon.order(id, 'approve', { step: 0 })
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
    }
  },
  {
    name: 'paused',
    title: 'paused: it stays so, and goes on when a person resumes it',
    run: async (t, scenario) => {
      const { daemon, id } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      await daemon.order(id, 'pause')
      await daemon.untilPhase(id, 'paused')
      await killAndRestart(scenario)
      await daemon.untilLooked(id, 3)
      t.match(await daemon.get(id), { phase: 'paused', percent: 50 })
      await daemon.order(id, 'resume')
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
    }
  },
  {
    name: 'halted',
    title: 'FM-12 halted by a foreign writer: its weights are not fought, until a person says overwrite',
    run: async (t, scenario, town) => {
      const { daemon, id, route } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      town.overwrite(route, 30)
      await daemon.untilPhase(id, 'halted')
      await killAndRestart(scenario)
      await daemon.untilLooked(id, 3)
      t.match(await daemon.get(id), { phase: 'halted', percent: 30, attention: 'drift' })
      const { status, body } = await daemon.ask('POST', `v1/shifts/${id}/resume`, {})
      t.match({ status, ...body }, { status: 409, code: 'drift_choice_needed' })
      await daemon.order(id, 'resume', { drift: 'overwrite' })
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 30, 50, 100] })
    }
  },
  {
    name: 'meanwhile',
    title: 'FM-37 and a foreign writer while nobody was there: it halts, and goes on from there when a person says adopt',
    run: async (t, scenario, town) => {
      const { daemon, id, route } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      await killAndRestart(scenario, () => town.overwrite(route, 70))
      await daemon.untilPhase(id, 'halted', 70)
      t.strictSame(
        town.writes(route).map(({ percent }) => percent),
        [0, 50, 70]
      )
      await daemon.order(id, 'resume', { drift: 'adopt' })
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 70, 100] })
    }
  },
  {
    name: 'draining',
    title: 'draining: it completes; killed once more after its end, it stays completed',
    run: async (t, scenario, town) => {
      const { daemon, id, route } = scenario
      await daemon.untilPhase(id, 'draining')
      await killAndRestart(scenario)
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 100] })
      const end = await daemon.get(id)
      await killAndRestart(scenario)
      await town.served(route, 30)
      t.strictSame({ ...(await daemon.get(id)), routes: [] }, { ...end, routes: [] })
      t.equal(town.writes(route).length, 3)
    }
  },
  {
    name: 'abort',
    title: 'rolling_back by a person, read back and not yet in effect: it ends aborted',
    policy: SLOW,
    run: async (t, scenario) => {
      const { daemon, id } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      await daemon.order(id, 'abort', { reason: 'enough' })
      await daemon.untilEvent(id, 'the rollback is read back', ({ type }) => type === 'rollback.confirmed')
      t.equal((await daemon.get(id)).phase, 'rolling_back')
      await killAndRestart(scenario)
      await endsAs(scenario, { phase: 'aborted', writes: [0, 50, 0] })
    }
  },
  {
    name: 'accepted',
    title: 'right after it accepted an abort: a 202 is a promise that a kill does not break',
    run: async (t, scenario, town) => {
      const { daemon, id, route } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      await daemon.order(id, 'abort', { reason: 'enough' })
      await daemon.process.end('SIGKILL')
      await daemon.process.start()
      const end = await endsWell(scenario, 'aborted')
      t.equal(end.percent, 0)
      t.strictSame([...new Set(town.writes(route).map(({ percent }) => percent))], [0, 50])
    }
  },
  {
    name: 'breach',
    title: 'rolling_back by a breach, read back and not yet in effect: it ends rolled_back',
    policy: SLOW,
    run: async (t, scenario, { lab }) => {
      const { daemon, id } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      lab.cluster('new-breach').set({ errorRate: 0.6 })
      await daemon.untilEvent(id, 'the rollback is read back', ({ type }) => type === 'rollback.confirmed')
      t.equal((await daemon.get(id)).phase, 'rolling_back')
      await killAndRestart(scenario)
      await endsAs(scenario, { phase: 'rolled_back', writes: [0, 50, 0] })
    }
  }
]

void t.test('a daemon killed with SIGKILL while', async (t) => {
  const town = await aTown(t, CASES)
  t.jobs = SIDE_BY_SIDE
  const one = ({ name, title, policy = LADDER, run }: Case) =>
    t.test(title, { buffered: true }, async (sub) => run(sub, await aScenario(sub, town, name, policy), town))
  await Promise.all(CASES.map(one))
  const own = CASES.flatMap(({ name }) => town.writes(name)).filter(({ foreign }) => !foreign)
  t.equal(town.performed(), own.length, 'the endpoint carried out no other write')
})
