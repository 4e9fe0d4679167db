/**
 * The gate `statusMix` (CONTRACT 4.1): does new answer with a class of status codes more often than old? A cluster without its
 * secrets, hosts or limits answers 401 and 404, which no count of errors sees (FM-46). One sequential comparison for each
 * class; the worst of them speaks. Never compares with a constant: old's share, whatever it is, is what is usual.
 */
import { read } from '../evidence/evidence.ts'
import type { Phrasing } from '../evidence/words.ts'
import type { PeriodCounts, SideCounts } from '../observation.ts'
import type { StatusClass, StatusMixGate } from '../policy.ts'
import type { Compared, GateState, Tally } from '../shift.ts'
import { judgeComparison } from './comparison.ts'
import { comparisonContext, endOf, URGENCY, type GateContext } from './context.ts'
import { tally, type Blind } from './counts.ts'
import { blinded } from './errorRate.ts'

const CODES = { '2xx': 'c2xx', '3xx': 'c3xx', '4xx': 'c4xx', '5xx': 'c5xx' } as const

/**
 * The objective of these comparisons: every answer may be of the class. ABS has no alternative above that, so that it never
 * speaks, nothing counts as a catastrophe, and old is never "out of its objective as well" (GATING 3.3, 3.5).
 */
export const NO_OBJECTIVE = 1

/** Answers of targets, and those of the class among them. A missing count is 0 only beside answers; requests without any code are blind. */
export function mix(side: SideCounts, lb: PeriodCounts['lb'], of: StatusClass): Tally | Blind {
  const counted = tally(side, lb)
  if ('blind' in counted) return counted
  const requests = Object.values(side.codes).reduce<number>((sum, count) => sum + (count ?? 0), 0)
  if (requests === 0 && counted.requests > counted.errors) return { blind: 'no_codes' }
  return { requests, errors: side.codes[CODES[of]] ?? 0 }
}

/** Judges the next mature period of one route. Periods must come in order, each once. */
export function judgeStatusMix(
  spec: StatusMixGate,
  state: GateState,
  period: PeriodCounts,
  context: GateContext
): GateState {
  const judged: { readonly of: StatusClass; readonly state: GateState; readonly compared: Compared }[] = []
  for (const of of spec.classes) {
    const compared = state.classes?.[of]
    const [fresh, older] = [mix(period.new, period.lb, of), mix(period.old, period.lb, of)]
    if ('blind' in fresh) return { ...blinded(state, fresh.blind), at: endOf(period, spec), passed: 0 }
    if ('blind' in older) return { ...blinded(state, older.blind), at: endOf(period, spec), passed: 0 }
    if (!compared) return { ...blinded(state, 'not_begun'), at: endOf(period, spec), passed: 0 }
    const limit = allowedShare(compared, older)
    const told = comparisonContext(spec, context, { limit, phrasing: classPhrasing(of) })
    const next = judgeComparison(state, compared, period, { new: fresh, old: older }, told)
    judged.push({ of, state: next, compared: next.compared ?? compared })
  }
  const [worst] = judged.toSorted(
    (a, b) =>
      URGENCY.indexOf(a.state.verdict) - URGENCY.indexOf(b.state.verdict) || strength(b.compared) - strength(a.compared)
  )
  if (!worst) return { ...blinded(state, 'not_begun'), at: endOf(period, spec), passed: 0 }
  const { compared: _one, ...shown } = worst.state
  const classes = Object.fromEntries(judged.map(({ of, compared }) => [of, compared]))
  return { ...shown, classes, words: worst.compared.words }
}

function strength({ evidence }: Compared): number {
  return read(evidence).lnRelative
}

/** What new may have: old's share in this period, or before the shift where old is silent, times the tolerance. */
function allowedShare({ evidence: { rule } }: Compared, old: Tally): number {
  const usual = old.requests > 0 ? old.errors / old.requests : rule.baseline.phat
  return Math.min(1, usual * rule.knobs.tolerance)
}

export function classPhrasing(of: StatusClass): Phrasing {
  return { does: `answers ${of} on`, one: `${of} answer`, many: `${of} answers` }
}
