/**
 * Numbers and times as people read them, each with its unit. Pure.
 */
import { formatWait } from '../core/duration.ts'
import { formatRate } from '../core/percent.ts'
import type { SeriesUnit } from '../core/view.ts'

/** A number and its unit stay on one line. */
export function tidy(text: string): string {
  return text.replace(/(\d) (%|ms|s|min|h)(?![a-z])/g, '$1\u00a0$2')
}

/** `9.8 %`; a dash where it is not known. */
export function percent(value: number | null): string {
  return value === null ? '–' : `${Math.round(value * 10) / 10} %`
}

/** `3m12s`: how long until or since, never negative. */
export function span(ms: number): string {
  return formatWait(ms)
}

/** `45 s`, `3 min`, `2 h`: an estimate, rounded up to what it is worth. */
export function about(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`
  if (seconds < 7_200) return `${Math.ceil(seconds / 60)} min`
  return `${Math.ceil(seconds / 3_600)} h`
}

/** `14:03:07`, in this browser's time zone. */
export function time(rfc3339: string): string {
  return new Date(rfc3339).toLocaleTimeString('en-GB')
}

/** `22 Nov, 14:03`. */
export function dateTime(rfc3339: string): string {
  const at = new Date(rfc3339)
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  return `${day}, ${at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
}

/** A measured value with its unit. */
export function measured(value: number | null, unit: SeriesUnit): string {
  if (value === null) return '–'
  switch (unit) {
    case 'share':
      return formatRate(value)
    case 'ms':
      return `${Math.round(value).toLocaleString('en-US')} ms`
    case 'number':
      return String(Number(value.toPrecision(4)))
  }
}

/** A gate's sentence begins with its verdict; where that stands beside it already, the rest is enough. */
export function withoutVerdict(explain: string): string {
  return explain.replace(/^(?:pass|breach|hold|inconclusive|blind): /, '')
}

/** `1 route`, `3 routes`. */
export function counted(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? noun : `${noun}s`}`
}

/** The lowest and the highest of what is known: `9.8 %`, or `9.8 to 11 %`. */
export function range(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return '–'
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return low === high ? percent(low) : `${Math.round(low * 10) / 10} to ${percent(high)}`
}
