/** The pictures of docs/gating.md, drawn from the benchmark's own figures and from single seeded shifts. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { baselineOf } from '../../../src/core/evidence/baseline.ts'
import type { Total } from '../../../src/core/evidence/block.ts'
import { knobsOf } from '../../../src/core/evidence/knobs.ts'
import { readingOf, type Reading } from '../../../src/core/evidence/reading.ts'
import { nextRetreat, type Retreat } from '../../../src/core/evidence/retreat.ts'
import { ruleOf } from '../../../src/core/evidence/rule.ts'
import { newScores, stepScores } from '../../../src/core/evidence/scores.ts'
import { createDice } from './dice.ts'
import { OURS, PEERS } from './rules/index.ts'
import { GATE_NOISES, pick, score, worstFalse, type Study } from './study.ts'
import { barChart, lineChart, type Chart } from './svg.ts'
import { percent } from './tables.ts'
import { DELAY, LADDER, type Noise } from './world.ts'

const FOLDER = join(import.meta.dirname, '../../../docs/pictures')
const TOTAL = 30_000
const BAD = '#cf222e'
const GOOD = '#1a7f37'
const MILD = '#9a6700'

/** Draws all of them; answers the names of the files. */
export async function drawPictures(study: Study): Promise<readonly string[]> {
  const pictures: Readonly<Record<string, string>> = {
    'evidence.svg': evidencePicture(),
    'step-back.svg': stepBackPicture(),
    'excess.svg': excessPicture(study),
    'false-rollbacks.svg': falsePicture(study)
  }
  await mkdir(FOLDER, { recursive: true })
  await Promise.all(Object.entries(pictures).map(([name, svg]) => writeFile(join(FOLDER, name), svg)))
  return Object.keys(pictures)
}

interface Seen {
  readonly w: number
  readonly reading: Reading | null
}

/** One shift of 500 requests a second; `rateOf` says new's share of errors in a minute. Ends with its rollback. */
function shift(rateOf: (minute: number, step: number) => number, seed: number, obey: boolean): readonly Seen[] {
  const dice = createDice()
  dice.reseed(seed, 1, 2)
  const baseline = Array.from({ length: 30 }, () => [TOTAL, dice.binomial(TOTAL, 0.002)] as const)
  const rule = ruleOf({
    theta: 0.01,
    knobs: knobsOf('robust'),
    baseline: baselineOf(baseline),
    plan: { shares: LADDER.shares, blocks: 35 },
    periodMs: 60_000,
    delayMs: DELAY * 60_000,
    minShare: 0.001,
    promotion: null
  })
  let scores = newScores(rule)
  let retreat: Retreat | null = null
  let [step, baked, since] = [0, 0, 0]
  const served: Total[] = []
  const seen: Seen[] = []
  for (let now = 0; step < LADDER.shares.length && now < 60; now++) {
    const w: number = retreat?.share ?? LADDER.shares[step] ?? 1
    const n1 = Math.round(TOTAL * w)
    const e1 = dice.binomial(n1, rateOf(now, step))
    const e0 = dice.binomial(TOTAL - n1, 0.002)
    const first = retreat === null && baked === 0
    served.push({ n1, e1, n0: TOTAL - n1, e0, w, first, cold: false, measuredMs: 60_000 })
    if (retreat === null) baked += 1
    const block = served[now - DELAY]
    let reading: Reading | null = null
    if (block) {
      scores = stepScores(rule, scores, block)
      reading = readingOf(rule, scores, block)
      const was: Retreat | null = retreat
      if (obey)
        retreat = nextRetreat(retreat, reading, {
          serving: w,
          wholly: retreat !== null && now - DELAY >= since,
          delayPeriods: DELAY
        })
      if (retreat !== null && retreat.share !== was?.share) since = now + 1
    }
    seen.push({ w, reading })
    if (reading?.fired) break
    const held = reading !== null && (reading.amber || reading.shared)
    if (baked >= LADDER.bake && retreat === null && !(obey && held)) {
      step += 1
      baked = 0
    }
  }
  return seen
}

function evidencePicture(): string {
  const line = (name: string, colour: string, rateOf: (minute: number, step: number) => number, seed: number) => ({
    name,
    colour,
    points: shift(rateOf, seed, false).flatMap(({ reading }, now): readonly (readonly [number, number])[] =>
      reading === null ? [] : [[now + 1, reading.lnRelative]]
    )
  })
  return lineChart({
    title: 'How sure: evidence that new is worse than old, 500 requests a second',
    x: { label: 'minutes since the shift began (measurements are 2 minutes late)', max: 36, every: 5 },
    y: {
      label: 'against so many to one',
      min: -3,
      max: 7,
      ticks: [
        [0, '1'],
        [Math.log(10), '10'],
        [Math.log(100), '100'],
        [Math.log(1000), '1,000']
      ]
    },
    levels: [
      { y: Math.log(50), text: 'roll back (50 to 1)', colour: BAD },
      { y: Math.log(4), text: 'amber (4 to 1)', colour: MILD }
    ],
    lines: [
      line('healthy', GOOD, () => 0.002, 3),
      line('2x from the start', MILD, () => 0.004, 3),
      line('5x from the start', BAD, () => 0.01, 3)
    ]
  })
}

function stepBackPicture(): string {
  const line = (name: string, colour: string, rateOf: (minute: number, step: number) => number) => {
    const seen = shift(rateOf, 5, true)
    const points = seen.map(({ w }, now): readonly [number, number] => [now, Math.log10(w * 100)])
    const last = seen.at(-1)
    const end = last?.reading?.fired ? -1.1 : Math.log10((last?.w ?? 1) * 100)
    return { name, colour, steps: true, points: [...points, [seen.length, end] as const] }
  }
  const chart: Chart = {
    title: 'A step back: one bad minute, and a regression that stays, from minute 16',
    x: { label: 'minutes since the shift began', max: 45, every: 5 },
    y: {
      label: "new's share of the traffic (logarithmic)",
      min: -1.1,
      max: 2,
      ticks: [
        [-1, '0.1 %'],
        [0, '1 %'],
        [1, '10 %'],
        [2, '100 %']
      ]
    },
    bands: [[16, 17]],
    lines: [
      line('3x for one minute', GOOD, (minute) => (minute === 16 ? 0.006 : 0.002)),
      line('2x for good', BAD, (minute) => (minute >= 16 ? 0.004 : 0.002))
    ]
  }
  return lineChart(chart)
}

function excessPicture(study: Study): string {
  const bars = [...OURS, ...PEERS].map((rule) => {
    const value = score([...pick(study, rule, 'clean', 'start'), ...pick(study, rule, 'clean', 'mid')])
    return { name: rule, value, shown: `${value.toFixed(1)} x`, own: rule.startsWith('Sluice') }
  })
  const note =
    'Excess errors until the rollback, in multiples of the least that any rule could reach; 60 kinds of failure; logarithmic.'
  return barChart('What a bad version costs before it is taken back', note, bars, { from: 0.8, log: true })
}

/** The shared outage is told, not drawn: who wants it rolled back would call it no mistake, and it would dwarf the rest. */
function falsePicture(study: Study): string {
  const noises = GATE_NOISES.filter((noise) => noise !== 'outage')
  const worst = (rule: string, kinds: readonly Noise[]) =>
    Math.max(...kinds.map((noise) => worstFalse(pick(study, rule, noise, 'never'))))
  const bars = [...OURS, ...PEERS].map((rule) => {
    const value = worst(rule, noises)
    return { name: rule, value, shown: percent(value), own: rule.startsWith('Sluice') }
  })
  const outage = `In an outage of both sides: Sluice robust ${percent(worst('Sluice robust', ['outage']))}, a threshold ${percent(worst('Argo, failureLimit 3', ['outage']))}.`
  const note = `Worst of 27 kinds of healthy shift, quiet or noisy. ${outage}`
  return barChart('How often a healthy version is taken back by mistake', note, bars, { from: 0, log: false })
}
