/**
 * Commands that are promised but not in this version: each says so and exits 2, whatever follows it. Never does half of it.
 */
import type { Command } from 'commander'
import { usage } from '../failure.ts'
import type { Session } from '../session.ts'

const ABSENT = ['plan', 'rehearse', 'backtest', 'compare']

export function addAbsent(program: Command, session: Session): void {
  for (const name of ABSENT) {
    const command = program
      .command(name)
      .description('not in this version')
      .argument('[arguments...]')
      .allowUnknownOption()
    command.action(() => {
      session.json = command.args.includes('--json')
      throw usage(`"sluice ${name}" is not in this version`)
    })
  }
}
