/** Runs a command line in this process, with every outside faked but loopback. */
import type { Io, SignalName, Terminal } from '../../../src/cli/io.ts'
import { loaders as realLoaders, type Loaders } from '../../../src/cli/loaders.ts'
import { run } from '../../../src/cli/program.ts'
import { createTestClock, type TestClock } from './clock.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What was given to io.exit. */
  readonly exits: readonly number[]
}

export interface Running {
  readonly done: Promise<Ran>
  readonly clock: TestClock
  signal(name: SignalName): void
  /** What was written so far. */
  written(): { readonly out: string; readonly err: string }
  /** Resolves once stdout or stderr holds the text. */
  said(text: string): Promise<void>
}

export interface Setup {
  readonly url?: string
  readonly env?: NodeJS.ProcessEnv
  readonly fetch?: typeof fetch
  readonly loaders?: Partial<Loaders>
  readonly terminal?: Terminal
  readonly confirm?: NonNullable<Io['confirm']>
  /** Called where the process would be stopped, until it is continued. */
  readonly suspend?: () => void
}

/** Starts it; the test moves the clock and sends signals. */
export function launch(line: readonly string[], setup: Setup = {}): Running {
  const clock = createTestClock()
  const listeners: { name: SignalName; listener: () => void }[] = []
  const exits: number[] = []
  let out = ''
  let err = ''
  let waiting: { text: string; resolve: () => void }[] = []
  const wrote = () => {
    const heard = waiting.filter(({ text }) => out.includes(text) || err.includes(text))
    waiting = waiting.filter((one) => !heard.includes(one))
    heard.forEach(({ resolve }) => resolve())
  }
  const io: Io = {
    stdout: { write: (text) => ((out += text), wrote()) },
    stderr: { write: (text) => ((err += text), wrote()) },
    terminal: setup.terminal ?? null,
    confirm: setup.confirm ?? null,
    env: { ...(setup.url !== undefined && { SLUICE_URL: setup.url }), ...setup.env },
    fetch: setup.fetch ?? globalThis.fetch,
    clock,
    exit: (code) => void exits.push(code),
    suspend: () => setup.suspend?.(),
    onSignal: (name, listener) => {
      const entry = { name, listener }
      listeners.push(entry)
      return () => void listeners.splice(listeners.indexOf(entry), 1)
    }
  }
  const done = run(line, io, { ...realLoaders, ...setup.loaders }).then((code) => ({ code, out, err, exits }))
  return {
    done,
    clock,
    written: () => ({ out, err }),
    signal: (name) => listeners.filter((one) => one.name === name).forEach(({ listener }) => listener()),
    said: (text) =>
      new Promise((resolve) => {
        waiting.push({ text, resolve })
        wrote()
      })
  }
}

/** Runs it to its end. */
export async function sluice(line: readonly string[], setup: Setup = {}): Promise<Ran> {
  return launch(line, setup).done
}
