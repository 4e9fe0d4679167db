/**
 * One decision in the making: the shift as it stands so far, and what was gathered on the way. Local to decide(); every change
 * goes through the few functions here, so that nothing outside a decision ever changes.
 */
import type { CommandId } from './command.ts'
import type { Effect } from './decision.ts'
import type { EventType, ShiftEvent } from './event.ts'
import type { RouteSpec } from './migration.ts'
import type { Observation, Reading, SidesHealth } from './observation.ts'
import type { Reason } from './reason.ts'
import type { Phase, RouteState, Shift } from './shift.ts'
import type { Instant } from './time.ts'

export interface Turn {
  readonly now: Instant
  readonly seen: Observation
  readonly before: Shift
  shift: Shift
  readonly events: ShiftEvent[]
  readonly effects: Effect[]
  readonly consumed: CommandId[]
}

export function beginTurn(shift: Shift, seen: Observation, now: Instant): Turn {
  return { now, seen, before: shift, shift, events: [], effects: [], consumed: [] }
}

export function patch(turn: Turn, change: Partial<Shift>): void {
  turn.shift = { ...turn.shift, ...change }
}

export function patchRoute(turn: Turn, name: string, change: Partial<RouteState>): void {
  patch(turn, {
    routes: turn.shift.routes.map((route) => (route.name === name ? { ...route, ...change } : route))
  })
}

export function emit(
  turn: Turn,
  type: EventType,
  reason: Reason,
  options: { readonly actor?: string; readonly page?: boolean } = {}
): void {
  const seq = turn.shift.seq + 1
  const page = options.page ?? false
  turn.events.push({
    seq,
    at: turn.now,
    type,
    phase: turn.shift.phase.kind,
    actor: options.actor ?? 'daemon',
    reason,
    page
  })
  patch(turn, page ? { seq, pagedAt: turn.now } : { seq })
}

/** Phases whose time does not count towards the shift's deadline: they wait for people. */
const WAITING: readonly Phase['kind'][] = ['awaiting_approval', 'paused', 'halted']

export function enter(turn: Turn, phase: Phase): void {
  const { phase: from, deadlineAt } = turn.shift
  const waited = WAITING.includes(from.kind) && deadlineAt !== null ? turn.now - from.since : 0
  patch(turn, {
    phase,
    blindSince: null,
    holdSince: null,
    waitSince: null,
    deadlineAt: deadlineAt === null ? null : deadlineAt + waited
  })
}

export function readingOf(turn: Turn, route: string): Reading | null {
  const reading = turn.seen.routes[route]?.reading
  return reading?.kind === 'reading' ? reading : null
}

/** The provider says that it does not exist, or said so and now says nothing. */
export function isGone(turn: Turn, route: RouteState): boolean {
  const seen = turn.seen.routes[route.name]?.reading
  return seen?.kind === 'unreadable' && (seen.gone || route.drift?.kind === 'gone')
}

export function healthOf(turn: Turn, route: string): SidesHealth | null {
  const health = turn.seen.routes[route]?.health
  return health?.kind === 'health' ? health : null
}

export function specOf(shift: Shift, route: string): RouteSpec {
  const spec = shift.routeSpecs.find((candidate) => candidate.name === route)
  if (!spec) throw new Error(`bug: shift ${shift.id} has no route ${route}`)
  return spec
}
