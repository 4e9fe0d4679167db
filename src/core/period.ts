/**
 * What a measured period means for this shift: in which step it lies, at which share it was served, whether new was still cold.
 * Never what was measured in it.
 */
import { guardTrips } from './gates/guard.ts'
import type { GateContext } from './gates/context.ts'
import type { MeasuredGate } from './gates/meters.ts'
import type { MeterState, RouteState } from './shift.ts'
import type { Instant, Ms } from './time.ts'
import type { Turn } from './turn.ts'

/** When the step began that is being watched; periods and reads from then on count for it. */
export function stepSince(turn: Turn): Instant | null {
  const { phase } = turn.shift
  if (phase.kind === 'baking') return phase.since
  if (phase.kind === 'awaiting_approval') return phase.bakingSince
  return null
}

/** What a period means for this shift. */
export function contextOf(turn: Turn, spec: MeasuredGate, meter: MeterState, start: Instant): GateContext {
  const since = stepSince(turn)
  const { back, policy, routes } = turn.shift
  const route = routes.find(({ name }) => name === meter.route)
  return {
    w: servedAt(route, start),
    inStep: since !== null && start >= since,
    entered: start >= (route?.served.at(-1)?.since ?? Infinity),
    step: turn.shift.step,
    warm: isWarm(turn, 'warmupMs' in spec ? spec.warmupMs : 0, start),
    inBack: back !== null && route?.inEffectAt != null && start >= route.inEffectAt,
    roseAt: roseAt(route),
    onAmber: policy.onAmber,
    guard: meter.gate === null && guardTrips(meter)
  }
}

/** New's share (0 to 1) while a period was served. */
function servedAt(route: RouteState | undefined, start: Instant): number {
  return route?.served.findLast(({ since }) => since <= start)?.w ?? 0
}

function roseAt(route: RouteState | undefined): Instant | null {
  const served = route?.served ?? []
  const rises = served.filter(({ w }, i) => w > (served[i - 1]?.w ?? 0))
  return rises.at(-1)?.since ?? null
}

/** Measurements of the first step that are younger than the gate's warmup are not judged: caches are cold. */
function isWarm(turn: Turn, warmupMs: Ms, start: Instant): boolean {
  const { firstWriteAt, step, routes } = turn.shift
  if (warmupMs === 0 || step > 0) return true
  const since = routes.map((route) => route.confirmedAt).filter((at) => at !== null)
  const from = step === 0 && since.length > 0 ? Math.min(...since) : (firstWriteAt ?? start)
  return start >= from + warmupMs
}
