/**
 * Percents as weights out of 1000, for every provider whose largest weight is 999. Pure.
 */
import { ALL, NONE, type Tenths } from '../core/percent.ts'
import type { Share } from '../core/share.ts'

/** AWS: a weight is an integer from 0 to 999, and only ratios matter. */
export const LARGEST_WEIGHT = 999

/** Exact for every tenth of a percent: 0.1 % is 999:1, 99.9 % is 1:999. The ends can't be 1000. */
export function shareOf(percent: Tenths): Share {
  if (percent <= NONE) return { old: LARGEST_WEIGHT, new: 0 }
  if (percent >= ALL) return { old: 0, new: LARGEST_WEIGHT }
  return { old: ALL - percent, new: percent }
}
