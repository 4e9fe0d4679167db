/**
 * What a legal policy is, beyond the shape of its document: CONTRACT section 4, "Lower bounds". Says where and why as data,
 * in the words and paths of the YAML; never throws, never repairs, and knows nothing of files.
 */
import { formatDuration } from './duration.ts'
import { ownProblems, timingOf, type RuleProblem } from './gateRules.ts'
import { ALL, formatPercent, NONE } from './percent.ts'
import { wordsIn } from './gates/vars.ts'
import { SIDES, type Migration } from './migration.ts'
import type { GateSpec, Policy } from './policy.ts'
import type { Ms } from './time.ts'

export type { RuleProblem } from './gateRules.ts'

/** A bake must hold the delay and this many periods: two mature ones wholly inside the step, and one that it began in. */
const PERIODS_IN_BAKE = 3

/** The shortest bake in which this gate can come to a passing verdict. */
export function shortestBakeMs(gate: GateSpec, firstStep: boolean): Ms {
  const timing = timingOf(gate)
  if (timing === null) return 0
  return timing.delayMs + PERIODS_IN_BAKE * timing.periodMs + (firstStep ? timing.warmupMs : 0)
}

/** Every rule that a policy alone can break. */
export function policyProblems(policy: Policy): readonly RuleProblem[] {
  return [
    ...stepProblems(policy),
    ...bakeProblems(policy),
    ...gateProblems(policy.gates),
    ...maxBakeProblems(policy),
    ...promotionProblems(policy),
    ...deadlineProblems(policy)
  ]
}

/** Rules of a list of gates, a policy's or a migration's. Paths begin with `gates`. */
export function gateProblems(gates: readonly GateSpec[]): readonly RuleProblem[] {
  return gates.flatMap((gate, i) => [
    ...(gates.findIndex(({ name }) => name === gate.name) < i
      ? [error(['gates', i, 'name'], `there is another gate named ${gate.name}: names must differ`)]
      : []),
    ...ownProblems(gate, ['gates', i])
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
  const noEvidence =
    policy.promotion !== null && ![...policy.gates, ...migration.gates].some(gathersEvidence)
      ? [`policy ${policy.name} promotes on evidence, but ${NO_EVIDENCE}`]
      : []
  return [
    ...strangers,
    ...twice,
    ...short,
    ...alone,
    ...noEvidence,
    ...strangeVars(policy, migration),
    ...unmeasured(policy, migration)
  ]
}

/** `$cluster` in a metric's dimensions must be a var of new on every route that the gate judges. */
function strangeVars(policy: Policy, migration: Migration): readonly string[] {
  const found = [...policy.gates, ...migration.gates].flatMap((gate) => {
    if (gate.type !== 'metric') return []
    const words = gate.queries.flatMap(({ dimensions }) => wordsIn(dimensions))
    const routes = migration.routes.filter(({ name }) => gate.routes === null || gate.routes.includes(name))
    return routes.flatMap((route) =>
      words
        .filter((word) => route.new.vars[word] === undefined)
        .map((word) => `gate ${gate.name} asks for $${word}, but new of route ${route.name} has no var ${word}`)
    )
  })
  return [...new Set(found)]
}

/** Classes of answers and response times are the load balancer's to tell: a side with measurements of its own has none. */
function unmeasured(policy: Policy, migration: Migration): readonly string[] {
  return [...policy.gates, ...migration.gates].flatMap((gate) => {
    if (gate.type !== 'statusMix' && gate.type !== 'latency') return []
    return migration.routes
      .filter((route) => gate.routes === null || gate.routes.includes(route.name))
      .flatMap((route) => {
        const side = SIDES.find((one) => route[one].measure !== undefined)
        if (side === undefined) return []
        const what = gate.type === 'statusMix' ? 'classes of answers' : 'response times'
        return `gate ${gate.name} (${gate.type}) needs ${what}, which the measure of ${side} of route ${route.name} does not tell: name the gate's routes without it (routes: […])`
      })
  })
}

const NO_EVIDENCE =
  'no gate compares new with old: an errorRate gate with against: old, statusMix, or latency with maxSlow is needed'

/** What it counts can exclude a regression (GATING 3.6). */
function gathersEvidence(gate: GateSpec): boolean {
  switch (gate.type) {
    case 'errorRate':
      return gate.against === 'old'
    case 'statusMix':
      return true
    case 'latency':
      return gate.slow !== null
    default:
      return false
  }
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
    const timing = timingOf(gate)
    if (bakeMs >= shortest || timing === null) return []
    const parts = [
      `a delay of ${formatDuration(timing.delayMs)}`,
      `${PERIODS_IN_BAKE} periods of ${formatDuration(timing.periodMs)}`
    ]
    if (index === 0 && timing.warmupMs > 0) {
      parts.push(`in the first step a warmup of ${formatDuration(timing.warmupMs)}`)
    }
    const why = `is ${formatDuration(bakeMs)}, but must be at least ${formatDuration(shortest)}: gate ${gate.name} needs ${listed(parts)}`
    return [{ index, shortest, why }]
  })
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

/** A minimum that is longer than the longest bake would never be reached in time. */
function promotionProblems({ promotion, maxBakeMs, steps, gates, mode }: Policy): readonly RuleProblem[] {
  if (promotion === null) return []
  const found: RuleProblem[] = []
  if (mode === 'act' && !gates.some(gathersEvidence)) {
    found.push(warning(['promote'], `is evidence, but ${NO_EVIDENCE}; a migration can bring it`))
  }
  const { minBakeMs } = promotion
  const longest = maxBakeMs ?? 3 * Math.min(...steps.map(({ bakeMs }) => bakeMs))
  if (minBakeMs !== null && minBakeMs > longest) {
    const most = maxBakeMs === null ? '3 × the shortest bake' : 'maxBake'
    found.push(
      error(['minBake'], `is ${formatDuration(minBakeMs)}, but must be at most ${most} (${formatDuration(longest)})`)
    )
  }
  return found
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
