/** What gates are judged with, unless a test says otherwise. */
import type { GateContext } from '../../../src/core/gates/context.ts'
import type { PeriodCounts, SideCounts } from '../../../src/core/observation.ts'
import { aPeriod, MINUTE, T0 } from '../../support/builders.ts'

export const IN_STEP: GateContext = {
  w: 0.1,
  inStep: true,
  entered: true,
  step: 0,
  warm: true,
  inBack: false,
  roseAt: null,
  onAmber: 'stepBack',
  guard: false
}

/** The `n`-th period from T0. */
export function periodAt(n: number, fields: Partial<PeriodCounts> = {}): PeriodCounts {
  return aPeriod({ start: T0 + n * MINUTE, ...fields })
}

/** Answers of one side by class; a class that is 0 has no value, as CloudWatch publishes none. */
export function answers(
  of: Partial<Record<'2xx' | '3xx' | '4xx' | '5xx', number>>,
  requests: number | null = Object.values(of).reduce((a, b) => a + b, 0)
): SideCounts {
  const count = (n: number | undefined) => (n === undefined || n === 0 ? null : n)
  return {
    requests: count(requests ?? 0),
    codes: { c2xx: count(of['2xx']), c3xx: count(of['3xx']), c4xx: count(of['4xx']), c5xx: count(of['5xx']) }
  }
}

/** A period of a meter of values. */
export function valuesAt(n: number, values: Readonly<Record<string, number | null>>): PeriodCounts {
  const none = answers({})
  return periodAt(n, { old: none, new: none, lb: { requests: null, e502: null, e503: null, e504: null }, values })
}
