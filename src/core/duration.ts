/**
 * Durations as people write them (`500ms`, `30s`, `5m`, `1h30m`, `7d`) to milliseconds and back.
 */
import type { Ms } from './time.ts'

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const
const UNITS = ['d', 'h', 'm', 's', 'ms'] as const
const SHAPE = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/

/** What a duration may look like, for error messages. */
export const DURATION_ALLOWED = 'a duration such as 500ms, 30s, 5m, 1h30m or 7d'

/** Milliseconds of `text`, or null where it is no duration. `0s` is one. */
export function parseDuration(text: string): Ms | null {
  const parts = SHAPE.exec(text)
  if (!parts || text === '') return null
  const total = UNITS.reduce((sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * UNIT_MS[unit], 0)
  return Number.isSafeInteger(total) ? total : null
}

/** The shortest exact form: `90_000` is `1m30s`. */
export function formatDuration(ms: Ms): string {
  let rest = Math.max(0, Math.round(ms))
  let text = ''
  for (const unit of UNITS) {
    const n = Math.floor(rest / UNIT_MS[unit])
    if (n > 0) text += `${n}${unit}`
    rest -= n * UNIT_MS[unit]
  }
  return text === '' ? '0s' : text
}

/** For people who wait: whole seconds, at most two units. */
export function formatWait(ms: Ms): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const full = formatDuration(seconds * 1000)
  const units = full.match(/\d+[a-z]+/g) ?? ['0s']
  return units.slice(0, 2).join('')
}
