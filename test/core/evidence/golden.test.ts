/** Golden vectors H1 to H7, in the core and through `sluice judge`. */
import t from 'tap'
import { baselineOf } from '../../../src/core/evidence/baseline.ts'
import { newEvidence, step } from '../../../src/core/evidence/evidence.ts'
import { knobsOf } from '../../../src/core/evidence/knobs.ts'
import { sluice } from '../../cli/support/sluice.ts'
import { GOLDEN, type Golden, type GoldenRow } from './golden.ts'

t.equal(GOLDEN.length, 7)

for (const golden of GOLDEN) {
  t.test(
    `${golden.name}: ${golden.title}: every number as printed, and through JSON between any two blocks`,
    async (t) => {
      const baseline = baselineOf(golden.baseline)
      t.equal(Number(baseline.gamma.toPrecision(6)), golden.gamma)
      t.equal(Number(baseline.noise.toPrecision(6)), golden.noise)
      let evidence = newEvidence({
        theta: 0.01,
        knobs: knobsOf('robust'),
        baseline,
        plan: { shares: [0.01, 0.05, 0.25, 1], blocks: 20 },
        periodMs: 60_000,
        delayMs: 120_000,
        minShare: 0.001,
        promotion: null
      })
      golden.rows.forEach((row, i) => {
        const { n1, e1, n0, e0, w, first } = row
        const stepped = step(evidence, { n1, e1, n0, e0, w, first, start: i * 60_000, periodMs: 60_000 })
        t.strictSame(JSON.parse(JSON.stringify(stepped.evidence)), stepped.evidence)
        evidence = JSON.parse(JSON.stringify(stepped.evidence))
        const { reading } = stepped
        const got: Omit<GoldenRow, keyof typeof row & ('n1' | 'e1' | 'n0' | 'e0' | 'w' | 'first')> = {
          lnRelative: reading.lnRelative.toFixed(4),
          lnAbsolute: reading.lnAbsolute.toFixed(4),
          amber: reading.amberScore.toFixed(4),
          frozen: reading.frozenAmber.toFixed(4),
          fit: reading.noiseFit.map((q) => q.toFixed(3)).join('/'),
          shared: reading.shared,
          clear: reading.clear,
          rollback: reading.fired !== null,
          back: reading.wBack === null ? '-' : reading.wBack.toFixed(4)
        }
        t.hasStrict(row, got, `block ${i}`)
      })
    }
  )

  t.test(`${golden.name}: sluice judge --json says the same, a line a block`, async (t) => {
    const folder = t.testdir({ 'counts.json': JSON.stringify(judgeInput(golden)) })
    const { code, out, err } = await sluice(['judge', `${folder}/counts.json`, '--json'])
    t.match({ code, err }, { code: 0, err: '' })
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    t.equal(lines.length, golden.rows.length)
    golden.rows.forEach((row, i) => {
      const line = lines[i]
      t.strictSame(Object.keys(line), [
        'lnRelative',
        'lnAbsolute',
        'amber',
        'frozenAmber',
        'shared',
        'clear',
        'rollback',
        'back',
        'verdict'
      ])
      t.hasStrict(row, {
        lnRelative: line.lnRelative.toFixed(4),
        lnAbsolute: line.lnAbsolute.toFixed(4),
        amber: line.amber.toFixed(4),
        frozen: line.frozenAmber.toFixed(4),
        shared: line.shared,
        clear: line.clear,
        rollback: line.rollback,
        back: line.back === null ? '-' : (line.back / 100).toFixed(4)
      })
      t.equal(line.verdict, verdictOf(golden, i), `verdict of block ${i}`)
    })
  })
}

export function judgeInput({ baseline, rows }: Golden) {
  return {
    theta: 0.01,
    profile: 'robust',
    plan: { percents: [1, 5, 25, 100], bakeMinutes: 5 },
    baseline,
    buckets: rows.map(({ n1, e1, n0, e0, w, first }) => ({ n1, e1, n0, e0, percent: w * 100, first }))
  }
}

/** The order of decisions, written down by hand from the vectors. */
function verdictOf({ name }: Golden, i: number): string {
  const verdicts: Record<string, readonly string[]> = {
    H1: ['wait', 'hold', 'hold', 'rollback', 'rollback', 'rollback'],
    H2: ['wait', 'wait', 'wait', 'wait', 'advance', 'rollback', 'rollback'],
    H3: ['wait', 'wait', 'hold', 'hold', 'hold'],
    H4: ['wait', 'wait', 'wait'],
    H5: ['wait', 'wait', 'stepBack', 'stepBack', 'stepBack'],
    H6: ['wait', 'wait', 'stepBack', 'wait', 'advance'],
    H7: ['wait', 'stepBack', 'stepBack']
  }
  return verdicts[name]?.[i] ?? ''
}
