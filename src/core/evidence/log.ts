/**
 * Sums of numbers that are kept as logarithms, so that thousands of buckets neither overflow nor vanish. Natural logarithms.
 */

/** The logarithm of 0. Finite, because JSON has no infinity and a saved state must come back without a digit changed. */
export const LN_ZERO = -1e300

/** Natural logarithm; of 0 it is LN_ZERO. */
export function ln(x: number): number {
  return x > 0 ? Math.log(x) : LN_ZERO
}

/** ln(exp(a) + exp(b)). */
export function lnAdd(a: number, b: number): number {
  const high = a > b ? a : b
  const low = a > b ? b : a
  // Below 2^-53 of the larger one the sum is the larger one.
  return high - low > 37 ? high : high + Math.log1p(Math.exp(low - high))
}

/** ln of the sum of exp(values[from]) to exp(values[to - 1]) and exp(extra). */
export function lnSum(values: readonly number[], from: number, to: number, extra: number): number {
  let high = extra
  for (let i = from; i < to; i++) high = Math.max(high, values[i] ?? LN_ZERO)
  if (high <= LN_ZERO) return LN_ZERO
  let sum = Math.exp(extra - high)
  for (let i = from; i < to; i++) sum += Math.exp((values[i] ?? LN_ZERO) - high)
  return high + Math.log(sum)
}

/** x ln(x / expected), where 0 ln 0 = 0. */
export function xLnRatio(x: number, expected: number): number {
  return x > 0 ? x * Math.log(x / expected) : 0
}
