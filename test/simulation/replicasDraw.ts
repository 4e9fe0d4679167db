/**
 * The same worlds with several processes, and what befalls a leader: killed, stopped for longer than its lease, cut off, in the
 * middle of whatever it was doing.
 */
import type { EventType } from '../../src/core/event.ts'
import { diceOf, type Dice } from './dice.ts'
import { draw } from './draw.ts'
import type { Act, Deed, Scenario } from './scenario.ts'

/** When it hurts most. */
const MOMENTS: readonly EventType[] = [
  'shift.started',
  'preflight.passed',
  'weight.requested',
  'weight.requested',
  'weight.confirmed',
  'step.completed',
  'breach.detected',
  'rollback.started',
  'rollback.started'
]

export function drawReplicas(seed: number, replicas: number): Scenario {
  const scenario = draw(seed)
  const dice = diceOf(seed, 'replicas')
  const acts = Array.from({ length: dice.whole(1, 4) }, () => drawAct(dice, scenario.faultsMs))
  return { ...scenario, replicas, acts: [...scenario.acts, ...acts] }
}

function drawAct(dice: Dice, faultsMs: number): Act {
  const deed = drawDeed(dice)
  if (dice.chance(0.3)) return { when: { at: dice.whole(5_000, faultsMs) }, deed }
  const after = dice.one(MOMENTS)
  return { when: { after, nth: dice.whole(1, 3), delayMs: dice.one([0, 0, 20, 60, 500, 3_000]) }, deed }
}

/** Around the length of a lease (6 s), and far above it. */
function drawDeed(dice: Dice): Deed {
  const forMs = dice.one([2_000, 5_500, 6_500, 9_000, 15_000, 40_000])
  const kind = dice.weighted([
    [4, 'freeze'],
    [3, 'crash'],
    [3, 'zombie']
  ] as const)
  if (kind !== 'crash') return { kind, forMs }
  const points = dice.chance(0.3) ? 0 : dice.whole(1, 40)
  return { kind, points, downMs: dice.one([500, 4_000, 60_000]), skewMs: dice.one([0, 0, 5_000, -90_000]) }
}
