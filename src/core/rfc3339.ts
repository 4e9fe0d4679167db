/**
 * Instants as RFC 3339 in UTC. The core has no Date: it would be one step from asking what time it is.
 */
import type { Instant } from './time.ts'

const DAY_MS = 86_400_000

/** `2026-11-20T10:00:00.000Z`, always with milliseconds, so that texts sort by time. Years 0 to 9999. */
export function rfc3339(at: Instant): string {
  const ms = Math.round(at)
  const days = Math.floor(ms / DAY_MS)
  const inDay = ms - days * DAY_MS
  const { year, month, day } = civilOf(days)
  const time = [Math.floor(inDay / 3_600_000), Math.floor(inDay / 60_000) % 60, Math.floor(inDay / 1000) % 60]
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${time.map((n) => pad(n)).join(':')}.${pad(inDay % 1000, 3)}Z`
}

/** Null stays null. */
export function rfc3339OrNull(at: Instant | null): string | null {
  return at === null ? null : rfc3339(at)
}

/** For people: to the second. */
export function formatInstant(at: Instant): string {
  return rfc3339(at).replace(/\.\d+Z$/, 'Z')
}

/** Days since the epoch to a date: Hinnant's civil_from_days, in years that begin in March and eras of 400 years. */
function civilOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

function pad(n: number, digits = 2): string {
  return String(n).padStart(digits, '0')
}
