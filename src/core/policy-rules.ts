/**
 * What a legal policy is, beyond the shape of its document: CONTRACT section 4, "Lower bounds". Says where and why as data,
 * in the words and paths of the YAML; never throws, never repairs, and knows nothing of files.
 */
import { formatDuration } from './duration.ts'
import { ALL, formatPercent, NONE } from './percent.ts'
import type { Migration } from './migration.ts'
import type { ErrorRateGate, GateSpec, Policy } from './policy.ts'
import type { Ms } from './time.ts'

/** `path` leads to the key as it is written in the document; a missing key is named too. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning'
  readonly path: readonly (string | number)[]
  readonly message: string
}

const SECOND: Ms = 1_000
const MINUTE: Ms = 60_000

/** The periods CloudWatch can be asked for: high resolution ones, or whole minutes. */
const SHORT_PERIODS: readonly Ms[] = [1, 5, 10, 20, 30].map((seconds) => seconds * SECOND)
export const PERIOD_ALLOWED = '1s, 5s, 10s, 20s, 30s or a multiple of 60s'

/** A bake must hold the delay and this many periods: two mature ones wholly inside the step, and one that it began in. */
const PERIODS_IN_BAKE = 3

/** The shortest bake in which this gate can come to a passing verdict. */
export function shortestBakeMs(gate: GateSpec, firstStep: boolean): Ms {
  if (gate.type !== 'errorRate') return 0
  return gate.delayMs + PERIODS_IN_BAKE * gate.periodMs + (firstStep ? gate.warmupMs : 0)
}

/** Every rule that a policy alone can break. */
export function policyProblems(policy: Policy): readonly RuleProblem[] {
  return [
    ...stepProblems(policy),
    ...bakeProblems(policy),
    ...gateProblems(policy.gates),
    ...maxBakeProblems(policy),
    ...deadlineProblems(policy)
  ]
}

/** Rules of a list of gates, a policy's or a migration's. Paths begin with `gates`. */
export function gateProblems(gates: readonly GateSpec[]): readonly RuleProblem[] {
  return gates.flatMap((gate, i) => [
    ...(gates.findIndex(({ name }) => name === gate.name) < i
      ? [error(['gates', i, 'name'], `there is another gate named ${gate.name}: names must differ`)]
      : []),
    ...(gate.type === 'errorRate' ? periodProblems(gate, ['gates', i, 'period']) : [])
  ])
}

/**
 * Whether a policy can drive this migration in this daemon: each problem is a sentence. `tokens`: does the daemon know
 * callers apart.
 */
export function fitProblems(
  policy: Policy,
  migration: Migration,
  daemon: { readonly tokens: boolean }
): readonly string[] {
  const routes = migration.routes.map(({ name }) => name)
  const theirs = policy.gates.map(({ name }) => name)
  const strangers = [...policy.gates, ...migration.gates].flatMap((gate) =>
    (gate.routes ?? [])
      .filter((name) => !routes.includes(name))
      .map((name) => `gate ${gate.name} names the route ${name}, but ${migration.name} has ${listed(routes)}`)
  )
  const twice = migration.gates
    .filter(({ name }) => theirs.includes(name))
    .map(({ name }) => `policy ${policy.name} and migration ${migration.name} both have a gate named ${name}`)
  const short = migration.gates.flatMap((gate) =>
    bakesTooShort(policy, gate).map(({ index, why }) => `step ${index + 1} of policy ${policy.name}: its bake ${why}`)
  )
  const alone =
    !daemon.tokens && policy.steps.some(({ approval }) => approval?.by === 'other')
      ? ['approval by: other needs tokens (server.auth.tokens): without them everybody is the same person']
      : []
  return [...strangers, ...twice, ...short, ...alone]
}

function stepProblems({ mode, steps, maxJump }: Policy): readonly RuleProblem[] {
  if (steps.length === 0 && mode === 'act') return [error(['steps'], 'is missing: mode act needs steps, or a ramp')]
  return steps.flatMap(({ percent }, i) => {
    const path = ['steps', i, 'percent']
    const before = steps[i - 1]?.percent ?? NONE
    if (percent <= NONE || percent > ALL)
      return [error(path, `is ${formatPercent(percent)}, but must be above 0 and at most 100`)]
    if (percent <= before)
      return [error(path, `is ${formatPercent(percent)}, but must be above the step before (${formatPercent(before)})`)]
    const jump = percent - before
    if (jump <= maxJump) return []
    return [
      error(
        path,
        `adds ${formatPercent(jump)} to ${formatPercent(before)}, but maxJump allows ${formatPercent(maxJump)}`
      )
    ]
  })
}

function bakeProblems(policy: Policy): readonly RuleProblem[] {
  // The most demanding gate speaks for all: one sentence for each step.
  const worst = new Map<number, { shortest: Ms; why: string }>()
  for (const gate of policy.gates) {
    for (const { index, shortest, why } of bakesTooShort(policy, gate)) {
      if ((worst.get(index)?.shortest ?? 0) < shortest) worst.set(index, { shortest, why })
    }
  }
  const gated = [...worst].sort(([a], [b]) => a - b).map(([i, { why }]) => error(['steps', i, 'bake'], why))
  const empty = policy.steps.flatMap(({ bakeMs }, i) =>
    bakeMs > 0 || worst.has(i) ? [] : [error(['steps', i, 'bake'], 'must be above 0')]
  )
  return [...gated, ...empty]
}

function bakesTooShort(policy: Policy, gate: GateSpec): readonly { index: number; shortest: Ms; why: string }[] {
  return policy.steps.flatMap(({ bakeMs }, index) => {
    const shortest = shortestBakeMs(gate, index === 0)
    if (bakeMs >= shortest || gate.type !== 'errorRate') return []
    const parts = [
      `a delay of ${formatDuration(gate.delayMs)}`,
      `${PERIODS_IN_BAKE} periods of ${formatDuration(gate.periodMs)}`
    ]
    if (index === 0 && gate.warmupMs > 0) parts.push(`in the first step a warmup of ${formatDuration(gate.warmupMs)}`)
    const why = `is ${formatDuration(bakeMs)}, but must be at least ${formatDuration(shortest)}: gate ${gate.name} needs ${listed(parts)}`
    return [{ index, shortest, why }]
  })
}

function periodProblems({ periodMs }: ErrorRateGate, path: RuleProblem['path']): readonly RuleProblem[] {
  const legal = SHORT_PERIODS.includes(periodMs) || (periodMs > 0 && periodMs % MINUTE === 0)
  if (!legal) return [error(path, `is ${formatDuration(periodMs)}, but must be ${PERIOD_ALLOWED}`)]
  if (periodMs >= MINUTE) return []
  return [
    warning(
      path,
      `is ${formatDuration(periodMs)}, but an ALB tells CloudWatch its counts once a minute: most such periods stay empty`
    )
  ]
}

function maxBakeProblems({ maxBakeMs, steps }: Policy): readonly RuleProblem[] {
  const longest = Math.max(0, ...steps.map(({ bakeMs }) => bakeMs))
  if (maxBakeMs === null || maxBakeMs >= longest) return []
  return [
    error(
      ['maxBake'],
      `is ${formatDuration(maxBakeMs)}, but must be at least the longest bake (${formatDuration(longest)})`
    )
  ]
}

function deadlineProblems({ deadlineMs, steps }: Policy): readonly RuleProblem[] {
  const bakes = steps.reduce((sum, { bakeMs }) => sum + bakeMs, 0)
  if (bakes < deadlineMs) return []
  return [
    warning(
      ['deadline'],
      `is ${formatDuration(deadlineMs)}, but the bakes alone take ${formatDuration(bakes)}: such a shift is halted on its way`
    )
  ]
}

function error(path: RuleProblem['path'], message: string): RuleProblem {
  return { severity: 'error', path, message }
}

function warning(path: RuleProblem['path'], message: string): RuleProblem {
  return { severity: 'warning', path, message }
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
