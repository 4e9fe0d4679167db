/**
 * What a legal gate is, beyond the shape of its document. Says where and why as data, in the words and paths of the YAML; never
 * throws, never repairs.
 */
import { formatDuration } from './duration.ts'
import { idsOf, parseExpression } from './expression.ts'
import { isMeasured } from './gates/meters.ts'
import { formatRate } from './percent.ts'
import type { BurnRateGate, GateSpec, MetricGate } from './policy.ts'
import type { Ms } from './time.ts'

/** `path` leads to the key as it is written in the document; a missing key is named too. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning'
  readonly path: readonly (string | number)[]
  readonly message: string
}

type Path = RuleProblem['path']

const SECOND: Ms = 1_000
const MINUTE: Ms = 60_000

/** The periods CloudWatch can be asked for: high resolution ones, or whole minutes. */
const SHORT_PERIODS: readonly Ms[] = [1, 5, 10, 20, 30].map((seconds) => seconds * SECOND)
export const PERIOD_ALLOWED = '1s, 5s, 10s, 20s, 30s or a multiple of 60s'

/** When the periods of a gate can be judged; null for gates that wait for none. */
export function timingOf(
  gate: GateSpec
): { readonly periodMs: Ms; readonly delayMs: Ms; readonly warmupMs: Ms } | null {
  if (!isMeasured(gate)) return null
  return { periodMs: gate.periodMs, delayMs: gate.delayMs, warmupMs: 'warmupMs' in gate ? gate.warmupMs : 0 }
}

/** Every rule that one gate alone can break. */
export function ownProblems(gate: GateSpec, path: Path): readonly RuleProblem[] {
  return [...periodProblems(gate, [...path, 'period']), ...limitProblems(gate, path)]
}

function periodProblems(gate: GateSpec, path: Path): readonly RuleProblem[] {
  const timing = timingOf(gate)
  if (timing === null) return []
  const { periodMs } = timing
  const legal = SHORT_PERIODS.includes(periodMs) || (periodMs > 0 && periodMs % MINUTE === 0)
  if (!legal) return [error(path, `is ${formatDuration(periodMs)}, but must be ${PERIOD_ALLOWED}`)]
  // Metrics of others may well be told more often.
  if (periodMs >= MINUTE || gate.type === 'metric') return []
  return [
    warning(
      path,
      `is ${formatDuration(periodMs)}, but an ALB tells CloudWatch its counts once a minute: most such periods stay empty`
    )
  ]
}

function limitProblems(gate: GateSpec, path: Path): readonly RuleProblem[] {
  switch (gate.type) {
    case 'errorRate':
      return gate.against === 'old' ? comparable(gate.max, [...path, 'max']) : []
    case 'latency':
      return gate.slow === null ? [] : comparable(gate.slow.max, [...path, 'maxSlow'])
    case 'metric':
      return metricProblems(gate, path)
    case 'burnRate':
      return burnProblems(gate, path)
    case 'probe':
      if (gate.max > 0 && gate.max < 0.95) return []
      return [error([...path, 'max'], `is ${formatRate(gate.max)}, but must be above 0 % and below 95 %`)]
    case 'statusMix':
    case 'targetHealth':
    case 'alarm':
      return []
  }
}

/** Evidence is weighed against an objective that can be met and missed. */
function comparable(max: number, path: Path): readonly RuleProblem[] {
  return max > 0 ? [] : [error(path, 'is 0 %, but must be above it: no service is without a single one')]
}

function metricProblems({ queries, expression, max, min, breaches, outOf }: MetricGate, path: Path) {
  const found: RuleProblem[] = []
  const parsed = parseExpression(expression)
  if (parsed.kind === 'problem') {
    found.push(
      error([...path, 'expression'], `is no arithmetic over ids (at character ${parsed.at + 1}: ${parsed.detail})`)
    )
  } else {
    const ids = queries.map(({ id }) => id)
    const strange = idsOf(parsed).filter((id) => !ids.includes(id))
    const unused = ids.filter((id) => !idsOf(parsed).includes(id))
    if (strange.length > 0) {
      found.push(error([...path, 'expression'], `names ${strange.join(', ')}, but the queries are ${ids.join(', ')}`))
    } else if (unused.length > 0) {
      found.push(warning([...path, 'expression'], `does not use ${unused.join(', ')}`))
    }
  }
  if (max !== null && min !== null && min > max) {
    found.push(error([...path, 'min'], `is ${min}, but must be at most max (${max})`))
  }
  if (breaches > outOf) {
    found.push(error([...path, 'breaches'], `is ${breaches}, but must be at most outOf (${outOf})`))
  }
  return found
}

function burnProblems({ objective, windows, periodMs }: BurnRateGate, path: Path): readonly RuleProblem[] {
  const found: RuleProblem[] = []
  if (!(objective > 0 && objective < 1)) {
    found.push(
      error(
        [...path, 'objective'],
        `is ${formatRate(objective)}, but must be above 0 % and below 100 %: else there is no budget to burn`
      )
    )
  }
  windows.forEach(({ longMs, shortMs, factor }, i) => {
    const at = [...path, 'windows', i]
    if (objective < 1 && factor * (1 - objective) >= 1) {
      found.push(
        error(
          [...at, 'factor'],
          `is ${factor}, but of ${formatRate(objective)} no burn is that fast: must be below ${Number((1 / (1 - objective)).toPrecision(4))}`
        )
      )
    }
    if (shortMs >= longMs) {
      found.push(
        error(
          [...at, 'short'],
          `is ${formatDuration(shortMs)}, but must be shorter than long (${formatDuration(longMs)})`
        )
      )
    }
    for (const [key, ms] of [
      ['short', shortMs],
      ['long', longMs]
    ] as const) {
      if (periodMs > 0 && ms % periodMs === 0) continue
      found.push(
        error([...at, key], `is ${formatDuration(ms)}, but must be a multiple of period (${formatDuration(periodMs)})`)
      )
    }
  })
  return found
}

function error(path: Path, message: string): RuleProblem {
  return { severity: 'error', path, message }
}

function warning(path: Path, message: string): RuleProblem {
  return { severity: 'warning', path, message }
}
