/**
 * A terminal's second screen, drawn as a whole at every change: what somebody types, or what a new size leaves behind, is gone
 * with the next drawing. Leaves the terminal as it was.
 */
import type { Writer } from '../io.ts'

const ESC = '\u001b['
/** The second screen; no cursor; what is too wide is cut, not wrapped. */
const OPEN = `${ESC}?1049h${ESC}?25l${ESC}?7l`
const CLOSE = `${ESC}?7h${ESC}?25h${ESC}?1049l`
/** Shown at once, by terminals that know how (synchronized output). */
const BEGIN = `${ESC}?2026h${ESC}H`
/** What stood below. */
const REST = `\r\n${ESC}J`
const END = `${ESC}?2026l`
/** Before the line, not behind it: at the right edge the cursor stands on the last character. */
const WIPE = `${ESC}2K`

export interface Page {
  /** Lines that fit into `height`; they may be styled, and hold no other control characters. */
  draw(lines: readonly string[], height: number): void
  /** Back to the first screen; nothing is drawn from then on. */
  close(): void
  /** After `close`. */
  reopen(): void
}

export function openPage(stdout: Writer): Page {
  let open = false
  const reopen = () => {
    if (!open) stdout.write(OPEN)
    open = true
  }
  reopen()
  return {
    draw: (lines, height) => {
      if (!open) return
      const rest = lines.length < height ? REST : ''
      stdout.write(`${BEGIN}${lines.map((line) => WIPE + line).join('\r\n')}${rest}${END}`)
    },
    close: () => {
      if (open) stdout.write(CLOSE)
      open = false
    },
    reopen
  }
}
