/**
 * Entering a step: what each route is to be, and by when.
 */
import { beginStep, emptyGates } from './judge.ts'
import type { Share } from './share.ts'
import type { RouteState, Shift } from './shift.ts'
import type { Ms } from './time.ts'
import { enter, patch, type Turn } from './turn.ts'
import { sameWant, stepWant, UNPROVEN } from './want.ts'

/** Asks every route for the weights of `step`; -1 attaches new at weight 0. */
export function takeStep(turn: Turn, step: number): void {
  const { shift } = turn
  patch(turn, {
    step,
    advance: false,
    approved: false,
    firstWriteAt: shift.firstWriteAt ?? turn.now,
    deadlineAt: shift.deadlineAt ?? turn.now + shift.policy.deadlineMs,
    meters: shift.meters.map((meter) => ({
      ...meter,
      judgedTo: meter.judgedTo ?? Math.ceil(turn.now / meter.periodMs) * meter.periodMs
    })),
    routes: shift.routes.map((route) => {
      const want = stepWant(shift, step, route.name)
      if (sameWant(want, route.want) && route.confirmedAt !== null) return route
      return { ...route, want, ...UNPROVEN, suspect: null, repairs: 0 }
    })
  })
  beginStep(turn)
  converge(turn, step)
}

/** Waits until what is wanted is live and in effect everywhere, then bakes anew. */
export function converge(turn: Turn, step: number): void {
  const { policy } = turn.shift
  // Laying the ground takes one old TTL where that is lowered, before anything else counts.
  const oldTtlMs = Math.max(0, ...turn.shift.routes.map((route) => (route.ttlAtStart ?? 0) * 1000))
  const within = step < 0 ? policy.preflight.healthyWithinMs + oldTtlMs : policy.converge.deadlineMs
  enter(turn, { kind: 'converging', since: turn.now, deadlineAt: turn.now + within })
  patch(turn, {
    step,
    advance: false,
    approved: false,
    back: null,
    backs: 0,
    bakeLeftMs: null,
    routes: turn.shift.routes.map((route) => ({ ...route, confirmedAt: null, inEffectAt: null }))
  })
}

/** How long a step is baked at least: its bake, or with `promote: evidence` the minimum. */
export function leastBakeMs(shift: Shift, step: number): Ms {
  const bakeMs = shift.steps[step]?.bakeMs ?? 0
  const { promotion } = shift.policy
  return promotion === null ? bakeMs : minBakeMs(shift)
}

/** The slowest gate's delay and two of its periods, unless the policy says otherwise (CONTRACT 4). */
export function minBakeMs(shift: Shift): Ms {
  const own = shift.policy.promotion?.minBakeMs ?? null
  if (own !== null) return own
  return Math.max(0, ...shift.meters.map((meter) => meter.delayMs + 2 * meter.periodMs))
}

/** In effect everywhere: the step's own periods count from now on. After a step back what was left of the bake is done. */
export function bake(turn: Turn, bakeMs: number): void {
  const left = turn.shift.bakeLeftMs ?? bakeMs
  patch(turn, { bakeLeftMs: null })
  enter(turn, { kind: 'baking', since: turn.now, until: turn.now + left })
  emptyGates(turn)
}

/** The share that a route would get at a step. */
export function shareAt(turn: Turn, step: number): (route: RouteState) => Share {
  return (route) => stepWant(turn.shift, step, route.name).share
}
