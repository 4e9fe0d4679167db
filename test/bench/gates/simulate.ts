/**
 * One shift, minute by minute: serve, count, read late, judge, obey. A minute's counts depend on seed, shift and minute only
 * (and on the share that is served), so that all rules see the same luck.
 */
import type { BaselineBucket } from '../../../src/core/evidence/baseline.ts'
import { createDice } from './dice.ts'
import type { JudgeMaker, Minute } from './judge.ts'
import {
  BASELINE_MINUTES,
  DELAY,
  drawFactors,
  MINUTES_MAX,
  thetaOf,
  type Cell,
  type Ladder,
  type Noise
} from './world.ts'

export type Onset = 'start' | 'mid' | 'never'

export interface Task {
  readonly rule: string
  readonly cell: Cell
  readonly noise: Noise
  readonly onset: Onset
  readonly ladder: Ladder
  readonly shifts: number
  readonly seed: number
}

/** Sums over the shifts of a task. */
export interface Outcome {
  shifts: number
  /** Rolled back with cause. */
  caught: number
  /** Rolled back without: while new was healthy. */
  falsely: number
  missed: number
  excess: number
  /** Minutes from the onset to the rollback, of those caught. */
  delay: number
  minutes: number
  stepBacks: number
}

export function simulate(task: Task, maker: JudgeMaker): Outcome {
  const sum: Outcome = { shifts: 0, caught: 0, falsely: 0, missed: 0, excess: 0, delay: 0, minutes: 0, stepBacks: 0 }
  for (let shift = 0; shift < task.shifts; shift++) runShift(task, shift, maker, sum)
  return sum
}

const dice = createDice()

function drawBaseline({ cell, noise, seed }: Task, shift: number): BaselineBucket[] {
  const n = 60 * cell.rps
  const factors = { old: 1, new: 1 }
  return Array.from({ length: BASELINE_MINUTES }, (_, b) => {
    dice.reseed(seed, shift, -1 - b)
    drawFactors(noise, b - BASELINE_MINUTES, dice, factors)
    return [n, dice.binomial(n, Math.min(1, cell.p0 * factors.old))]
  })
}

function runShift(task: Task, shift: number, maker: JudgeMaker, sum: Outcome): void {
  const { cell, noise, ladder, seed } = task
  let onset = task.onset === 'start' ? 0 : Infinity
  const baseline = drawBaseline(task, shift)
  const { p0, p1 } = cell
  const judge = maker({ theta: thetaOf(p0), ladder, baseline, p0, p1, onset: () => onset })
  const minutes: Minute[] = []
  const factors = { old: 1, new: 1 }
  let [step, baked, excess] = [0, 0, 0]
  let retreat: number | null = null
  sum.shifts += 1
  for (let now = 0; now < MINUTES_MAX; now++) {
    if (task.onset === 'mid' && onset === Infinity && step === ladder.midStep && baked === 2 && retreat === null)
      onset = now
    const w: number = retreat ?? ladder.shares[step] ?? 1
    const bad = now >= onset
    dice.reseed(seed, shift, now)
    drawFactors(noise, now, dice, factors)
    const minute = serve(cell, w, bad, factors)
    minute.first = baked === 0 && retreat === null && minutes.at(-1)?.step !== step
    minute.step = step
    minute.minute = now
    minutes.push(minute)
    if (bad) excess += minute.n1 * (p1 - p0)
    if (retreat === null) baked += 1
    const seen = minutes[now - DELAY]
    const opinion = seen ? judge.see(seen, now, w) : { rollback: false, hold: false, retreat: null }
    const due = baked >= ladder.bake && opinion.retreat === null && !opinion.hold
    const rollback = opinion.rollback || (due && judge.endOfStep?.(minutes.slice(0, now - DELAY + 1)) === true)
    if (rollback) return record(sum, { now, onset, excess, caught: bad })
    if (opinion.retreat !== null && opinion.retreat !== retreat) sum.stepBacks += 1
    retreat = opinion.retreat
    if (!due) continue
    step += 1
    baked = 0
    if (step === ladder.shares.length) return record(sum, { now, onset, excess, caught: null })
  }
  record(sum, { now: MINUTES_MAX - 1, onset, excess, caught: null })
}

function serve({ rps, p0, p1 }: Cell, w: number, bad: boolean, factors: { old: number; new: number }): Minute {
  const n = 60 * rps
  const n1 = w >= 1 ? n : dice.round(n * w)
  const n0 = n - n1
  const rate = (p: number, factor: number) => (factor < 0 ? 0.1 : Math.min(1, p * factor))
  const e1 = dice.binomial(n1, rate(bad ? p1 : p0, factors.new))
  const e0 = dice.binomial(n0, rate(p0, factors.old))
  return { n1, e1, n0, e0, w, first: false, step: 0, minute: 0 }
}

function record(
  sum: Outcome,
  end: { readonly now: number; readonly onset: number; readonly excess: number; readonly caught: boolean | null }
): void {
  sum.minutes += end.now + 1
  if (end.caught === false) sum.falsely += 1
  else {
    sum.excess += end.excess
    if (end.caught === null) sum.missed += 1
    else {
      sum.caught += 1
      sum.delay += end.now + 1 - end.onset
    }
  }
}
