/**
 * The comparisons with old, begun once at preflight from what old did before the shift, and frozen with it.
 */
import { newCompared } from './gates/comparison.ts'
import { knobsOf } from './evidence/knobs.ts'
import { newPercentileEvidence } from './evidence/percentile.ts'
import { tally, type Blind } from './gates/counts.ts'
import { samplesNeeded, slowTally, usualTails } from './gates/latency.ts'
import { meterOf } from './gates/meters.ts'
import { mix, NO_OBJECTIVE } from './gates/statusMix.ts'
import type { PeriodCounts, Preflight } from './observation.ts'
import { harmExcess } from './evidence/promotion.ts'
import { comparingGate, type ComparingGate } from './gates/comparing.ts'
import { baselinePeriodMs } from './gates/meters.ts'
import { onceMeasured } from './migration.ts'
import type { Comparison, LatencyGate } from './policy.ts'
import { fractionOf } from './share.ts'
import { minBakeMs } from './step.ts'
import type { GateState, Shift, Tally } from './shift.ts'
import type { Ms } from './time.ts'
import { patch, specOf, type Turn } from './turn.ts'

const ROBUST: Comparison = { profile: 'robust', tolerance: null, alpha: null, stepBackBudget: null }

/** Smallest share that can be served (GATING 3.4). */
const LEAST_SHARE = { alb: 0.001, route53: 1 / 256 } as const

/**
 * What part of the budget one comparison on one route may spend. Over several routes half of it belongs to the pool, and the routes
 * share the other half: their mean and the pool are averaged (GATING 3.9).
 */
function partOf(comparisons: number, routes: number): number {
  return routes > 1 ? 1 / (2 * comparisons * routes) : 1 / comparisons
}

export function beginComparisons(turn: Turn, preflight: Preflight | null): void {
  const { shift } = turn
  const comparing = shift.gates.filter((state) => comparingSpec(shift, state) !== null)
  const gates = new Set(comparing.map((state) => state.gate)).size
  const routesOf = (gate: string) => {
    const judged = comparing.filter((state) => state.gate === gate).map(({ route }) => route)
    return onceMeasured(shift.routeSpecs.filter(({ name }) => judged.includes(name))).length
  }
  patch(turn, {
    pools: [],
    gates: shift.gates.map((state) => {
      const spec = comparingSpec(shift, state)
      if (spec === null) return probing(shift, state, preflight)
      const before = preflight?.baseline[meterOf(spec, state.route) ?? ''] ?? []
      return { ...state, ...begin({ shift, state, before, gates, routes: routesOf(state.gate) }, spec) }
    })
  })
}

function comparingSpec(shift: Shift, state: GateState): ComparingGate | null {
  return comparingGate(shift.gateSpecs.find(({ name }) => name === state.gate))
}

/** With `promote: evidence` probes exclude too what would cost more than the harm budget, as far as they can. */
function probing(shift: Shift, state: GateState, preflight: Preflight | null): GateState {
  const spec = shift.gateSpecs.find(({ name }) => name === state.gate)
  const promotion = promotionOf(shift)
  if (spec?.type !== 'probe' || promotion === null) return state
  const meter = shift.meters.find(({ route, gate }) => route === state.route && gate === null)
  const counts = (meter && preflight?.baseline[meter.key]) ?? []
  const requests = counts.reduce((sum, { old, new: fresh }) => sum + (old.requests ?? 0) + (fresh.requests ?? 0), 0)
  const blockMs = baselinePeriodMs(meter?.periodMs ?? 0)
  const excess = harmExcess(requests / Math.max(1, counts.length), {
    shares: sharesOf(shift, state.route),
    minBakeBlocks: Math.max(1, Math.ceil(promotion.minBakeMs / blockMs)),
    harmBudget: promotion.harmBudget
  })
  return { ...state, probe: { evidence: null, okSince: null, ...state.probe, excess } }
}

interface Beginning {
  readonly shift: Shift
  readonly state: GateState
  /** Periods of the gate's meter before the shift, oldest first. */
  readonly before: readonly PeriodCounts[]
  /** How many gates compare, and on how many routes this one. */
  readonly gates: number
  readonly routes: number
}

type Begun = Pick<GateState, 'compared' | 'classes' | 'percentile'>

/** A percentile cannot be added up, so that it is judged route by route; everything that is counted has a pool (GATING 3.9). */
function begin(at: Beginning, spec: ComparingGate): Begun {
  const { shift, before, gates, routes } = at
  const promotion = promotionOf(shift)
  if (spec.type === 'errorRate') {
    const part = partOf(gates, routes)
    const baseline = counted(before.map((period) => tally(period.old, period.lb)))
    const own = { theta: spec.max, comparison: spec.comparison ?? ROBUST, part, baseline }
    return { compared: newCompared({ ...own, ...commonOf(at, spec), promotion }) }
  }
  if (spec.type === 'statusMix') {
    const part = partOf(gates * Math.max(1, spec.classes.length), routes)
    const common = { theta: NO_OBJECTIVE, comparison: spec.comparison, part, ...commonOf(at, spec), promotion }
    const classes = spec.classes.map((of) => {
      const baseline = counted(before.map((period) => mix(period.old, period.lb, of)))
      return [of, newCompared({ ...common, baseline })] as const
    })
    return { classes: Object.fromEntries(classes) }
  }
  if (spec.slow === null) return { percentile: beginPercentile(at, spec, 1 / (gates * routes)) }
  const baseline = counted(before.map((period) => slowTally(period, 'old')))
  const part = partOf(gates, routes)
  const own = { theta: spec.slow.max, comparison: spec.slow.comparison, part, baseline }
  return { compared: newCompared({ ...own, ...commonOf(at, spec), promotion }) }
}

function beginPercentile({ shift, before }: Beginning, spec: LatencyGate, part: number) {
  const { bakesMs } = planOf(shift)
  const needed = samplesNeeded(spec.percentile?.stat ?? '', spec.minRequests)
  return newPercentileEvidence(usualTails(before, needed), {
    plan: { steps: Math.max(1, shift.steps.length), blocks: Math.max(1, Math.ceil(bakesMs / spec.periodMs)) },
    alpha: knobsOf('robust').alpha.relative * part,
    ratio: spec.percentile?.maxRatio ?? 1
  })
}

function planOf(shift: Shift): { readonly bakesMs: Ms } {
  return { bakesMs: shift.steps.reduce((sum, step) => sum + step.bakeMs, 0) }
}

/** What every comparison on this route has in common. */
function commonOf({ shift, state }: Beginning, spec: ComparingGate) {
  return {
    shares: sharesOf(shift, state.route),
    ...planOf(shift),
    periodMs: spec.periodMs,
    delayMs: spec.delayMs + dnsDelay(shift, state.route),
    minShare: LEAST_SHARE[specOf(shift, state.route).type]
  }
}

/** New's share at each step, 0 to 1; all of it where nothing but others moves the traffic. */
function sharesOf({ steps }: Shift, route: string): readonly number[] {
  return steps.length === 0 ? [1] : steps.map((step) => fractionOf(step.shares[route] ?? { old: 1, new: 0 }))
}

function promotionOf(shift: Shift): { readonly minBakeMs: Ms; readonly harmBudget: number } | null {
  const { promotion } = shift.policy
  return promotion === null ? null : { minBakeMs: minBakeMs(shift), harmBudget: promotion.harmBudget }
}

/** A lower weight of records is served only after a TTL: that much later every verdict takes effect (GATING 3.8). */
function dnsDelay(shift: Shift, name: string): Ms {
  if (specOf(shift, name).type === 'alb') return 0
  const ttl = shift.routes.find((route) => route.name === name)?.ttlAtStart ?? 0
  return Math.max(ttl * 1000, shift.policy.dns.floorMs)
}

function counted(tallies: readonly (Tally | Blind)[]): readonly Tally[] {
  return tallies.filter((one): one is Tally => !('blind' in one))
}
