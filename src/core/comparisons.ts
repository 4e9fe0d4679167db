/**
 * The comparisons with old, begun once at preflight from what old did before the shift, and frozen with it.
 */
import { newCompared } from './gates/comparison.ts'
import { meterKey, tally } from './gates/counts.ts'
import type { Preflight } from './observation.ts'
import type { Comparison, ErrorRateGate } from './policy.ts'
import { fractionOf } from './share.ts'
import { minBakeMs } from './step.ts'
import type { GateState, Shift, Tally } from './shift.ts'
import type { Ms } from './time.ts'
import { patch, specOf, type Turn } from './turn.ts'
import { TTL_FLOOR_MS } from './dns/model.ts'

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
      return spec === null
        ? state
        : { ...state, compared: begin(shift, state, spec, partOf(gates, routesOf(state.gate)), preflight) }
    })
  })
}

function comparingSpec(shift: Shift, state: GateState): ErrorRateGate | null {
  const spec = shift.gateSpecs.find(({ name }) => name === state.gate)
  return spec?.type === 'errorRate' && spec.against === 'old' ? spec : null
}

function begin(shift: Shift, state: GateState, spec: ErrorRateGate, part: number, preflight: Preflight | null) {
  const { type } = specOf(shift, state.route)
  return newCompared({
    theta: spec.max,
    comparison: spec.comparison ?? ROBUST,
    part,
    baseline: baselineOf(preflight, meterKey(state.route, spec.periodMs, spec.delayMs)),
    shares:
      shift.steps.length === 0
        ? [1]
        : shift.steps.map((step) => fractionOf(step.shares[state.route] ?? { old: 1, new: 0 })),
    bakesMs: shift.steps.reduce((sum, step) => sum + step.bakeMs, 0),
    periodMs: spec.periodMs,
    delayMs: spec.delayMs + dnsDelay(shift, state.route),
    minShare: LEAST_SHARE[type],
    promotion: promotionOf(shift)
  })
}

function promotionOf(shift: Shift): { readonly minBakeMs: Ms; readonly harmBudget: number } | null {
  const { promotion } = shift.policy
  return promotion === null ? null : { minBakeMs: minBakeMs(shift), harmBudget: promotion.harmBudget }
}

/** A lower weight of records is served only after a TTL: that much later every verdict takes effect (GATING 3.8). */
function dnsDelay(shift: Shift, name: string): Ms {
  if (specOf(shift, name).type === 'alb') return 0
  const ttl = shift.routes.find((route) => route.name === name)?.ttlAtStart ?? 0
  return Math.max(ttl * 1000, TTL_FLOOR_MS)
}

function baselineOf(preflight: Preflight | null, key: string): readonly Tally[] {
  return (preflight?.baseline[key] ?? []).flatMap((period) => {
    const old = tally(period.old, period.lb)
    return 'blind' in old ? [] : [old]
  })
}
