/** A terminal whose size a test changes, and what stands on it after what was written. */
import { stripVTControlCharacters } from 'node:util'
import type { Terminal } from '../../../src/cli/io.ts'

export interface TestTerminal extends Terminal {
  resize(columns: number, rows: number): void
  listeners(): number
}

export function aTerminal(columns: number, rows: number, colour = false): TestTerminal {
  const listeners = new Set<() => void>()
  let size = { columns, rows }
  return {
    columns: () => size.columns,
    rows: () => size.rows,
    colour,
    unicode: true,
    onResize: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    resize: (wide, high) => {
      size = { columns: wide, rows: high }
      for (const listener of listeners) listener()
    },
    listeners: () => listeners.size
  }
}

/** The lines of each drawing, without what moves the cursor; and what was written after the last one. */
export function drawings(written: string): {
  readonly frames: readonly (readonly string[])[]
  readonly after: string
} {
  const frames = written
    .split('\u001b[?2026h')
    .slice(1)
    .map((piece) => stripVTControlCharacters(piece.split('\u001b[?2026l')[0] ?? '').split('\r\n'))
  return { frames, after: written.split('\u001b[?1049l')[1] ?? '' }
}
