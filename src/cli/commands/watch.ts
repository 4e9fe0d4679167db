/**
 * `sluice watch ID`: what a shift does until its end, drawn on a terminal, else a line each. Leaving it changes nothing.
 */
import type { Command } from 'commander'
import type { Ms } from '../../core/time.ts'
import { EXIT_HELP } from '../exit.ts'
import { duration, remote, wholeNumber, type CommonOptions, type Session } from '../session.ts'
import { untilOption, type Until } from '../until.ts'
import { watchOnScreen } from '../screen/watchOnScreen.ts'
import { watchShift } from '../watching.ts'

interface WatchOptions extends CommonOptions {
  readonly after: number
  readonly timeout?: Ms
  readonly until: Until
  readonly lines?: true
}

export function addWatch(program: Command, session: Session): void {
  const command = program
    .command('watch')
    .description('follow a shift to its end; Ctrl-C leaves it running')
    .argument('<id>', 'the shift')
    .option('--after <seq>', 'only events after this one', wholeNumber(0), 0)
    .option('--timeout <duration>', 'leave after so long, such as 30m', duration)
    .option('--lines', 'a line each on a terminal as well')
    .addOption(untilOption())
    .addHelpText('after', EXIT_HELP)
  remote<WatchOptions>(session, command, async (remote, [id = ''], options) => {
    const { client, out, json, io } = remote
    const first = await client.shift(id)
    const { after, until, timeout } = options
    if (io.terminal && !json && !options.lines) {
      return watchOnScreen(remote, io.terminal, { first, after, until, timeoutMs: timeout ?? null })
    }
    if (!json) out.line(`${first.id}  ${first.migration} under ${first.policy}; times are UTC`)
    return watchShift(remote, { first, after, until, timeoutMs: timeout ?? null, show: json ? 'events' : 'lines' })
  })
}
