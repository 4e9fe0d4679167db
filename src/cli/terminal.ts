/**
 * The terminal of this process, and asking the person at it. Only main.ts uses it; everything else gets it injected.
 */
import type { WriteStream } from 'node:tty'
import type { Terminal } from './io.ts'

/** Colours from here on; 1 is none (NO_COLOR, FORCE_COLOR and TERM are read by Node). */
const FEW_COLOURS = 4

/** Null where output is no terminal, or one that cannot move its cursor. */
export function terminalOf(stream: WriteStream, env: NodeJS.ProcessEnv): Terminal | null {
  if (!stream.isTTY || env['TERM'] === 'dumb') return null
  return {
    // A size of 0 is that of a terminal that does not know its own.
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    colour: stream.getColorDepth(env) >= FEW_COLOURS,
    unicode: hasUnicode(env),
    onResize: (listener) => {
      stream.on('resize', listener)
      return () => stream.off('resize', listener)
    }
  }
}

/** What the locale says, where it says anything. */
export function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '')
  return locale === undefined ? env['TERM'] !== 'linux' : /utf-?8/i.test(locale)
}

/** Null where nobody sits there: a script is never asked, it would wait for ever. */
export function confirmOf(
  input: { readonly isTTY?: boolean },
  output: WriteStream
): ((q: string) => Promise<boolean>) | null {
  if (!input.isTTY || !output.isTTY) return null
  return async (message) => {
    const { default: confirm } = await import('@inquirer/confirm')
    try {
      return await confirm({ message, default: false }, { output })
    } catch (error) {
      // Ctrl-C at the question is a no.
      if (error instanceof Error && error.name === 'ExitPromptError') return false
      throw error
    }
  }
}
