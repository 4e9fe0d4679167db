/**
 * How much a large count is worth: minutes of one cluster differ by more than chance, so a million requests in one minute are
 * not a million opinions.
 */

/** a(n) of GATING 3.2: n · a(n) requests count. `g` is the correlation of two requests of one minute, 0 or more. */
export function deflation(n: number, g: number): number {
  return n > 1 ? 1 / (1 + (n - 1) * g) : 1
}

/** Upper bound of a Poisson mean of which `k` were seen, `z` standard deviations up (Wilson-Hilferty, GATING 3.3). */
export function poissonUpper(k: number, z: number): number {
  const n = k + 1
  const root = 1 - 1 / (9 * n) + z / (3 * Math.sqrt(n))
  return n * root * root * root
}

/** The z of every upper bound here: 1 % is above it. */
export const Z_UPPER = 2.33
