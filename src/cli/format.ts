/**
 * Numbers, instants and tables as people read them in a terminal. Pure; times are UTC, as everywhere in Sluice.
 */

/** Rows with the same columns, aligned with two spaces between; a column whose every cell but the head is numeric goes right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((name, i) => Math.max(width(name), ...rows.map((row) => width(row[i] ?? ''))))
  const right = head.map((_, i) => rows.length > 0 && rows.every((row) => /^(-|[\d.,]+( %)?)$/.test(row[i] ?? '')))
  const align = (row: readonly string[]) =>
    head
      .map((_, i) => {
        const cell = row[i] ?? ''
        const space = ' '.repeat((widths[i] ?? 0) - width(cell))
        return right[i] ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  return [head, ...rows].map(align)
}

/** `name  value` lines under each other. */
export function pairs(entries: readonly (readonly [string, string])[]): readonly string[] {
  const longest = Math.max(0, ...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(longest)}  ${value}`)
}

/** `12.5 %`; `-` where it is not known. */
export function percent(value: number | null): string {
  return value === null ? '-' : `${Number(value.toFixed(1))} %`
}

/** `5,321`; at most four significant digits below 1. `-` where it is not known. */
export function number(value: number | null): string {
  if (value === null) return '-'
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
  return String(Number(value.toPrecision(4)))
}

/** A fraction as percent: 0.0012 is `0.12 %`. */
export function rate(value: number | null): string {
  return value === null ? '-' : `${Number((value * 100).toPrecision(3))} %`
}

/** `2026-03-01 10:00:00Z`; `-` where there is none. */
export function dateTime(at: string | null): string {
  return at === null ? '-' : at.slice(0, 19).replace('T', ' ') + 'Z'
}

/** `10:00:00` of an RFC 3339 UTC instant. */
export function clockTime(at: string): string {
  return at.slice(11, 19)
}

/** RFC 3339 UTC of milliseconds since the epoch. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

function width(text: string): number {
  return Array.from(text).length
}
