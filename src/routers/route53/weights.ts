/**
 * Percents as weights of Route 53: integers from 0 to 255, of which only the ratio matters. Pure.
 */
import { ALL, NONE, type Tenths } from '../../core/percent.ts'
import type { Share } from '../../core/share.ts'

/** Route 53: a weight is an integer from 0 to 255. */
export const LARGEST_WEIGHT = 255

/** The same sum as a percent has, so that a whole percent reads as itself: 10 % is 90:10. */
const SUM_OF_WHOLE = 100

/**
 * The pair nearest to the percent; of equally near ones that of the smallest sum, but whole percents out of 100. Above 0 new
 * never gets 0, below 100 never all: 0.1 % is 255:1, which is 0.39 %. From 1 % to 99 % the error is below 0.034 points.
 */
export function weightsOf(percent: Tenths): Share {
  if (percent <= NONE) return { old: SUM_OF_WHOLE, new: 0 }
  if (percent >= ALL) return { old: 0, new: SUM_OF_WHOLE }
  if (percent % 10 === 0) return { old: SUM_OF_WHOLE - percent / 10, new: percent / 10 }
  const wanted = percent / ALL
  let best: Share = { old: LARGEST_WEIGHT, new: 1 }
  for (let sum = 2; sum <= 2 * LARGEST_WEIGHT; sum += 1) {
    const least = Math.max(1, sum - LARGEST_WEIGHT)
    const most = Math.min(sum - 1, LARGEST_WEIGHT)
    const fresh = Math.min(most, Math.max(least, Math.round(wanted * sum)))
    const pair = { old: sum - fresh, new: fresh }
    if (errorOf(pair, percent) < errorOf(best, percent)) best = pair
  }
  return best
}

/** How far a pair is from the percent that was asked for, in percentage points, 0 to 100. */
export function errorOf(share: Share, percent: Tenths): number {
  return Math.abs(share.new / (share.old + share.new) - percent / ALL) * 100
}
