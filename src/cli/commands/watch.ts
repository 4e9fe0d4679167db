/**
 * `sluice watch ID`: what a shift does, a line each, until its end. Leaving it changes nothing.
 */
import type { Command } from 'commander'
import type { Ms } from '../../core/time.ts'
import { EXIT_HELP } from '../exit.ts'
import { duration, remote, wholeNumber, type CommonOptions, type Session } from '../session.ts'
import { untilOption, type Until } from '../until.ts'
import { watchShift } from '../watching.ts'

interface WatchOptions extends CommonOptions {
  readonly after: number
  readonly timeout?: Ms
  readonly until: Until
}

export function addWatch(program: Command, session: Session): void {
  const command = program
    .command('watch')
    .description('follow a shift to its end; Ctrl-C leaves it running')
    .argument('<id>', 'the shift')
    .option('--after <seq>', 'only events after this one', wholeNumber(0), 0)
    .option('--timeout <duration>', 'leave after so long, such as 30m', duration)
    .addOption(untilOption())
    .addHelpText('after', EXIT_HELP)
  remote<WatchOptions>(session, command, async (remote, [id = ''], options) => {
    const { client, out, json } = remote
    const first = await client.shift(id)
    if (!json) out.line(`${first.id}  ${first.migration} under ${first.policy}; times are UTC`)
    const { after, until, timeout } = options
    return watchShift(remote, { first, after, until, timeoutMs: timeout ?? null, show: json ? 'events' : 'lines' })
  })
}
