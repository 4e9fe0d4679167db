/** What must come out: a rule outside of these bands is not the rule that was published. */
import { GATE_NOISES, pick, pooledFalse, score, SCORE_NOISES, worstFalse, type Study } from './study.ts'
import type { Noise } from './world.ts'

const SCORES: Readonly<Record<string, Readonly<Record<(typeof SCORE_NOISES)[number], readonly [number, number]>>>> = {
  'Sluice robust': { clean: [1.6, 1.29], independent: [2.31, 1.75], common: [2.3, 1.92] },
  'Sluice fast': { clean: [1.38, 1.19], independent: [1.97, 1.58], common: [1.96, 1.72] }
}
/** Worst false rollback of the gate cells. */
const WORST: Readonly<Record<string, number>> = { 'Sluice robust': 0.003, 'Sluice fast': 0.006 }
/** Limits of the noises beside the gate; only the default profile promises them. */
const MORE: readonly (readonly [Noise, number])[] = [
  ['bursts', 0.015],
  ['cold', 0.01]
]

export interface Check {
  readonly what: string
  readonly got: number
  readonly low: number
  readonly high: number
  readonly share: boolean
}

/** `quick`: few shifts, so scores may be off by a quarter, and rates are taken over all cells together, where worst cells are luck. */
export function checks(study: Study, quick: boolean): readonly Check[] {
  const tolerance = quick ? 0.25 : 0.1
  const scores = Object.entries(SCORES).flatMap(([rule, byNoise]) =>
    SCORE_NOISES.flatMap((noise) =>
      (['start', 'mid'] as const).map((onset, i): Check => {
        const wanted = byNoise[noise][i] ?? 1
        const got = score(pick(study, rule, noise, onset))
        return {
          what: `${rule}: score ${noise}, ${onset}`,
          got,
          low: wanted * (1 - tolerance),
          high: wanted * (1 + tolerance),
          share: false
        }
      })
    )
  )
  const gates = Object.entries(WORST).map(([rule, wanted]): Check => {
    const cells = GATE_NOISES.flatMap((noise) => pick(study, rule, noise, 'never'))
    const got = quick ? pooledFalse(cells) : worstFalse(cells)
    return {
      what: `${rule}: ${quick ? 'mean' : 'worst'} false rollback of the gate cells`,
      got,
      low: 0,
      high: Math.min(0.01, wanted + 0.003),
      share: true
    }
  })
  const more = MORE.map(([noise, limit]): Check => {
    const cells = pick(study, 'Sluice robust', noise, 'never')
    const got = quick ? pooledFalse(cells) : worstFalse(cells)
    return {
      what: `Sluice robust: false rollback, ${noise}`,
      got,
      low: 0,
      high: quick ? 2 * limit : limit,
      share: true
    }
  })
  return [...scores, ...gates, ...more]
}

export function holds({ got, low, high }: Check): boolean {
  return got >= low && got <= high
}
