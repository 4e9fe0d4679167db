/**
 * Killed with SIGKILL on its way forward, and started again, a shift goes on as if nothing had been.
 */
import { SLOW, type Case } from '../support/cases.ts'
import { confirmed, endsAs, killAndRestart } from '../support/scenario.ts'

export const FORWARD: readonly Case[] = [
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
      // What was last seen of its routes is not stored; all else is as it was.
      const stored = (view: typeof end) => ({ ...view, routes: [], seenAt: null })
      t.strictSame(stored(await daemon.get(id)), stored(end))
      t.equal(town.writes(route).length, 3)
    }
  }
]
