/**
 * When to look again at the latest. Sooner is always allowed: a decision depends on what is seen, not on having been woken.
 */
import { EMPTY_MS } from './danger.ts'
import { spacingOf } from './effects.ts'
import { isEnded, type Shift } from './shift.ts'
import type { Instant, Ms } from './time.ts'
import type { Turn } from './turn.ts'

/** How often live state and health are looked at, by phase. */
const POLL_MS: Readonly<Record<Shift['phase']['kind'], Ms>> = {
  preflight: 2_000,
  converging: 2_000,
  baking: 10_000,
  awaiting_approval: 10_000,
  paused: 10_000,
  halted: 10_000,
  draining: 10_000,
  rolling_back: 1_000,
  stuck: 5_000,
  completed: Infinity,
  rolled_back: Infinity,
  aborted: Infinity,
  released: Infinity,
  refused: Infinity,
  failed: Infinity
}

/** A foreign value, or a write of unknown outcome, is looked at this often. */
const SUSPECT_MS: Ms = 4_000

export function wakeAt(turn: Turn): Instant | null {
  const { shift, now } = turn
  if (isEnded(shift.phase)) return null
  const moments = [now + pollOf(shift), ...deadlines(shift)]
  for (const route of shift.routes) {
    if (route.inEffectAt !== null) moments.push(route.inEffectAt)
    if (route.suspect !== null || route.asks.length > 0) moments.push(now + SUSPECT_MS)
    if (route.emptySince !== null) moments.push(route.emptySince + EMPTY_MS, now + EMPTY_MS)
    if (route.sentAt !== null && route.confirmedAt === null) moments.push(route.sentAt + spacingOf(turn))
  }
  for (const spec of shift.gateSpecs) if (spec.type === 'targetHealth') moments.push(now + spec.everyMs)
  return Math.min(...moments.filter((moment) => moment > now))
}

/** Route 53 allows five calls a second to a whole account, and its changes take a minute: records are looked at less often. */
const DNS_POLL_MS: Ms = 5_000

function pollOf(shift: Shift): Ms {
  const { phase } = shift
  const restored = (phase.kind === 'rolling_back' || phase.kind === 'stuck') && phase.confirmedAt !== null
  const slow = restored || shift.routeSpecs.some((route) => route.type === 'route53')
  return slow ? Math.max(DNS_POLL_MS, POLL_MS[phase.kind]) : POLL_MS[phase.kind]
}

function deadlines(shift: Shift): readonly Instant[] {
  const { phase, deadlineAt } = shift
  const own = deadlineAt === null ? [] : [deadlineAt]
  switch (phase.kind) {
    case 'preflight':
      return [phase.deadlineAt]
    case 'converging':
      return [phase.deadlineAt, ...own]
    case 'baking':
      return [phase.until, ...own]
    case 'awaiting_approval':
      return [phase.expiresAt]
    case 'draining':
      return [phase.deadlineAt]
    case 'rolling_back':
      return [phase.deadlineAt, ...(phase.nextAt === null ? [] : [phase.nextAt])]
    case 'stuck':
      return phase.nextAt === null ? [] : [phase.nextAt]
    case 'paused':
    case 'halted':
    case 'completed':
    case 'rolled_back':
    case 'aborted':
    case 'released':
    case 'refused':
    case 'failed':
      return []
  }
}
