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
import type { Comparison, ErrorRateGate, LatencyGate, StatusMixGate } from './policy.ts'
import { fractionOf } from './share.ts'
import { minBakeMs } from './step.ts'
import type { GateState, Shift, Tally } from './shift.ts'
import type { Ms } from './time.ts'
import { patch, specOf, type Turn } from './turn.ts'

const ROBUST: Comparison = { profile: 'robust', tolerance: null, alpha: null, stepBackBudget: null }

/** Smallest share that can be served (GATING 3.4). */
const LEAST_SHARE = { alb: 0.001, route53: 1 / 256 } as const

/**
 * What part of the budget one gate on one route may spend. Over several routes half of a gate's part belongs to the pool, and the
 * routes share the other half: their mean and the pool are averaged (GATING 3.9).
 */
function partOf(gates: number, routes: number): number {
  return routes > 1 ? 1 / (2 * gates * routes) : 1 / gates
}

export function beginComparisons(turn: Turn, preflight: Preflight | null): void {
  const { shift } = turn
  const comparing = shift.gates.filter((state) => comparingSpec(shift, state) !== null)
  const gates = new Set(comparing.map((state) => state.gate)).size
  const routesOf = (gate: string) => comparing.filter((state) => state.gate === gate).length
  patch(turn, {
    pools: [],
    gates: shift.gates.map((state) => {
      const spec = comparingSpec(shift, state)
      if (spec === null) return state
      const before = preflight?.baseline[meterOf(spec, state.route) ?? ''] ?? []
      return { ...state, ...begin({ shift, state, before, gates, routes: routesOf(state.gate) }, spec) }
    })
  })
}

type ComparingGate = ErrorRateGate | StatusMixGate | LatencyGate

function comparingSpec(shift: Shift, state: GateState): ComparingGate | null {
  const spec = shift.gateSpecs.find(({ name }) => name === state.gate)
  switch (spec?.type) {
    case 'errorRate':
      return spec.against === 'old' ? spec : null
    case 'statusMix':
      return spec
    case 'latency':
      return spec.slow !== null || (spec.percentile?.maxRatio ?? null) !== null ? spec : null
    default:
      return null
  }
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

/** Only errors are pooled over routes, and only they promote: a harm budget is one of errors (GATING 3.6, 3.9). */
function begin(at: Beginning, spec: ComparingGate): Begun {
  const { shift, before, gates, routes } = at
  const alone = 1 / (gates * routes)
  if (spec.type === 'errorRate') {
    const part = partOf(gates, routes)
    const baseline = counted(before.map((period) => tally(period.old, period.lb)))
    const own = { theta: spec.max, comparison: spec.comparison ?? ROBUST, part, baseline }
    return { compared: newCompared({ ...own, ...commonOf(at, spec), promotion: promotionOf(shift) }) }
  }
  if (spec.type === 'statusMix') {
    const part = alone / Math.max(1, spec.classes.length)
    const common = { theta: NO_OBJECTIVE, comparison: spec.comparison, part, ...commonOf(at, spec), promotion: null }
    const classes = spec.classes.map((of) => {
      const baseline = counted(before.map((period) => mix(period.old, period.lb, of)))
      return [of, newCompared({ ...common, baseline })] as const
    })
    return { classes: Object.fromEntries(classes) }
  }
  if (spec.slow === null) return { percentile: beginPercentile(at, spec, alone) }
  const baseline = counted(before.map((period) => slowTally(period, 'old')))
  const own = { theta: spec.slow.max, comparison: spec.slow.comparison, part: alone, baseline }
  return { compared: newCompared({ ...own, ...commonOf(at, spec), promotion: null }) }
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
    shares:
      shift.steps.length === 0
        ? [1]
        : shift.steps.map((step) => fractionOf(step.shares[state.route] ?? { old: 1, new: 0 })),
    ...planOf(shift),
    periodMs: spec.periodMs,
    delayMs: spec.delayMs + dnsDelay(shift, state.route),
    minShare: LEAST_SHARE[specOf(shift, state.route).type]
  }
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
