/**
 * From what was noted to figures: how far expected and real shares are apart, in points, at any moment and over windows. Pure.
 */
import { EVERY_MS, RESOLVERS, type Moment } from './shift.ts'

export interface Apart {
  /** Percentage points. */
  readonly worst: number
  readonly mean: number
  readonly when: string
  /** Windows that were looked at, and how many of them were more than `LIMIT` apart. */
  readonly windows: number
  readonly beyond: number
  /** The same by luck's measure: the most in standard deviations of `RESOLVERS.count` draws, where at least `LIMIT` apart. */
  readonly sigmas: number
}

/** The bound of the claim, in points. */
export const LIMIT = 3

/** Means of both shares over windows of `ms`, one beginning each `stepMs`. */
export function apart(moments: readonly Moment[], ms = EVERY_MS, stepMs = ms): Apart {
  const [size, step] = [ms / EVERY_MS, stepMs / EVERY_MS]
  const windows: { readonly points: number; readonly sigmas: number; readonly when: string }[] = []
  for (let from = 0; from + size <= moments.length; from += step) {
    const slice = moments.slice(from, from + size)
    const expected = mean(slice.map((moment) => moment.expected))
    const points = 100 * Math.abs(expected - mean(slice.map(({ users }) => users)))
    const luck = 100 * Math.sqrt((expected * (1 - expected)) / RESOLVERS.count)
    const [first] = slice
    const when = first ? `${first.when}, ${Math.round(first.atMs / 60_000)} min after the start` : ''
    windows.push({ points, sigmas: points < LIMIT ? 0 : points / luck, when })
  }
  const worst = windows.reduce((most, one) => (one.points > most.points ? one : most))
  return {
    worst: worst.points,
    mean: mean(windows.map(({ points }) => points)),
    when: worst.when,
    windows: windows.length,
    beyond: windows.filter(({ points }) => points > LIMIT).length,
    sigmas: Math.max(...windows.map(({ sigmas }) => sigmas))
  }
}

/** Several runs taken together. */
export function together(runs: readonly Apart[]): Apart {
  const worst = runs.reduce((most, one) => (one.worst > most.worst ? one : most))
  const windows = runs.reduce((sum, one) => sum + one.windows, 0)
  return {
    ...worst,
    mean: runs.reduce((sum, one) => sum + one.mean * one.windows, 0) / windows,
    windows,
    beyond: runs.reduce((sum, { beyond }) => sum + beyond, 0),
    sigmas: Math.max(...runs.map(({ sigmas }) => sigmas))
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
