/**
 * `sluice stop`: the red button. It reaches every shift, and no shift starts or goes on until it is lifted.
 */
import { Argument, type Command } from 'commander'
import { EXIT } from '../exit.ts'
import { usage } from '../failure.ts'
import { dateTime } from '../format.ts'
import { withBehalf } from './orders.ts'
import { remote, type CommonOptions, type Remote, type Session } from '../session.ts'

interface StopOptions extends CommonOptions {
  readonly reason?: string
  readonly onBehalfOf?: string
}

export function addStop(program: Command, session: Session): void {
  const command = program
    .command('stop')
    .description('the red button for every shift: hold all, roll all back, or lift it again')
    .addArgument(
      new Argument('<action>', 'lift resumes nothing by itself; show says whether it is pressed').choices([
        'hold',
        'rollback',
        'lift',
        'show'
      ])
    )
    .option('--reason <text>', 'why; needed for hold and rollback')
  withBehalf(command)
  remote<StopOptions>(session, command, (remote, [action = ''], options) => {
    const { reason, onBehalfOf } = options
    if (action === 'show') return show(remote)
    if (action === 'lift') return lift(remote)
    if (reason === undefined) throw usage(`sluice stop ${action} needs --reason TEXT`)
    return press(remote, action, { action, reason, onBehalfOf })
  })
}

async function press({ client, out, json }: Remote, action: string, body: object): Promise<number> {
  const answer = await client.ask('POST', 'v1/stop', { body })
  if (json) out.raw(answer.text)
  else out.line(`stopped: ${effectOf(action)}; nothing starts or goes on until "sluice stop lift"`)
  return EXIT.done
}

async function lift({ client, out, json }: Remote): Promise<number> {
  const answer = await client.ask('DELETE', 'v1/stop')
  if (!json) out.line('lifted: shifts may start again; those that were held wait for "sluice resume"')
  else if (answer.text !== '') out.raw(answer.text)
  return EXIT.done
}

async function show({ client, out, json }: Remote): Promise<number> {
  const answer = await client.ask('GET', 'v1/stop')
  if (json) out.raw(answer.text === '' ? 'null' : answer.text)
  else out.line(stopText(answer.json))
  return EXIT.done
}

function stopText(json: unknown): string {
  const read = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>
  const { action, reason, actor, at } = read
  if (typeof action !== 'string') return 'not stopped'
  const since = typeof at === 'string' ? ` since ${dateTime(at)}` : ''
  return `stopped${since} by ${String(actor)}: ${effectOf(action)}: ${String(reason)}`
}

function effectOf(action: string): string {
  return action === 'rollback' ? 'every shift goes back' : 'every shift is held where it is'
}
