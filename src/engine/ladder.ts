/**
 * The equal-risk ladder of a policy that asks for it: worked out at preflight from what old serves, written in weights that the
 * routes' providers can write.
 */
import { ladder, planSteps } from '../core/create.ts'
import { equalRiskLadder } from '../core/evidence/planner.ts'
import { baselinePeriodMs } from '../core/gates/meters.ts'
import { ALL } from '../core/percent.ts'
import type { RouteSpec } from '../core/migration.ts'
import type { Preflight } from '../core/observation.ts'
import type { Step } from '../core/policy.ts'
import type { MeterState, PlannedStep, Shift } from '../core/shift.ts'
import type { Router } from '../routers/router.ts'

/** Null where the policy has steps of its own, or nothing was measured to work with. */
export function riskLadder(
  shift: Shift,
  routes: readonly RouteSpec[],
  baseline: Preflight['baseline'],
  quantise: Router['quantise']
): readonly PlannedStep[] | null {
  const { ramp, steps } = shift.policy
  if (ramp === null) return null
  const busiest = shift.meters
    .map((meter) => ({ meter, requests: perMinute(meter, baseline) }))
    .reduce<{ meter: MeterState; requests: number } | null>(
      (most, one) => (most && most.requests >= one.requests ? most : one),
      null
    )
  if (!busiest || busiest.requests <= 0) return null
  const blockMs = Math.max(60_000, busiest.meter.periodMs)
  const shares = equalRiskLadder({
    requests: (busiest.requests * blockMs) / 60_000,
    delayBlocks: Math.ceil(busiest.meter.delayMs / blockMs),
    bakeBlocks: Math.max(1, Math.round(ramp.bakeMs / blockMs))
  })
  const last = steps.at(-1)
  const own = shares.map((share): Step => ({ percent: tenths(share), bakeMs: ramp.bakeMs, approval: null }))
  const rising = own.filter((step, i) => step.percent > (own[i - 1]?.percent ?? 0) && step.percent <= ramp.to)
  const whole = ladder(rising.length > 0 ? rising : own.slice(0, 1), Math.min(ramp.to, shift.target))
  const approved = whole.map((step, i) =>
    i === whole.length - 1 && last ? { ...step, approval: last.approval } : step
  )
  return planSteps(approved, routes, quantise).steps
}

/** A share as the tenths that are not above it; the last step is all of it. */
function tenths(share: number): number {
  return share >= 1 ? ALL : Math.max(1, Math.floor(share * ALL))
}

function perMinute(meter: MeterState, baseline: Preflight['baseline']): number {
  const periods = baseline[meter.key] ?? []
  const requests = periods.reduce((sum, period) => sum + (period.old.requests ?? 0) + (period.new.requests ?? 0), 0)
  return periods.length === 0 ? 0 : (requests / periods.length) * (60_000 / baselinePeriodMs(meter.periodMs))
}
