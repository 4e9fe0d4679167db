/**
 * A real terminal: tmux with a server of its own for each test. Looks at what stands on the screen, sends keys and changes the size,
 * as a person would.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { until } from './daemon.ts'

/** Why these tests cannot run here, or false. */
export const NO_TMUX =
  spawnSync('tmux', ['-V']).status === 0 ? false : 'tmux is not installed (Debian: apt-get install tmux)'

export interface Screen {
  /** The lines as they stand now, without those that are empty at the end. */
  lines(styled?: boolean): readonly string[]
  /** Waits until the text stands there, and gives all lines. */
  shows(text: string | RegExp): Promise<readonly string[]>
  /** Keys by tmux's names, `C-c`. */
  press(key: string): void
  resize(columns: number, rows: number): void
}

/** Ctrl-C goes to the shell as well, which has to outlive it. Runs a command line for `sh` in a terminal of this size, which stays when the command has ended. */
export function aScreen(
  t: Test,
  command: string,
  { columns, rows, env }: { columns: number; rows: number; env: Readonly<Record<string, string>> }
): Screen {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tmux-'))
  const tmux = (...args: readonly string[]): string => {
    const ran = spawnSync('tmux', ['-u', '-f', '/dev/null', '-S', join(folder, 'socket'), ...args], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        TERM: 'xterm-256color',
        SHELL: '/bin/sh',
        LC_ALL: 'C.UTF-8',
        ...env
      },
      encoding: 'utf8'
    })
    if (ran.status !== 0) throw new Error(`tmux ${args.join(' ')}: ${ran.stderr}`)
    return ran.stdout
  }
  tmux(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    String(rows),
    `trap : INT; ${command}; echo "ended with $?"; exec sleep 1000`
  )
  t.teardown(() => {
    tmux('kill-server')
    rmSync(folder, { recursive: true, force: true })
  })
  const lines: Screen['lines'] = (styled = false) =>
    tmux('capture-pane', '-p', ...(styled ? ['-e'] : []))
      .trimEnd()
      .split('\n')
  return {
    lines,
    shows: (text) =>
      until(`${String(text)} on the screen`, () => {
        const now = lines()
        const all = now.join('\n')
        return (typeof text === 'string' ? all.includes(text) : text.test(all)) ? now : null
      }),
    press: (key) => void tmux('send-keys', key),
    resize: (wide, high) => void tmux('resize-window', '-x', String(wide), '-y', String(high))
  }
}
