/**
 * What a command gets: how to write, how to reach the daemon, and where its exit code goes. Wires the options that every
 * command has; a command itself never sees commander's action arguments.
 */
import { InvalidArgumentError, type Command } from 'commander'
import { parseDuration, DURATION_ALLOWED } from '../core/duration.ts'
import { createClient, type Client } from './client.ts'
import type { Io } from './io.ts'
import { createOut, type Out } from './out.ts'

/** One run of the program. `code`, `json` and `debug` are set by the command that runs. */
export interface Session {
  readonly io: Io
  readonly out: Out
  code: number
  json: boolean
  debug: boolean
}

export interface CommonOptions {
  readonly json?: true
  readonly debug?: true
  readonly server?: string
}

export interface Remote extends Session {
  readonly client: Client
}

export function createSession(io: Io): Session {
  return { io, out: createOut(io), code: 0, json: false, debug: false }
}

/** A command that needs no daemon. `run` gets the arguments as typed and answers the exit code. */
export function local<Options extends CommonOptions>(
  session: Session,
  command: Command,
  run: (args: readonly string[], options: Options) => Promise<number>
): Command {
  return command
    .option('--json', 'print JSON')
    .option('--debug', 'on an error, say where in the program')
    .action(async () => {
      const options = command.opts<Options>()
      session.json = options.json ?? false
      session.debug = options.debug ?? false
      session.code = await run(command.args, options)
    })
}

/** A command that talks to the daemon. */
export function remote<Options extends CommonOptions>(
  session: Session,
  command: Command,
  run: (remote: Remote, args: readonly string[], options: Options) => Promise<number>
): Command {
  command.option('--server <url>', 'the daemon (default: SLUICE_URL, else http://127.0.0.1:8080)')
  return local<Options>(session, command, (args, options) => {
    const client = createClient(session.io, options.server)
    return run({ ...session, json: session.json, client }, args, options)
  })
}

/** For commander: a whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min) {
      throw new InvalidArgumentError(`It must be a whole number of at least ${min}.`)
    }
    return value
  }
}

/** For commander: milliseconds above 0. */
export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === null || ms === 0) throw new InvalidArgumentError(`It must be ${DURATION_ALLOWED}.`)
  return ms
}
