/**
 * Everything the CLI touches of the outside: two outputs, the environment, the network, time, signals and the process's end.
 * Injected, so that a test runs a whole command in its own process. Nothing else in src/cli uses a global of these, but main.ts.
 */
import type { Clock } from '../clock.ts'

export interface Writer {
  write(text: string): unknown
}

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGTSTP' | 'SIGCONT'

/** A terminal that standard output is. */
export interface Terminal {
  /** As they are now. */
  columns(): number
  rows(): number
  readonly colour: boolean
  readonly unicode: boolean
  /** Calls `listener` whenever the size changes; returns how to stop. */
  onResize(listener: () => void): () => void
}

export interface Io {
  /** Results. */
  readonly stdout: Writer
  /** Progress and errors. */
  readonly stderr: Writer
  /** What is piped in, for `judge -`. Absent: nothing. */
  readonly stdin?: AsyncIterable<Uint8Array>
  /** Absent: results go to a file or a pipe, or the terminal cannot move its cursor. */
  readonly terminal?: Terminal | null
  /** Asks the person at the terminal, no being the default. Absent: nobody can be asked. */
  readonly confirm?: ((question: string) => Promise<boolean>) | null
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Ends the process at once, whatever is still open. Only `serve` needs it. */
  exit(code: number): void
  /** Stops the process until it is continued (SIGCONT): for who listens to SIGTSTP, which then stops it no more. */
  suspend(): void
  /** Calls `listener` at each such signal instead of dying; returns how to stop listening. */
  onSignal(name: SignalName, listener: () => void): () => void
}
