/**
 * Dice with names. One stream for each purpose, so that one more throw here changes nothing there.
 */
import { streamOf, type Random } from '../support/world/random.ts'

export interface Dice {
  readonly random: Random
  /** True with this probability. */
  chance(p: number): boolean
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number
  one<T>(of: readonly T[]): T
  /** By weights. */
  weighted<T>(of: readonly (readonly [number, T])[]): T
}

export function diceOf(seed: number, name: string): Dice {
  const random = streamOf(seed, name)
  const dice: Dice = {
    random,
    chance: (p) => random() < p,
    whole: (least, most) => least + Math.floor(random() * (most - least + 1)),
    one: (of) => {
      const found = of[Math.floor(random() * of.length)]
      if (found === undefined) throw new Error('nothing to choose from')
      return found
    },
    weighted: (of) => {
      let left = random() * of.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of of) {
        left -= weight
        if (left < 0) return value
      }
      return dice.one(of)[1]
    }
  }
  return dice
}
