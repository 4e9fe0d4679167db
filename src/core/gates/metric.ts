/**
 * The gate `metric` (CONTRACT 4.1): an expression over any CloudWatch metrics of new, within bounds in most of the newest
 * periods. Raw values are fetched and the arithmetic is done here, so that what is missing is known to be missing.
 */
import { evaluate, idsOf, parseExpression, type Expression } from '../expression.ts'
import { formatCount } from '../explain/words.ts'
import type { PeriodCounts } from '../observation.ts'
import type { MetricGate } from '../policy.ts'
import type { GateState } from '../shift.ts'
import { endOf, type GateContext } from './context.ts'
import { blinded } from './errorRate.ts'
import { valueName } from './values.ts'

/** Of these statistics "none" can be 0, as CloudWatch publishes no zero. No average and no percentile of nothing is 0. */
const COUNTS = /^(Sum|SampleCount|TC\(.*\)|TS\(.*\))$/

/**
 * Judges the next mature period of one route. Periods must come in order, each once.
 *
 * - No value of new at all is blind. A missing count is 0 only beside another value of the same period.
 * - Out of bounds in `breaches` of the newest `outOf` periods that had a value is a breach; the window reaches back over steps.
 *   Fewer are neither a breach nor a pass.
 */
export function judgeMetric(spec: MetricGate, state: GateState, period: PeriodCounts, context: GateContext): GateState {
  const at = endOf(period, spec)
  const parsed = parseExpression(spec.expression)
  if (parsed.kind === 'problem') return { ...blinded(state, 'bad_expression'), at, passed: 0 }
  const found = measured(spec, parsed, period)
  if (found === 'no_data') return { ...blinded(state, 'no_data'), at, passed: 0 }
  const seen = { ...state, at, limit: nearest(spec, found) }
  if (found === 'no_value') {
    return { ...seen, value: null, samples: 0, verdict: 'inconclusive', note: 'no_value', words: '', passed: 0 }
  }
  const out = (spec.max !== null && found > spec.max) || (spec.min !== null && found < spec.min)
  const marks = [...(state.marks ?? []), out].slice(-spec.outOf)
  const bad = marks.filter(Boolean).length
  const words = wordsOf(spec, found, bad, marks.length)
  const shown = { ...seen, value: found, samples: marks.length, marks, words }
  if (bad >= spec.breaches) return { ...shown, verdict: 'breach', note: null, passed: 0 }
  if (out) return { ...shown, verdict: 'inconclusive', note: `out_of_bounds:${bad}/${spec.breaches}`, passed: 0 }
  return { ...shown, verdict: 'pass', note: null, passed: state.passed + (context.inStep ? 1 : 0) }
}

function measured(spec: MetricGate, expression: Expression, period: PeriodCounts): number | 'no_data' | 'no_value' {
  const raw = (id: string): number | null => period.values?.[valueName('new', id, 0)] ?? null
  const some = idsOf(expression).some((id) => raw(id) !== null)
  if (!some) return 'no_data'
  const isCount = (id: string) => COUNTS.test(spec.queries.find((query) => query.id === id)?.stat ?? '')
  return evaluate(expression, (id) => raw(id) ?? (isCount(id) ? 0 : null)) ?? 'no_value'
}

/** The expression's value in this period, for a graph; null where it has none. */
export function metricValue(spec: MetricGate, period: PeriodCounts): number | null {
  const parsed = parseExpression(spec.expression)
  if (parsed.kind === 'problem') return null
  const found = measured(spec, parsed, period)
  return typeof found === 'number' ? found : null
}

/** The bound that is crossed, or the one that there is. */
function nearest({ min, max }: MetricGate, value: number | 'no_value'): number {
  if (min !== null && value !== 'no_value' && value < min) return min
  return max ?? min ?? 0
}

function wordsOf({ name, min, max, outOf, breaches }: MetricGate, value: number, bad: number, seen: number): string {
  const bounds = [max === null ? null : `at most ${shown(max)}`, min === null ? null : `at least ${shown(min)}`]
  const allowed = bounds.filter((bound) => bound !== null).join(', ')
  const often = outOf === 1 ? '' : `; out of bounds in ${bad} of the newest ${seen} periods, ${breaches} are a breach`
  return `${name} is ${shown(value)} on new, ${allowed}${often}`
}

/** Four digits are enough to see on which side of a bound it is. */
function shown(value: number): string {
  const short = Number(value.toPrecision(4))
  return Math.abs(short) >= 1e15 ? String(short) : formatCount(short)
}
