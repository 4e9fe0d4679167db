/**
 * The person who comes once the faults have stopped: looks, and lets things go on. Without one, what is halted or paused would
 * wait for ever.
 */
import { isEnded, type Shift } from '../../src/core/shift.ts'
import type { Order } from '../../src/core/command.ts'
import { give, liftStop } from './deeds.ts'
import { isGone } from './law.ts'
import type { Stage } from './stage.ts'

/** After so many looks without an end the person brings everybody back; after some more, leaves it at that. */
const PATIENCE = 30
const SURRENDER = 60

export interface Person {
  /** One look at things. */
  act(): void
}

export function makePerson(stage: Stage): Person {
  let looks = 0
  let refusals = 0
  return {
    act: () => {
      const shift = stage.ledger.newest()
      if (!shift || isEnded(shift.phase)) return
      looks += 1
      if (stage.ledger.stop) liftStop(stage)
      mend(stage, shift)
      const order = orderFor(stage, shift, looks, refusals)
      if (!order) return
      if (order.verb === 'resume' && order.drift !== null) refusals += 1
      give(stage, shift.id, order)
    }
  }
}

/** What a shift waits for in vain is put right: targets, and nothing else. */
function mend(stage: Stage, shift: Shift): void {
  for (const { name } of shift.routes) {
    for (const side of ['old', 'new'] as const) {
      const plan = stage.scenario.routes.find((route) => route.name === name)
      const whole = Math.max(plan?.targets.old ?? 0, plan?.targets.new ?? 0)
      if (stage.targets(name, side).healthy < whole) stage.setTargets(name, side, { healthy: whole, total: whole })
    }
  }
}

function orderFor(stage: Stage, shift: Shift, looks: number, refusals: number): Order | null {
  const { kind } = shift.phase
  const gone = shift.routes.some(({ name }) => isGone(stage, name))
  if (gone && looks > 1) return { verb: 'release', reason: 'the rule is gone' }
  if (looks > SURRENDER) return null
  if (looks > PATIENCE)
    return kind === 'rolling_back' || kind === 'stuck' ? null : { verb: 'abort', reason: 'enough', force: true }
  if (kind === 'paused' || kind === 'halted') {
    if (shift.phase.kind === 'halted' && shift.phase.cause !== null) {
      return { verb: 'abort', reason: 'bring them back', force: true }
    }
    if (shift.policy.mode === 'observe') return { verb: 'abort', reason: 'seen', force: false }
    const stands = shift.routes.some((route) => route.drift !== null)
    const other = stage.scenario.choice === 'adopt' ? 'overwrite' : 'adopt'
    return { verb: 'resume', drift: stands ? (refusals % 2 === 0 ? stage.scenario.choice : other) : null }
  }
  if (kind === 'awaiting_approval') return { verb: 'approve', step: shift.step, comment: 'fine' }
  const wait = shift.gates.some((gate) => gate.verdict === 'inconclusive')
  if (kind === 'baking' && wait && looks % 6 === 0) return { verb: 'advance', step: shift.step }
  return null
}
