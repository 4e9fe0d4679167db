/**
 * How lines leave the CLI: results to stdout, the rest to stderr, one line at a time. Text that came from others is cleaned of
 * control characters, so that nobody's comment can redraw a terminal or smuggle a line into `sluice undo | sh`. No colours.
 */
import type { Io } from './io.ts'

export interface Out {
  /** A line of the result. */
  readonly line: (text?: string) => void
  readonly lines: (texts: readonly string[]) => void
  /** JSON exactly as the API gave it. */
  readonly raw: (text: string) => void
  /** Progress: a line on stderr. */
  readonly note: (text: string) => void
}

/** Control characters, and those that reorder text, become a space. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, ' ')
}

export function createOut(io: Pick<Io, 'stdout' | 'stderr'>): Out {
  const line = (text = '') => {
    io.stdout.write(`${clean(text).trimEnd()}\n`)
  }
  return {
    line,
    lines: (texts) => texts.forEach((text) => line(text)),
    raw: (text) => {
      io.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    },
    note: (text) => {
      io.stderr.write(`${clean(text).trimEnd()}\n`)
    }
  }
}
