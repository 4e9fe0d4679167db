/** A shift that only watches says which gate held, whatever its policy would do of a shift that moves. */
import t from 'tap'
import { explainReason } from '../../src/core/explain.ts'
import { anErrorRateGate } from '../support/builders.ts'
import { aProductionPolicy, aRig } from './rig.ts'

for (const action of ['halt', 'rollback'] as const) {
  t.test(`mode observe with onHold.action ${action}: halted, and the gate that holds is named`, async (t) => {
    const rig = await aRig(t, { routes: [{ name: 'web', weights: { old: 400, new: 600 } }] })
    const gates = [anErrorRateGate({ action: 'hold' })]
    const onHold = { afterMs: 120_000, action }
    const { id } = await rig.start(aProductionPolicy({ mode: 'observe', gates, onHold }))
    await rig.untilPhase(id, 'baking')
    rig.world.new.errorRate = 0.2
    t.match((await rig.untilPhase(id, 'halted')).phase, { why: 'hold', cause: null })
    const halted = (await rig.events(id)).find(({ type }) => type === 'shift.halted')
    t.match(halted && explainReason(halted.reason), 'gate errors on web holds')
    t.ok(rig.world.log.every((write) => write.by === 'foreign'))
  })
}
