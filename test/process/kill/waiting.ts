/**
 * Killed with SIGKILL while a person is waited for, and started again, a shift still waits, and does what the person says.
 */
import { type Case } from '../support/cases.ts'
import { WHOLE } from '../support/policy.ts'
import { endsAs, killAndRestart } from '../support/scenario.ts'

export const WAITING: readonly Case[] = [
  {
    name: 'approval',
    title: 'awaiting_approval: it still waits, and goes on when a person approves',
    policy: { steps: ['{ percent: 50, bake: 4s, approval: true }', WHOLE] },
    run: async (t, scenario) => {
      const { daemon, id } = scenario
      await daemon.untilPhase(id, 'awaiting_approval')
      await killAndRestart(scenario)
      await daemon.untilLooked(id, 2)
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
      await daemon.untilLooked(id, 2)
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
      await daemon.untilLooked(id, 2)
      t.match(await daemon.get(id), {
        phase: 'halted',
        attention: 'drift',
        routes: [{ desiredPercent: 50, livePercent: 30 }]
      })
      const { status, body } = await daemon.ask('POST', `v1/shifts/${id}/resume`, {})
      t.match({ status, ...body }, { status: 409, code: 'drift_choice_needed' })
      await daemon.order(id, 'resume', { drift: 'overwrite' })
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 30, 50, 100] })
    }
  },
  {
    name: 'meanwhile',
    title:
      'FM-37 and a foreign writer while nobody was there: it halts, and goes on from there when a person says adopt',
    run: async (t, scenario, town) => {
      const { daemon, id, route } = scenario
      await daemon.untilPhase(id, 'baking', 50)
      await killAndRestart(scenario, () => town.overwrite(route, 70))
      await daemon.untilPhase(id, 'halted')
      t.strictSame(
        town.writes(route).map(({ percent }) => percent),
        [0, 50, 70]
      )
      await daemon.order(id, 'resume', { drift: 'adopt' })
      await endsAs(scenario, { phase: 'completed', writes: [0, 50, 70, 100] })
    }
  }
]
