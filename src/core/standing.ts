/**
 * Where a shift stands. Its percents, in tenths, are for events and for people, never for comparing with a provider.
 */
import type { Tenths } from './percent.ts'
import { tenthsOfShare } from './share.ts'
import type { Shift } from './shift.ts'
import { readingOf, type Turn } from './turn.ts'
import { isAsWanted } from './want.ts'

/** The highest live percent of all routes; where it cannot be read, what was wanted. */
export function percentNow(turn: Turn): Tenths {
  return Math.max(
    0,
    ...turn.shift.routes.map((route) => tenthsOfShare(readingOf(turn, route.name)?.share ?? route.want.share))
  )
}

/** The lowest wanted percent of all routes. */
export function percentWanted(shift: Shift): Tenths {
  return Math.min(1000, ...shift.routes.map((route) => tenthsOfShare(route.want.share)))
}

/** Read now, and as wanted, on every route. */
export function allAsWanted(turn: Turn): boolean {
  return turn.shift.routes.every((route) => isAsWanted(route, readingOf(turn, route.name)))
}

export function allInEffect(turn: Turn): boolean {
  return turn.shift.routes.every((route) => route.inEffectAt !== null && route.inEffectAt <= turn.now)
}
