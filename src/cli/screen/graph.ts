/**
 * Bars and small graphs from numbers. Pure. What is not known is drawn as a gap, never as 0, and 0 is drawn.
 */
import type { Glyphs } from './style.ts'

/** `fraction` (0 to 1) of `width` columns; `mark`: where it should end, drawn only where it does not. */
export function bar(fraction: number | null, mark: number | null, width: number, glyphs: Glyphs): string {
  if (fraction === null) return glyphs.gap.repeat(width)
  const cells = cellsOf(clamp(fraction), width, glyphs)
  if (mark === null || Math.abs(mark - fraction) < 0.0005) return cells.join('')
  const at = Math.min(width - 1, Math.floor(clamp(mark) * width))
  return cells.map((cell, i) => (i === at ? glyphs.mark : cell)).join('')
}

function cellsOf(fraction: number, width: number, { bar: parts, rest }: Glyphs): readonly string[] {
  // Whatever is above nothing is seen, and only all is full.
  const units = Math.floor(fraction * width * parts.length)
  const filled = fraction > 0 ? Math.max(1, units) : 0
  const whole = Math.floor(filled / parts.length)
  const part = filled % parts.length
  return Array.from({ length: width }, (_, i) => {
    if (i < whole) return parts.at(-1) ?? rest
    return i === whole && part > 0 ? (parts[part - 1] ?? rest) : rest
  })
}

/** The newest values, oldest first, a column each; `top` is the value of the full height. */
export function sparkline(
  values: readonly (number | null)[],
  top: number,
  width: number,
  { heights, gap }: Glyphs
): string {
  const shown = values.slice(-width).map((value) => {
    if (value === null) return gap
    const level = top > 0 ? Math.ceil(clamp(value / top) * (heights.length - 1)) : 0
    return heights[level] ?? gap
  })
  return gap.repeat(Math.max(0, width - shown.length)) + shown.join('')
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
