/**
 * A policy by dice: short steps, so that a whole shift is minutes, and every choice that a policy can make.
 */
import type { Policy, Step } from '../../src/core/policy.ts'
import { aPolicy, anErrorRateGate, aTargetHealthGate } from '../support/builders.ts'
import type { Dice } from './dice.ts'

const SECOND = 1_000
const MINUTE = 60_000

const LADDERS = [
  [100, 500, 1000],
  [10, 100, 1000],
  [500, 1000],
  [100, 300, 600, 1000],
  [250, 500],
  [50, 1000]
] as const

/** The largest jump that a ladder makes. */
function jumpOf(percents: readonly number[]): number {
  return Math.max(...percents.map((percent, i) => percent - (percents[i - 1] ?? 0)))
}

export function drawPolicy(dice: Dice): Policy {
  const periodMs = dice.weighted([
    [5, 10 * SECOND],
    [4, 20 * SECOND],
    [1, 30 * SECOND]
  ])
  const delayMs = dice.one([20, 30, 40]) * SECOND
  const percents = dice.one(LADDERS)
  const approving = dice.chance(0.3)
  const steps = percents.map((percent): Step => {
    const bakeMs = delayMs + periodMs * dice.whole(3, 5)
    const asks = approving && dice.chance(0.5)
    return {
      percent,
      bakeMs,
      approval: asks ? { by: dice.chance(0.5) ? 'anyone' : 'other', expiresMs: dice.one([3, 60]) * MINUTE } : null
    }
  })
  return aPolicy({
    name: 'simulated',
    mode: dice.chance(0.03) ? 'observe' : 'act',
    steps,
    maxJump: jumpOf(percents),
    gates: gates(dice, periodMs, delayMs),
    onBreach: dice.chance(0.92) ? 'rollback' : 'hold',
    onBlind: { holdMs: dice.one([60, 90, 180]) * SECOND, rollbackMs: dice.chance(0.15) ? 50 * SECOND : null },
    onDrift: dice.chance(0.85) ? 'halt' : 'rollback',
    onShare: dice.chance(0.8) ? 'hold' : 'advance',
    onInsufficient: dice.chance(0.8) ? 'hold' : 'advance',
    onHold: { afterMs: dice.one([60, 180]) * SECOND, action: dice.chance(0.8) ? 'halt' : 'rollback' },
    converge: { deadlineMs: dice.one([60, 120, 300]) * SECOND },
    alb: { settleMs: dice.one([2, 5, 10, 20]) * SECOND },
    capacity: { new: dice.one([1, 1, 0.5]), old: dice.one([0.9, 0.9, 0.5, 0]) },
    preflight: { minHealthyTargets: dice.one([1, 1, 2]), healthyWithinMs: dice.one([60, 180, 600]) * SECOND },
    rollback: {
      to: dice.chance(0.8) ? 'zero' : 'start',
      deadlineMs: dice.one([30, 60, 600]) * SECOND,
      stickiness: dice.chance(0.7) ? 'release' : 'keep',
      shape: dice.chance(0.75) ? 'direct' : 'capacity'
    },
    drain: { residual: 0.005, forMs: 30 * SECOND, deadlineMs: dice.one([90, 180, 600]) * SECOND },
    deadlineMs: dice.weighted([
      [1, 5 * MINUTE],
      [6, 120 * MINUTE]
    ])
  })
}

function gates(dice: Dice, periodMs: number, delayMs: number): Policy['gates'] {
  const action = dice.weighted([
    [8, null],
    [1, 'hold' as const],
    [0.5, 'warn' as const]
  ])
  const errors = anErrorRateGate({
    max: dice.one([0.01, 0.05]),
    minRequests: dice.one([10, 20]),
    periodMs,
    delayMs,
    action
  })
  const targets = aTargetHealthGate({ everyMs: 10 * SECOND, forMs: dice.one([15, 30]) * SECOND, minHealthyRatio: 0.6 })
  return dice.weighted([
    [7, [errors, targets]],
    [3, [errors]],
    [1, [targets]]
  ])
}
