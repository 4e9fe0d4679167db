/**
 * `sluice start`: asks the daemon for a new shift, says how to undo it by hand, and with --wait stays until its end.
 */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { tenthsOf } from '../../core/percent.ts'
import type { Ms } from '../../core/time.ts'
import type { ShiftView } from '../../core/view.ts'
import { pathOf, shiftOf } from '../client.ts'
import { EXIT, EXIT_HELP, exitOfPhase } from '../exit.ts'
import { usage } from '../failure.ts'
import { duration, remote, type CommonOptions, type Remote, type Session } from '../session.ts'
import { findingLines } from '../shiftText.ts'
import { previewLines, type Document } from '../startPreview.ts'
import { untilOption, type Until } from '../until.ts'
import { watchShift } from '../watching.ts'
import { withBehalf } from './orders.ts'

interface StartOptions extends CommonOptions {
  readonly policy?: string
  readonly reason?: string
  readonly routes?: readonly string[]
  readonly toPercent?: number
  readonly from?: 'zero' | 'live'
  readonly idempotencyKey?: string
  readonly onBehalfOf?: string
  readonly wait?: true
  readonly yes?: true
  readonly timeout?: Ms
  readonly until: Until
}

/** How long a start without --wait looks for the end of preflight, which is when the commands for going back are known. */
const PREFLIGHT_MS: Ms = 15_000
const LOOK_MS: Ms = 500

export function addStart(program: Command, session: Session): void {
  const command = program
    .command('start')
    .description('start a shift: move the traffic of MIGRATION as POLICY says')
    .argument('<migration>', 'its name, as the daemon has it')
    .argument('[policy]', 'its name, as the daemon has it')
    .option('--policy <name>', 'the same as the second argument')
    .option('--reason <text>', 'why, for the decision log')
    .option('--routes <names>', 'only these routes: a,b', namesOf)
    .option('--to-percent <n>', 'end the ladder there', percentOf)
    .addOption(
      new Option('--from <side>', 'zero: new must have no traffic yet; live: go on from what is live').choices([
        'zero',
        'live'
      ])
    )
    .option('--idempotency-key <key>', 'the same key within 24 h gives the same shift')
    .option('--yes', 'do not ask; a script is never asked')
    .option('--wait', 'print what happens and wait for the end')
    .option('--timeout <duration>', 'with --wait: leave after so long (the shift goes on), such as 2h', duration)
    .addOption(untilOption())
    .addHelpText('after', EXIT_HELP)
  remote<StartOptions>(session, withBehalf(command), start)
}

async function start(remote: Remote, args: readonly string[], options: StartOptions): Promise<number> {
  const { out, client } = remote
  if (options.timeout !== undefined && !options.wait) throw usage('--timeout needs --wait')
  const body = bodyOf(args, options)
  if (!(await agreed(remote, body, options))) {
    out.note('nothing was started')
    return EXIT.error
  }
  const headers = options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }
  const answer = await client.ask('POST', 'v1/shifts', { body, headers })
  const created = shiftOf(answer, client.url)
  if (options.wait) return startAndWait(remote, created, options)
  if (remote.json) {
    out.raw(answer.text)
    return EXIT.done
  }
  out.line(`${created.id} started: ${created.migration} under ${created.policy}`)
  const shift = await afterPreflight(remote, created)
  out.line(shift.explain)
  out.lines(byHandLines(shift))
  if (shift.outcome === null) return EXIT.done
  out.lines(findingLines(shift.findings))
  return exitOfPhase(shift.phase)
}

/** Only a person at a terminal is asked: whatever else calls would wait for ever. */
async function agreed({ client, io, out, json }: Remote, body: Body, options: StartOptions): Promise<boolean> {
  if (!io.confirm || options.yes || json) return true
  const document = async (kind: string, name: string): Promise<Document> => {
    const { json: found } = await client.ask('GET', `v1/${kind}/${encodeURIComponent(name)}`)
    return ((found as { readonly document?: Document } | null)?.document ?? {}) satisfies Document
  }
  const [migration, policy] = await Promise.all([
    document('migrations', body.migration),
    document('policies', body.policy)
  ])
  const { routes, toPercent, from } = options
  previewLines({ migration, policy, routes, toPercent, from, url: client.url }, io.clock.now()).forEach((line) =>
    out.note(line)
  )
  return io.confirm('Start it?')
}

async function startAndWait(remote: Remote, created: ShiftView, options: StartOptions): Promise<number> {
  const { out, client, json } = remote
  const say = json ? out.note : out.line
  say(`${created.id} started: ${created.migration} under ${created.policy}; times are UTC`)
  const first = await afterPreflight(remote, created)
  byHandLines(first).forEach((line) => say(line))
  const code = await watchShift(remote, {
    first,
    after: 0,
    until: options.until,
    timeoutMs: options.timeout ?? null,
    show: json ? 'notes' : 'lines'
  })
  if (json) out.raw((await client.ask('GET', pathOf(created.id))).text)
  return code
}

/** The shift once preflight is over, or as it is after a while: what to write back is known only then. */
async function afterPreflight({ client, io }: Remote, created: ShiftView): Promise<ShiftView> {
  const untilAt = io.clock.now() + PREFLIGHT_MS
  let shift = created
  while (shift.phase === 'preflight' && io.clock.now() < untilAt) {
    await io.clock.sleep(LOOK_MS)
    shift = await client.shift(created.id)
  }
  return shift
}

function byHandLines(shift: ShiftView): readonly string[] {
  const { commands } = shift.rollback
  if (shift.outcome !== null) return []
  if (commands.length === 0)
    return [`Going back by hand, if Sluice is away: "sluice undo ${shift.id}" once preflight is over`]
  return ['Going back by hand, if Sluice is away:', ...commands.map((command) => `  ${command}`)]
}

interface Body {
  readonly migration: string
  readonly policy: string
  readonly [field: string]: unknown
}

function bodyOf(args: readonly string[], options: StartOptions): Body {
  const [migration = '', second] = args
  if (second !== undefined && options.policy !== undefined && second !== options.policy) {
    throw usage(`two policies are named: ${second} and ${options.policy}`)
  }
  const policy = second ?? options.policy
  if (policy === undefined) throw usage('which policy? sluice start MIGRATION POLICY')
  const { reason, routes, toPercent, from, onBehalfOf } = options
  // JSON leaves out what is undefined: the daemon's defaults stay the daemon's.
  return { migration, policy, reason, routes, toPercent, from, onBehalfOf }
}

function namesOf(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.includes('')) throw new InvalidArgumentError('It must be names with commas between: web,api.')
  return names
}

function percentOf(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  const tenths = tenthsOf(value)
  if (tenths === null || tenths === 0) {
    throw new InvalidArgumentError('It must be above 0 and at most 100, in steps of 0.1.')
  }
  return value
}
