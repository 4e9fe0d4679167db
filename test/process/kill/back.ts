/**
 * Killed with SIGKILL on its way back, and started again, a shift brings users back all the same.
 */
import { LADDER, SLOW, type Case } from '../support/cases.ts'
import { endsAs, endsWell, killAndRestart } from '../support/scenario.ts'

export const BACK: readonly Case[] = [
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
