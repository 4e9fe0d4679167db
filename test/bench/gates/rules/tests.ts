/**
 * Sequential tests beside ours, on counts of both sides: what is left of the rule when its parts are taken away, and an oracle.
 */
import { baselineOf } from '../../../../src/core/evidence/baseline.ts'
import { deflation } from '../../../../src/core/evidence/deflation.ts'
import { LN_ZERO, ln, lnAdd, lnSum } from '../../../../src/core/evidence/log.ts'
import { onsetPrior } from '../../../../src/core/evidence/onset.ts'
import type { JudgeMaker, Minute } from '../judge.ts'

const RATIOS = [2, 4, 12, 60]
/** As in the literature: any difference counts. */
const TOLERANCE = 1
const ROLL_BACK_AT = -Math.log(0.02)

/** new against old in the same minute, counts deflated by the baseline's overdispersion. */
function likelihood({ n1, e1, n0, e0 }: Minute, r: number, gamma: number): number {
  const a1 = deflation(n1, gamma)
  const a0 = deflation(n0, gamma)
  const big = n1 * a1 * TOLERANCE
  const s = big / (big + n0 * a0)
  return e1 * a1 * Math.log(r) - (e1 * a1 + e0 * a0) * Math.log(1 - s + r * s)
}

/** A mixture over ratios; the change-time prior, or everything staked on the first minute (plain mSPRT). */
export function mixture(changeTime: boolean): JudgeMaker {
  return ({ ladder, baseline }) => {
    const { gamma } = baselineOf(baseline)
    const plan = { steps: ladder.shares.length, blocks: ladder.shares.length * ladder.bake }
    const wealth = RATIOS.map(() => LN_ZERO)
    let [reserve, seen, errors] = [1, 0, 0]
    return {
      see: (minute) => {
        const stake = Math.min(reserve, changeTime ? onsetPrior(plan, seen, minute.first) : 1)
        RATIOS.forEach((r, g) => {
          wealth[g] = lnAdd(wealth[g] ?? LN_ZERO, ln(stake / RATIOS.length)) + likelihood(minute, r, gamma)
        })
        reserve -= stake
        seen += 1
        errors += minute.e1
        const evidence = lnSum(wealth, 0, wealth.length, ln(reserve))
        return {
          rollback: evidence >= ROLL_BACK_AT && errors >= 3,
          hold: evidence >= Math.log(4) && errors >= 2,
          retreat: null
        }
      }
    }
  }
}

/** Three charts; their alarm is set so that healthy shifts of this length are rolled back at about the same rate. */
export function cusum(at: number): JudgeMaker {
  const ratios = [2, 5, 20]
  return ({ baseline }) => {
    const { gamma } = baselineOf(baseline)
    const charts = ratios.map(() => 0)
    let errors = 0
    return {
      see: (minute) => {
        errors += minute.e1
        ratios.forEach((r, g) => (charts[g] = Math.max(0, (charts[g] ?? 0) + likelihood(minute, r, gamma))))
        const high = Math.max(...charts)
        return { rollback: high >= at && errors >= 3, hold: high >= at / 2, retreat: null }
      }
    }
  }
}

/** Knows both rates and when it began; Wald's upper boundary for 1 % and 5 %. */
export function oracle(): JudgeMaker {
  return ({ p0, p1, onset }) => {
    let sum = 0
    return {
      see: ({ n1, e1, minute }) => {
        if (minute >= onset()) sum += e1 * Math.log(p1 / p0) + (n1 - e1) * Math.log((1 - p1) / (1 - p0))
        return { rollback: sum >= Math.log(0.95 / 0.01), hold: false, retreat: null }
      }
    }
  }
}
