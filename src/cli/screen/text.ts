/**
 * Text by the columns that it takes on a terminal: wide characters take two, marks none. Pure; whatever comes in, nothing that
 * goes out is wider than it was told to be.
 */
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

const graphemes = new Intl.Segmenter()

/** Columns of a text; styles take none. */
export function widthOf(text: string): number {
  return stringWidth(text)
}

/** The text, or as much of it as fits with `…` behind it. Of plain text only: a style would be cut in two. */
export function fit(text: string, width: number): string {
  if (width <= 0) return ''
  if (widthOf(text) <= width) return text
  let out = ''
  let taken = 0
  for (const { segment } of graphemes.segment(text)) {
    taken += widthOf(segment)
    if (taken > width - 1) break
    out += segment
  }
  return `${out}…`
}

/** At least so many columns, filled with spaces behind. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** At least so many columns, filled with spaces before. */
export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text
}

/** The text in lines of at most `width` columns, broken between words where that is possible. */
export function wrap(text: string, width: number): readonly string[] {
  return wrapAnsi(text, Math.max(1, width), { hard: true }).split('\n')
}

/** As `wrap`, the first line after `head`, the others below its text. `head` may be styled. */
export function hang(head: string, text: string, width: number): readonly string[] {
  const indent = widthOf(head)
  const lines = wrap(text, width - indent)
  return lines.map((line, i) => (i === 0 ? head : ' '.repeat(indent)) + line)
}
