/**
 * `sluice undo ID`: the commands that take a shift's traffic back by hand, ready for a shell. Prints them; runs nothing.
 */
import type { Command } from 'commander'
import type { ShiftView } from '../../core/view.ts'
import { EXIT } from '../exit.ts'
import { percent } from '../format.ts'
import { remote, type CommonOptions, type Session } from '../session.ts'

export function addUndo(program: Command, session: Session): void {
  const command = program
    .command('undo')
    .description('print the commands that take the traffic back by hand, one a line, for a shell')
    .argument('<id>', 'the shift')
    .addHelpText('after', '\nAn open shift takes them for drift: use "sluice abort ID" while Sluice runs.')
  remote<CommonOptions>(session, command, async ({ client, out, json }, [id = '']) => {
    const shift = await client.shift(id)
    if (json) out.raw(JSON.stringify(shift.rollback))
    else out.lines(undoLines(shift))
    return EXIT.done
  })
}

function undoLines(shift: ShiftView): readonly string[] {
  const { id, migration, phase, rollback } = shift
  const head = `# ${id} (${migration}, ${phase})`
  if (rollback.commands.length === 0) return [`${head}: nothing to undo`]
  const open = shift.outcome === null ? ['# it is open: "sluice abort" is better while Sluice runs'] : []
  return [`${head}: back to ${percent(shift.restorePercent)} on new`, ...open, ...rollback.commands]
}
