/**
 * Percent of traffic meant for new, as an integer of tenths: 0 to 1000. Tenths are for plans and people;
 * what is compared with a provider is a Share.
 */

/** 0 to 1000; 5 is 0.5 %. */
export type Tenths = number

export const NONE: Tenths = 0
export const ALL: Tenths = 1000

/** `12.5` (percent) to 125, or null where it is not a whole number of tenths from 0 to 100. */
export function tenthsOf(percent: number): Tenths | null {
  const tenths = Math.round(percent * 10)
  return Math.abs(percent * 10 - tenths) < 1e-6 && tenths >= NONE && tenths <= ALL ? tenths : null
}

/** 125 to 12.5, for JSON. */
export function percentOf(tenths: Tenths): number {
  return tenths / 10
}

/** `12.5 %`, for people. */
export function formatPercent(tenths: Tenths): string {
  return `${tenths / 10} %`
}

/** A fraction for people, with as many digits as it needs: 0.0012 is `0.12 %`. */
export function formatRate(rate: number): string {
  const percent = rate * 100
  const digits = percent === 0 || percent >= 10 ? 1 : percent >= 0.1 ? 2 : 3
  return `${Number(percent.toFixed(digits))} %`
}
