/** The study as tables of text. */
import { table } from '../../../src/cli/format.ts'
import { checks, holds } from './expected.ts'
import { ORACLE, OURS, PEERS } from './rules/index.ts'
import {
  GATE_NOISES,
  healthyMinutes,
  meanDelay,
  meanExcess,
  missed,
  MORE_NOISES,
  pick,
  score,
  stepBacks,
  worstFalse,
  type Study
} from './study.ts'
import { bound, LADDER, NOISE_WORDS, RATES, type Cell } from './world.ts'

export const percent = (x: number) => `${(x * 100).toFixed(x < 0.0995 ? 2 : 1)} %`
const two = (x: number) => x.toFixed(2)

export function tablesOf(study: Study, quick: boolean): readonly string[] {
  return [
    ...titled('Excess errors / theoretical bound (1 is perfect), share of bad shifts missed', scoreTable(study)),
    ...titled('By size of the regression, clean, start and mid (score)', sizeTable(study)),
    ...titled('Worst false rollback of a healthy shift, over 9 cells each', falseTable(study)),
    ...titled('Healthy shifts at p0 = 0.2 %, R = 50 / 500 / 5000 requests a second', moreTable(study)),
    ...titled('Spot cells, Sluice robust, p0 = 0.2 %', spotTable(study)),
    ...titled('Expected', checkTable(study, quick))
  ]
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return [title, '', ...lines, '']
}

function scoreTable(study: Study): readonly string[] {
  const oracle = score(pick(study, ORACLE, 'clean', 'start'))
  const rows = [...OURS, ...PEERS, ORACLE].map((rule) => {
    const of = (noise: 'clean' | 'independent' | 'common', onset: 'start' | 'mid') => {
      const cells = pick(study, rule, noise, onset)
      return cells.length === 0 ? '-' : `${two(score(cells))} (${(missed(cells) * 100).toFixed(0)}%)`
    }
    const ratio = two(score(pick(study, rule, 'clean', 'start')) / oracle)
    const mids = [of('independent', 'start'), of('independent', 'mid'), of('common', 'start'), of('common', 'mid')]
    return [rule, of('clean', 'start'), of('clean', 'mid'), ...mids, ratio]
  })
  const head = [
    'rule',
    'clean start',
    'clean mid',
    'indep. start',
    'indep. mid',
    'common start',
    'common mid',
    '/ oracle'
  ]
  return table(head, rows)
}

function sizeTable(study: Study): readonly string[] {
  const sizes: readonly (readonly [string, (cell: Cell) => boolean])[] = [
    ['2x', ({ p0, p1 }) => p1 === 2 * p0],
    ['5x', ({ p0, p1 }) => p1 === 5 * p0],
    ['5 %', ({ p1 }) => p1 === 0.05],
    ['50 %', ({ p1 }) => p1 === 0.5]
  ]
  const rows = [...OURS, ...PEERS, ORACLE].map((rule) => [
    rule,
    ...sizes.map(([, keep]) => {
      const cells = [...pick(study, rule, 'clean', 'start', keep), ...pick(study, rule, 'clean', 'mid', keep)]
      return `${two(score(cells))} (${(missed(cells) * 100).toFixed(0)}%)`
    })
  ])
  return table(['rule', ...sizes.map(([name]) => name)], rows)
}

function falseTable(study: Study): readonly string[] {
  const rows = [...OURS, ...PEERS].map((rule) => [
    rule,
    ...GATE_NOISES.map((noise) => percent(worstFalse(pick(study, rule, noise, 'never'))))
  ])
  return table(['rule', ...GATE_NOISES], rows)
}

function moreTable(study: Study): readonly string[] {
  const rows = OURS.flatMap((rule) =>
    [...GATE_NOISES, ...MORE_NOISES].map((noise) => {
      const cells = pick(study, rule, noise, 'never', ({ p0 }) => p0 === 0.002)
      const by = (of: (cells: Study) => string) =>
        RATES.map((rps) => of(cells.filter(({ task }) => task.cell.rps === rps))).join(' / ')
      return [
        rule,
        NOISE_WORDS[noise],
        by((one) => percent(worstFalse(one))),
        by((one) => healthyMinutes(one).toFixed(1)),
        by((one) => two(stepBacks(one)))
      ]
    })
  )
  return table(['rule', 'noise', 'false rollbacks', 'minutes', 'step-backs'], rows)
}

function spotTable(study: Study): readonly string[] {
  const rows = (['start', 'mid'] as const).flatMap((onset) =>
    pick(study, 'Sluice robust', 'clean', onset, ({ p0 }) => p0 === 0.002).map((cell) => {
      const { rps, p1 } = cell.task.cell
      const floor = bound(cell.task.cell, LADDER.shares[onset === 'start' ? 0 : LADDER.midStep] ?? 1)
      const missing = percent(cell.outcome.missed / cell.outcome.shifts)
      const excess = meanExcess(cell)
      return [
        onset,
        String(rps),
        percent(p1),
        excess.toFixed(1),
        meanDelay(cell).toFixed(1),
        missing,
        two(excess / floor)
      ]
    })
  )
  return table(['onset', 'R', 'p1', 'excess errors', 'minutes', 'missed', 'score'], sorted(rows))
}

function sorted(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const key = (row: readonly string[]) =>
    [row[0] === 'start' ? 0 : 1, Number(row[1]), parseFloat(row[2] ?? '')] as const
  return rows.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2]
  })
}

function checkTable(study: Study, quick: boolean): readonly string[] {
  const rows = checks(study, quick).map((check) => {
    const shown = check.share ? percent : two
    return [holds(check) ? 'ok' : 'NOT', check.what, shown(check.got), `${shown(check.low)} to ${shown(check.high)}`]
  })
  return table(['', 'figure', 'got', 'expected'], rows)
}
