/** What is simulated, and the figures that come of it: scores, false rollbacks, minutes. */
import { runTasks } from './run.ts'
import { ORACLE, OURS, PEERS } from './rules/index.ts'
import type { Onset, Outcome, Task } from './simulate.ts'
import { BAD_CELLS, bound, HEALTHY_CELLS, LADDER, type Cell, type Noise } from './world.ts'

export interface Size {
  /** Shifts a cell: bad and healthy ones of ours, of peers. */
  readonly bad: number
  readonly healthy: number
  readonly peerBad: number
  readonly peerHealthy: number
}

export const FULL: Size = { bad: 600, healthy: 3000, peerBad: 200, peerHealthy: 600 }
export const QUICK: Size = { bad: 40, healthy: 120, peerBad: 10, peerHealthy: 30 }

/** The noises of the false-rollback gate, and those beside it (at p0 = 0.2 % only). */
export const GATE_NOISES = ['clean', 'independent', 'common', 'outage'] as const
export const MORE_NOISES = ['bursts', 'cold', 'burstsAny', 'independent1', 'worse20', 'serial'] as const
export const SCORE_NOISES = ['clean', 'independent', 'common'] as const

export interface Cellular {
  readonly task: Task
  readonly outcome: Outcome
}

export type Study = readonly Cellular[]

export async function runStudy(size: Size): Promise<Study> {
  const tasks = [...OURS.flatMap((rule) => oursTasks(rule, size)), ...PEERS.flatMap((rule) => peerTasks(rule, size))]
  tasks.push(...badTasks(ORACLE, 'clean', ['start', 'mid'], size.bad))
  tasks.push(
    ...(['independent', 'common'] as const).flatMap((noise) => badTasks(ORACLE, noise, ['start'], size.peerBad))
  )
  // The longest first, so that no core waits for the last.
  const cost = (task: Task) => task.shifts * (task.onset === 'never' ? 2 : 1) * (task.rule.startsWith('Sluice') ? 5 : 1)
  tasks.sort((a, b) => cost(b) - cost(a))
  const outcomes = await runTasks(tasks)
  return tasks.flatMap((task, i) => {
    const outcome = outcomes[i]
    return outcome ? [{ task, outcome }] : []
  })
}

function oursTasks(rule: string, { bad, healthy }: Size): Task[] {
  const more = HEALTHY_CELLS.filter(({ p0 }) => p0 === 0.002)
  return [
    ...SCORE_NOISES.flatMap((noise) => badTasks(rule, noise, ['start', 'mid'], bad)),
    ...GATE_NOISES.flatMap((noise) => healthyTasks(rule, noise, HEALTHY_CELLS, healthy)),
    ...MORE_NOISES.flatMap((noise) => healthyTasks(rule, noise, more, Math.ceil(healthy / 2)))
  ]
}

function peerTasks(rule: string, { peerBad, peerHealthy }: Size): Task[] {
  return [
    ...badTasks(rule, 'clean', ['start', 'mid'], peerBad),
    ...badTasks(rule, 'independent', ['start'], peerBad),
    ...badTasks(rule, 'common', ['start'], peerBad),
    ...GATE_NOISES.flatMap((noise) => healthyTasks(rule, noise, HEALTHY_CELLS, peerHealthy))
  ]
}

function badTasks(rule: string, noise: Noise, onsets: readonly Onset[], shifts: number): Task[] {
  return onsets.flatMap((onset) =>
    BAD_CELLS.map((cell, i) => ({ rule, cell, noise, onset, ladder: LADDER, shifts, seed: 1000 + i }))
  )
}

function healthyTasks(rule: string, noise: Noise, cells: readonly Cell[], shifts: number): Task[] {
  return cells.map((cell, i) => ({ rule, cell, noise, onset: 'never', ladder: LADDER, shifts, seed: 5000 + i }))
}

export function pick(
  study: Study,
  rule: string,
  noise: Noise,
  onset: Onset,
  keep: (cell: Cell) => boolean = () => true
): Study {
  return study.filter(
    ({ task }) => task.rule === rule && task.noise === noise && task.onset === onset && keep(task.cell)
  )
}

/** Mean excess errors of a cell's shifts; those rolled back before the failure began are left out. */
export function meanExcess({ outcome }: Cellular): number {
  return outcome.excess / Math.max(1, outcome.shifts - outcome.falsely)
}

export function meanDelay({ outcome }: Cellular): number {
  return outcome.delay / Math.max(1, outcome.caught)
}

/** Geometric mean over cells of excess errors / bound. 1 is perfect. */
export function score(cells: Study): number {
  const logs = cells.map((cell) => Math.log(meanExcess(cell) / bound(cell.task.cell, onsetShare(cell.task))))
  return Math.exp(logs.reduce((sum, x) => sum + x, 0) / logs.length)
}

function onsetShare({ onset, ladder }: Task): number {
  return ladder.shares[onset === 'start' ? 0 : ladder.midStep] ?? 1
}

export function missed(cells: Study): number {
  return mean(cells.map(({ outcome }) => outcome.missed / outcome.shifts))
}

export function worstFalse(cells: Study): number {
  return Math.max(...cells.map(({ outcome }) => outcome.falsely / outcome.shifts))
}

/** Over all shifts of the cells together. */
export function pooledFalse(cells: Study): number {
  const falsely = cells.reduce((sum, { outcome }) => sum + outcome.falsely, 0)
  return (
    falsely /
    Math.max(
      1,
      cells.reduce((sum, { outcome }) => sum + outcome.shifts, 0)
    )
  )
}

export function healthyMinutes(cells: Study): number {
  return mean(cells.map(({ outcome }) => outcome.minutes / outcome.shifts))
}

export function stepBacks(cells: Study): number {
  return mean(cells.map(({ outcome }) => outcome.stepBacks / outcome.shifts))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length
}
