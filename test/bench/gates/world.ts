/**
 * The benchmark's world: traffic, error rates, noises, plans and the theoretical limit. Synthetic, and defined here to the last
 * number, so that rules can be compared.
 */
import type { Dice } from './dice.ts'

/** Requests a second, and the share of errors of old and of a bad new. */
export interface Cell {
  readonly rps: number
  readonly p0: number
  readonly p1: number
}

export const NOISES = [
  'clean',
  'independent',
  'common',
  'outage',
  'bursts',
  'cold',
  'independent1',
  'burstsAny',
  'worse20',
  'serial'
] as const
export type Noise = (typeof NOISES)[number]

export const NOISE_WORDS: Readonly<Record<Noise, string>> = {
  clean: 'none (counting noise only)',
  independent: 'independent, CV 0.5 per cluster and minute',
  common: 'common to both, CV 0.7',
  outage: 'both at 10 % in minutes 12 to 16',
  bursts: '3x on new only, 5 % of minutes',
  cold: 'new 3x in its first minute',
  independent1: 'independent, CV 1',
  burstsAny: '3x, 3 % of cluster-minutes',
  worse20: 'new truly 20 % worse',
  serial: 'independent, AR(1) 0.7, sd 0.4'
}

export interface Ladder {
  /** Shares of new, 0 to 1. */
  readonly shares: readonly number[]
  readonly bake: number
  /** The step in which a failure begins after two minutes, in the cells "mid". */
  readonly midStep: number
}

export const LADDER: Ladder = { shares: [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1], bake: 5, midStep: 3 }

/** D: minutes between a bucket's end and its being read. */
export const DELAY = 2
export const BASELINE_MINUTES = 30
/** A shift that is still not over by then has missed. */
export const MINUTES_MAX = 150

export const RATES = [50, 500, 5000] as const
export const BASES = [0.0005, 0.002, 0.01] as const

/** The cells of bad shifts. */
export const BAD_CELLS: readonly Cell[] = RATES.flatMap((rps) =>
  BASES.flatMap((p0) => (p0 === 0.01 ? [0.02, 0.5] : [2 * p0, 5 * p0, 0.05, 0.5]).map((p1) => ({ rps, p0, p1 })))
)

/** The cells of healthy shifts. */
export const HEALTHY_CELLS: readonly Cell[] = RATES.flatMap((rps) => BASES.map((p0) => ({ rps, p0, p1: p0 })))

/** Objective of a service whose usual rate is p0. */
export function thetaOf(p0: number): number {
  return p0 >= 0.01 ? 0.05 : 0.01
}

/** How much worse than usual old and new are in a minute; -1 means "at 10 %". */
export interface Factors {
  old: number
  new: number
}

/** Draws a minute's factors over those of the minute before. `minute` below 0: baseline. */
export function drawFactors(noise: Noise, minute: number, dice: Dice, into: Factors): void {
  if (noise === 'serial') {
    into.old = serial(into.old, dice)
    into.new = serial(into.new, dice)
    return
  }
  into.old = 1
  into.new = 1
  switch (noise) {
    case 'clean':
      return
    case 'independent':
    case 'independent1': {
      const cv = noise === 'independent' ? 0.5 : 1
      into.old = dice.gammaFactor(cv)
      into.new = dice.gammaFactor(cv)
      return
    }
    case 'common':
      into.old = dice.gammaFactor(0.7)
      into.new = into.old
      return
    case 'outage':
      if (minute >= 12 && minute <= 16) into.old = into.new = -1
      return
    case 'bursts':
      into.new = dice.uniform() < 0.05 ? 3 : 1
      return
    case 'burstsAny':
      into.old = dice.uniform() < 0.03 ? 3 : 1
      into.new = dice.uniform() < 0.03 ? 3 : 1
      return
    case 'cold':
      into.new = minute === 0 ? 3 : 1
      return
    case 'worse20':
      into.new = minute >= 0 ? 1.2 : 1
      return
  }
}

/** exp of an AR(1) with coefficient 0.7 and standard deviation 0.4, mean about 1. */
function serial(previous: number, dice: Dice): number {
  const sd = 0.4
  const before = Math.log(previous) + (sd * sd) / 2
  return Math.exp(0.7 * before + Math.sqrt(1 - 0.49) * sd * dice.normal() - (sd * sd) / 2)
}

/** Relative entropy of two Bernoulli, nats. */
export function kl(p: number, q: number): number {
  return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q))
}

/** Nats without which no rule can be right: false rollbacks 1 %, missed 5 % (Wald). */
const ENOUGH = kl(0.95, 0.01)

/** Fewest excess errors of any rule that never lowers the share, for a failure that begins at share w. */
export function bound({ rps, p0, p1 }: Cell, w: number): number {
  const n = 60 * rps * w
  return (p1 - p0) * (Math.max(n, ENOUGH / kl(p1, p0)) + DELAY * n)
}
