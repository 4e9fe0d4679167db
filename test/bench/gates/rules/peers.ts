/**
 * What others do, as their documentation says, with typical settings: re-implementations of the decisions, not runs of the tools.
 * All of them look at a minute's rate of errors on new; none looks at old.
 */
import type { Judge, JudgeMaker, Minute, Opinion } from '../judge.ts'

const GO: Opinion = { rollback: false, hold: false, retreat: null }

/** A judge that steps over a state of its own. */
function judgeOf(see: (minute: Minute) => boolean): Judge {
  return { see: (minute) => (see(minute) ? { ...GO, rollback: true } : GO) }
}

const isBad = ({ n1, e1 }: Minute, threshold: number) => n1 > 0 && e1 / n1 > threshold

/** Argo Rollouts: a constant each minute; more failures than `failureLimit` abort. No data is inconclusive. */
export function argo(failureLimit: number, threshold?: (p0: number) => number): JudgeMaker {
  return ({ theta, p0 }) => {
    const limit = threshold?.(p0) ?? theta
    let failures = 0
    return judgeOf((minute) => (isBad(minute, limit) ? ++failures : failures) > failureLimit)
  }
}

/** Flagger: failed checks halt advancement, and so many of them roll back; no data is a failed check. */
export function flagger(threshold: number): JudgeMaker {
  return ({ theta }) => {
    let failed = 0
    return {
      see: (minute) => {
        const bad = minute.n1 === 0 || isBad(minute, theta)
        if (bad) failed += 1
        return { rollback: failed >= threshold, hold: bad, retreat: null }
      }
    }
  }
}

/** A CloudWatch alarm behind CodeDeploy or ECS: M of the last N minutes above a constant. */
export function alarm(m: number, n: number, threshold?: (p0: number) => number): JudgeMaker {
  return ({ theta, p0 }) => {
    const limit = threshold?.(p0) ?? theta
    const last: boolean[] = []
    return judgeOf((minute) => {
      last.push(isBad(minute, limit))
      if (last.length > n) last.shift()
      return last.filter(Boolean).length >= m
    })
  }
}

/** SRE workbook: a long and a short window above so many times the budget (twice the usual rate). */
export function burnRate(): JudgeMaker {
  const windows = [
    { long: 5, short: 1, factor: 14.4 },
    { long: 30, short: 5, factor: 6 }
  ]
  return ({ p0 }) => {
    const seen: Minute[] = []
    const rate = (minutes: number) => {
      const [n, e] = sumOf(seen.slice(-minutes))
      return n > 0 ? e / n : 0
    }
    return judgeOf((minute) => {
      seen.push(minute)
      return windows.some(({ long, short, factor }) => {
        const limit = factor * 2 * p0
        return rate(long) > limit && rate(short) > limit
      })
    })
  }
}

function sumOf(minutes: readonly Minute[]): readonly [n: number, e: number] {
  return [minutes.reduce((sum, { n1 }) => sum + n1, 0), minutes.reduce((sum, { e1 }) => sum + e1, 0)]
}

/**
 * Kayenta's NetflixACAJudge at the end of each step, growing lookback: Mann-Whitney on the minutes' rates of new and old, lower
 * confidence limit (98 %, normal approximation) of the shift above a quarter of its estimate.
 */
export function kayenta(): JudgeMaker {
  return () => ({
    see: () => GO,
    endOfStep: (seen) => {
      const usable = seen.filter(({ n1, n0 }) => n1 > 0 && n0 > 0)
      if (usable.length < 3) return false
      const differences = usable.flatMap((a) => usable.map((b) => a.e1 / a.n1 - b.e0 / b.n0)).sort((x, y) => x - y)
      const m = usable.length
      const half = differences.length / 2
      const estimate = ((differences[Math.ceil(half) - 1] ?? 0) + (differences[Math.floor(half)] ?? 0)) / 2
      const rank = Math.round((m * m) / 2 - 1.645 * Math.sqrt((m * m * (2 * m + 1)) / 12))
      const low = rank >= 1 ? (differences[rank - 1] ?? -1) : -1
      return estimate > 0 && low > 0.25 * estimate
    }
  })
}
