/**
 * The percent that a shift is at, and the one that follows, as words.
 */
import { ALL, formatPercent } from '../percent.ts'
import type { Shift } from '../shift.ts'
import { percentWanted } from '../standing.ts'

/** `10 %`: what every route is meant to have, the lowest of them. */
export function percentText(shift: Shift): string {
  return formatPercent(percentWanted(shift))
}

/** What follows the step that the shift is at: `50 %`, or what comes after the last. */
export function nextPercent(shift: Shift): string {
  const next = shift.steps[shift.step + 1]
  if (next) return formatPercent(next.percent)
  return shift.target === ALL ? 'old is drained' : 'it is completed'
}
