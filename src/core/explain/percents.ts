/**
 * The percent that a shift is at, and the one that follows, as words.
 */
import { ALL, formatPercent } from '../percent.ts'
import { isZero } from '../share.ts'
import type { Shift } from '../shift.ts'
import { percentWanted } from '../standing.ts'
import { nextStep } from '../want.ts'

/** `10 %`: what every route is meant to have, the lowest of them. */
export function percentText(shift: Shift): string {
  return formatPercent(percentWanted(shift))
}

/** What happens before the first step, where new may have users already. */
export function groundText(shift: Shift): string {
  const none = shift.routes.every(({ want }) => isZero(want.share))
  if (none) return 'attaching new at weight 0, where it gets no users'
  return `preparing the routes, weights as they are: new stays at ${percentText(shift)}`
}

/** What follows the step that the shift is at: `50 %`, or what comes after the last. */
export function nextPercent(shift: Shift): string {
  const next = shift.steps[nextStep(shift)]
  if (next) return formatPercent(next.percent)
  return shift.target === ALL ? 'old is drained' : 'it is completed'
}
