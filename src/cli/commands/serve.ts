/**
 * `sluice serve`: the daemon as a process: signals and exit codes. What the daemon is made of is src/main.ts, loaded only here.
 */
import type { Command } from 'commander'
import { configFileOf } from '../../config/env.ts'
import { formatWait } from '../../core/duration.ts'
import type { Ms } from '../../core/time.ts'
import type { Daemon, Loaders } from '../loaders.ts'
import { EXIT } from '../exit.ts'
import { linesOf } from '../failure.ts'
import type { SignalName } from '../io.ts'
import { local, type CommonOptions, type Session } from '../session.ts'
import { withConfigErrors } from '../configErrors.ts'

interface ServeOptions extends CommonOptions {
  readonly config?: string
  readonly createTable?: boolean
}

/** CONTRACT 1: closed within so long. */
const CLOSE_MS: Ms = 10_000

export function addServe(program: Command, session: Session, loaders: Loaders): void {
  const command = program
    .command('serve')
    .description('run the daemon')
    .option('--config <file>', 'its settings (default: SLUICE_CONFIG, else config/sluice.yaml)')
    .option('--create-table', 'store.type dynamodb: makes the table where it is missing, and waits for it')
    .addHelpText(
      'after',
      '\nSIGTERM and SIGINT: saves and closes within 10 s; no traffic is moved. SIGHUP: reads policies and migrations again.'
    )
  local<ServeOptions>(session, command, (_args, options) =>
    serve(session, loaders, {
      configFile: options.config ?? configFileOf(session.io.env),
      createTable: options.createTable ?? false
    })
  )
}

interface Wanted {
  readonly configFile: string
  readonly createTable: boolean
}

async function serve(session: Session, loaders: Loaders, wanted: Wanted): Promise<number> {
  const { io, out } = session
  const inbox = createInbox(session)
  try {
    const startDaemon = await loaders.daemon()
    const daemon = await withConfigErrors(() => startDaemon({ ...wanted, env: io.env }))
    out.note(`sluice: listening on ${daemon.url}`)
    inbox.reloadWith(daemon)
    const why = await Promise.race([inbox.stopped, daemon.done.then(() => null)])
    const code = why === null ? EXIT.done : await close(session, daemon, why)
    // Sockets of clients and of AWS may still be open: they shall not keep a closed daemon.
    io.exit(code)
    return code
  } finally {
    inbox.forget()
  }
}

async function close({ io, out }: Session, daemon: Daemon, why: SignalName): Promise<number> {
  out.note(`sluice: ${why}: closing; traffic stays where it is`)
  const late = new AbortController()
  const closed = await Promise.race([
    daemon.close(why).then(() => true),
    io.clock.sleep(CLOSE_MS, late.signal).then(() => false)
  ])
  late.abort()
  if (!closed) out.note(`sluice: not closed within ${formatWait(CLOSE_MS)}: leaving. What was decided is saved`)
  return closed ? EXIT.done : EXIT.error
}

interface Inbox {
  /** The first signal that ends the daemon. */
  readonly stopped: Promise<SignalName>
  /** From now on SIGHUP reloads it; one that came before counts. */
  reloadWith(daemon: Daemon): void
  forget(): void
}

/** Listens before the daemon starts: a SIGHUP in that second must not kill it, a SIGTERM must not be lost. */
function createInbox({ io, out }: Session): Inbox {
  const first = Promise.withResolvers<SignalName>()
  let daemon: Daemon | null = null
  let wanted = false
  let ending = false
  const end = (name: SignalName) => () => {
    // A second one means: now.
    if (ending) io.exit(EXIT.error)
    ending = true
    first.resolve(name)
  }
  const reload = () => {
    const running = daemon
    if (!running) {
      wanted = true
      return
    }
    withConfigErrors(() => running.reload()).then(
      () => out.note('sluice: SIGHUP: policies and migrations read again'),
      (error: unknown) => linesOf(error).forEach((line) => out.note(line))
    )
  }
  const forget = [
    io.onSignal('SIGTERM', end('SIGTERM')),
    io.onSignal('SIGINT', end('SIGINT')),
    io.onSignal('SIGHUP', reload)
  ]
  return {
    stopped: first.promise,
    reloadWith: (started) => {
      daemon = started
      if (wanted) reload()
    },
    forget: () => forget.forEach((stop) => stop())
  }
}
