/**
 * What a rollback would do from here: whether, how soon users are back, who stays behind, and how to do it without Sluice.
 * Promises no number that a stuck client or a slow old side could break.
 */
import type { Observation } from '../observation.ts'
import { rfc3339 } from '../rfc3339.ts'
import { isZero } from '../share.ts'
import { isEnded, isGoingBack, type RouteState, type Shift } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'
import type { RollbackView } from '../view.ts'
import { ZERO } from '../want.ts'

/** From the decision to the read-back of its write. */
const READ_BACK_MS: Ms = 10_000

type Seen = Observation['routes'] | null

export function rollbackView(
  shift: Shift,
  seen: Seen,
  commands: Readonly<Record<string, readonly string[]>>,
  now: Instant
): RollbackView {
  const possible = isPossible(shift)
  const stuck = shift.routes.filter((route) => staysStuck(shift, route, seen))
  const unknown = shift.policy.rollback.shape === 'capacity'
  return {
    possible,
    inEffectWithinSeconds: possible && stuck.length === 0 && !unknown ? seconds(inEffectWithin(shift, now)) : null,
    residualPercent: stuck.length === 0 ? 0 : null,
    stuckUntil: possible ? stuckUntil(stuck, seen, now) : null,
    commands: shift.routes.flatMap(({ name }) => commands[name] ?? [])
  }
}

/**
 * As long as it has not ended: before its first write there is nothing to take back, and abort leaves everything as it is. A
 * shift that only observes never writes; an ended one is taken back by `restore`, which is another shift.
 */
function isPossible({ phase, policy }: Shift): boolean {
  return !isEnded(phase) && policy.mode === 'act'
}

function inEffectWithin(shift: Shift, now: Instant): Ms {
  if (shift.firstWriteAt === null) return 0
  const moments = shift.routes.map((route) => route.inEffectAt)
  const known = moments.filter((moment) => moment !== null)
  if (isGoingBack(shift.phase) && known.length === moments.length) return Math.max(0, Math.max(...known) - now)
  return READ_BACK_MS + shift.policy.alb.settleMs
}

/**
 * Clients with a cookie stay on new whatever the weights are (FM-38), unless the rollback switches stickiness off, which it
 * does where the policy releases it and everything goes back to 0 %.
 */
function staysStuck({ policy, firstWriteAt }: Shift, route: RouteState, seen: Seen): boolean {
  const reading = seen?.[route.name]?.reading
  const sticky = reading?.kind === 'reading' ? reading.stickySeconds !== null : route.sticky
  const released = policy.rollback.stickiness === 'release' && isZero(route.restore ?? ZERO)
  return firstWriteAt !== null && sticky && !released
}

/** When the last cookie of now has run out; null where nobody stays, or the cookie's life is not known. */
function stuckUntil(stuck: readonly RouteState[], seen: Seen, now: Instant): string | null {
  const lives = stuck.map(({ name }) => {
    const reading = seen?.[name]?.reading
    return reading?.kind === 'reading' ? reading.stickySeconds : null
  })
  const known = lives.filter((life) => life !== null)
  return known.length > 0 && known.length === lives.length ? rfc3339(now + Math.max(...known) * 1000) : null
}

function seconds(ms: Ms): number {
  return Math.ceil(ms / 1000)
}
