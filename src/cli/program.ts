/**
 * The program: every command, and how an error becomes lines and an exit code. Builds nothing of the daemon itself.
 */
import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { addAbsent } from './commands/absent.ts'
import { addCompletion } from './commands/completion.ts'
import { addDashboard } from './commands/dashboard.ts'
import { addDemo } from './commands/demo.ts'
import { addEvents } from './commands/events.ts'
import { addJudge } from './commands/judge.ts'
import { addLab } from './commands/lab.ts'
import { addList } from './commands/list.ts'
import { addOrders } from './commands/orders.ts'
import { addReport } from './commands/report.ts'
import { addSchema } from './commands/schema.ts'
import { addServe } from './commands/serve.ts'
import { addStart } from './commands/start.ts'
import { addStatus } from './commands/status.ts'
import { addStepOrders } from './commands/steps.ts'
import { addStop } from './commands/stop.ts'
import { addUndo } from './commands/undo.ts'
import { addValidate } from './commands/validate.ts'
import { addWatch } from './commands/watch.ts'
import { EXIT, EXIT_HELP } from './exit.ts'
import { Failure, linesOf, problemOf } from './failure.ts'
import type { Io } from './io.ts'
import { loaders as realLoaders, type Loaders } from './loaders.ts'
import { createSession, type Session } from './session.ts'

/** In the order of `sluice --help`. A command of its own: a function like these, and a line here. */
const COMMANDS: readonly ((program: Command, session: Session, loaders: Loaders) => void)[] = [
  addServe,
  addValidate,
  addStart,
  addList,
  addStatus,
  addWatch,
  addOrders,
  addStepOrders,
  addEvents,
  addReport,
  addUndo,
  addStop,
  addDashboard,
  addJudge,
  addLab,
  addDemo,
  addSchema,
  addCompletion,
  addAbsent
]

const ENVIRONMENT = `
Environment: SLUICE_URL (the daemon), SLUICE_TOKEN (who you are), SLUICE_CONFIG (for serve and validate).`

export function buildProgram(session: Session, loaders: Loaders = realLoaders): Command {
  const { io } = session
  const program = new Command('sluice')
    .description(packageJson.description)
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(--help tells what is possible)')
    .addHelpText('after', ENVIRONMENT + EXIT_HELP)
  for (const add of COMMANDS) add(program, session, loaders)
  return program
}

/** Runs one command line (without `node` and the script); answers the exit code, never throws. */
export async function run(argv: readonly string[], io: Io, loaders: Loaders = realLoaders): Promise<number> {
  const session = createSession(io)
  try {
    await buildProgram(session, loaders).parseAsync([...argv], { from: 'user' })
    return session.code
  } catch (error) {
    // Commander has written its own sentence.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    tell(session, error)
    return error instanceof Failure ? error.exit : EXIT.error
  }
}

function tell(session: Session, error: unknown): void {
  const { io, out, json, debug } = session
  const secret = io.env['SLUICE_TOKEN']?.trim() ?? ''
  const note = (text: string) => out.note(secret === '' ? text : text.replaceAll(secret, '***'))
  if (json) note(JSON.stringify(problemOf(error)))
  else linesOf(error).forEach(note)
  if (!debug) return
  for (let at: unknown = error; at instanceof Error; at = at.cause) (at.stack ?? at.message).split('\n').forEach(note)
}
