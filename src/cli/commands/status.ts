/**
 * `sluice status ID`: one shift, everything that a person on call asks first.
 */
import type { Command } from 'commander'
import { pathOf, shiftOf } from '../client.ts'
import { EXIT, EXIT_HELP, exitOfPhase } from '../exit.ts'
import { remote, type CommonOptions, type Session } from '../session.ts'
import { statusScreen } from '../screen/statusScreen.ts'
import { shiftLines } from '../shiftText.ts'

interface StatusOptions extends CommonOptions {
  readonly exitCode?: true
}

export function addStatus(program: Command, session: Session): void {
  const command = program
    .command('status')
    .description('show a shift: phase, step, routes, gates, findings, and how to undo it by hand')
    .argument('<id>', 'the shift')
    .option('--exit-code', 'exit by the phase of the shift, as below; without it 0')
    .addHelpText('after', EXIT_HELP)
  remote<StatusOptions>(session, command, async (remote, [id = ''], options) => {
    const { client, out, json, io } = remote
    const answer = await client.ask('GET', pathOf(id))
    const shift = shiftOf(answer, client.url)
    if (json) out.raw(answer.text)
    else if (io.terminal) await statusScreen(remote, io.terminal, shift)
    else out.lines(shiftLines(shift))
    return options.exitCode ? exitOfPhase(shift.phase) : EXIT.done
  })
}
