/**
 * What a rule is to the benchmark: it sees one minute after the other, as late as everybody, and says what it would do.
 */
import type { BaselineBucket } from '../../../src/core/evidence/baseline.ts'
import type { Ladder } from './world.ts'

export interface Minute {
  n1: number
  e1: number
  n0: number
  e0: number
  w: number
  /** The first minute of a step. */
  first: boolean
  /** Index of the step, and how many of its minutes were served before this one. */
  step: number
  minute: number
}

export interface Setting {
  readonly theta: number
  readonly ladder: Ladder
  readonly baseline: readonly BaselineBucket[]
  readonly p0: number
  /** What only an oracle knows. */
  readonly p1: number
  readonly onset: () => number
}

export interface Opinion {
  rollback: boolean
  /** No step forward now. */
  hold: boolean
  /** Share to serve instead of the step's, or null. */
  retreat: number | null
}

export interface Judge {
  /** `now`: the minute that has just ended; `serving`: the share served in it. */
  see(minute: Minute, now: number, serving: number): Opinion
  /** Before the step ends: rules that judge steps as a whole. */
  endOfStep?(seen: readonly Minute[]): boolean
}

export type JudgeMaker = (setting: Setting) => Judge
