/**
 * What a shift says of its own judgement before it begins (GATING 3.7 to 3.9): how often it may be wrong, and how small a regression
 * it can see with the traffic that was measured. For people; no verdict ever comes from here.
 */
import { formatDuration } from './duration.ts'
import { smallestRatio, type BakeQuestion } from './evidence/planner.ts'
import { counted, formatCount, listed } from './explain/words.ts'
import { comparisonsOf } from './gates/comparison.ts'
import { formatPercent, formatRate } from './percent.ts'
import { fractionOf } from './share.ts'
import type { Compared, Finding, GateState, Shift } from './shift.ts'
import { PROBE_ALPHA } from './signals.ts'

/** Fewer errors of new convict nothing. */
const FEWEST_ERRORS = 3
const PRIOR_FIRST = 0.4
const PRIOR_STEPS = 0.3

/** Findings at the end of preflight, once the comparisons have begun. */
export function promisesOf(shift: Shift): readonly Finding[] {
  const states = shift.gates.filter((state) => comparisonsOf(state).length > 0 || state.percentile !== undefined)
  const probes = shift.gateSpecs.some(({ type }) => type === 'probe')
  if (states.length === 0 && !probes) return []
  // One for each route: of the gate that counts errors where there is one, as that is what traffic is wanted for.
  const leads = shift.routes.flatMap(
    ({ name }) => states.find(({ route, compared }) => route === name && compared) ?? []
  )
  return [budgetOf(states, probes), ...leads.flatMap((state) => sensitivityOf(shift, state))]
}

interface Spent {
  readonly state: GateState
  /** Chance of a false rollback, by this gate on this route alone. */
  readonly alpha: number
}

function budgetOf(states: readonly GateState[], probes: boolean): Finding {
  const spent = states.map((state): Spent => ({ state, alpha: alphaOf(state) }))
  const pooled = spent.filter(({ state }) => isPooled(states, state)).reduce((sum, { alpha }) => sum + alpha, 0)
  const gates = spent.reduce((sum, { alpha }) => sum + alpha, 0)
  const total = gates + pooled + (probes ? PROBE_ALPHA : 0)
  const parts = spent.map(({ state, alpha }) => `${state.gate} on ${state.route} ${formatRate(alpha)}`)
  if (pooled > 0) parts.push(`all routes together ${formatRate(pooled)}`)
  if (probes) parts.push(`probes ${formatRate(PROBE_ALPHA)}`)
  return {
    severity: 'info',
    code: 'false_rollback_budget',
    route: null,
    detail: `a healthy new is rolled back by chance in at most ${formatRate(total)} of such shifts, however long they last and however often they are judged: ${parts.join(', ')}`,
    remedy: 'nothing; alpha of a gate changes its part, fewer gates leave more to each'
  }
}

function alphaOf(state: GateState): number {
  const compared = comparisonsOf(state).reduce((sum, { evidence: { rule } }) => {
    // An objective that cannot be missed is never convicted by.
    const absolute = rule.multiples.length === 0 ? 0 : rule.knobs.alpha.absolute
    return sum + rule.knobs.alpha.relative + absolute
  }, 0)
  return compared + (state.percentile?.alpha ?? 0)
}

function isPooled(states: readonly GateState[], { gate, percentile }: GateState): boolean {
  return percentile === undefined && states.filter((one) => one.gate === gate).length > 1
}

/** Of each step the smallest regression that its bake sees with probability 0.95, before the next step. */
function sensitivityOf(shift: Shift, state: GateState): readonly Finding[] {
  const worst = state.compared
  if (!worst || shift.steps.length === 0) return []
  const low = lowSteps(shift, state.route, worst)
  const smallest: Finding = {
    severity: 'info',
    code: 'smallest_regression',
    route: state.route,
    detail: `${state.gate} on ${state.route}: ${smallestText(shift, state.route, worst)}`,
    remedy: 'longer bakes see smaller ones; docs/gating.md'
  }
  return low === null ? [smallest] : [smallest, low]
}

function smallestText(shift: Shift, route: string, compared: Compared): string {
  const { baseline } = compared.evidence.rule
  const requests = perBlock(compared)
  if (requests === 0) {
    return 'old reported no request before this shift, so it is not known how small a regression can be seen'
  }
  const told = shift.steps.map((step, i) => {
    const ratio = ratioSeen(shift, route, compared, i)
    const what = ratio === null ? 'none' : `${formatRate(Math.min(1, ratio * baseline.phat))} (${times(ratio)})`
    return `at ${formatPercent(step.percent)} ${what}`
  })
  const usual = `old has ${counted(Math.round(requests), 'request')} a minute, ${formatRate(baseline.phat)} of them errors`
  return `${usual}; the smallest regression that is seen within each step: ${told.join(', ')}`
}

function times(ratio: number): string {
  return `${formatCount(Number(ratio.toPrecision(2)))}x`
}

function perBlock({ evidence }: Compared): number {
  const { baseline } = evidence.rule
  return baseline.blocks === 0 ? 0 : baseline.requests / baseline.blocks
}

function blockMs({ evidence }: Compared): number {
  return Math.max(60_000, evidence.rule.periodMs)
}

function ratioSeen(shift: Shift, route: string, compared: Compared, i: number): number | null {
  const { rule } = compared.evidence
  const step = shift.steps[i]
  const requests = perBlock(compared)
  if (!step) return null
  const question: Omit<BakeQuestion, 'p1'> = {
    requests,
    w: fractionOf(step.shares[route] ?? { old: 1, new: 0 }),
    p0: rule.baseline.phat,
    gamma: rule.baseline.gamma,
    delayBlocks: Math.ceil(rule.delayMs / blockMs(compared)),
    prior: i === 0 ? PRIOR_FIRST : PRIOR_STEPS / Math.max(1, shift.steps.length - 1),
    knobs: rule.knobs
  }
  return smallestRatio(question, Math.floor(step.bakeMs / blockMs(compared)))
}

/** Steps in which even ten times as many bad answers as usual would be too few to convict (GATING 3.8). */
const LOUD = 10

function lowSteps(shift: Shift, route: string, compared: Compared): Finding | null {
  const { rule } = compared.evidence
  const low = shift.steps.filter((step) => {
    const blocks = (step.bakeMs - rule.delayMs) / blockMs(compared)
    return badPerBlock(compared, fractionOf(step.shares[route] ?? { old: 1, new: 0 })) * blocks < FEWEST_ERRORS
  })
  if (low.length === 0) return null
  const percents = listed(low.map((step) => formatPercent(step.percent)))
  const least = badPerBlock(compared, fractionOf(low[0]?.shares[route] ?? { old: 1, new: 0 }))
  const bakeMs = Math.ceil(FEWEST_ERRORS / least) * blockMs(compared) + rule.delayMs
  const bake = least > 0 ? `${formatDuration(bakeMs)} at ${formatPercent(low[0]?.percent ?? 0)}` : 'longer'
  return {
    severity: 'warning',
    code: 'low_traffic',
    route,
    detail: `so little traffic reaches new at ${percents} that even ${LOUD} times the usual share of errors, or the gate's own limit, would give fewer than ${FEWEST_ERRORS} within the bake: nothing is convicted by so few`,
    remedy: `bake for ${bake}, begin at a higher percent, or rely on probes and targetHealth, which need no users`
  }
}

/** Errors of new in a block, if it failed ten times as often as usual, or as its limit allows where that is more. */
function badPerBlock(compared: Compared, share: number): number {
  const { theta, baseline } = compared.evidence.rule
  return perBlock(compared) * share * Math.min(1, Math.max(LOUD * baseline.phat, theta))
}
