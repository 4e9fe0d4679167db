/**
 * `sluice list`: the shifts, newest first, a line each; on a narrow terminal below each other.
 */
import { Option, type Command } from 'commander'
import { PHASES } from '../../core/shift.ts'
import type { ShiftView } from '../../core/view.ts'
import { EXIT } from '../exit.ts'
import { Failure, NOT_SLUICE } from '../failure.ts'
import { dateTime, percent, table } from '../format.ts'
import { gridLines } from '../screen/grid.ts'
import { cleaned } from '../screen/seen.ts'
import { remote, wholeNumber, type CommonOptions, type Session } from '../session.ts'

interface ListOptions extends CommonOptions {
  readonly phase?: readonly string[]
  readonly migration?: string
  readonly limit?: number
  readonly cursor?: string
}

const HEAD = ['ID', 'MIGRATION', 'POLICY', 'PHASE', 'PERCENT', 'STARTED', 'BY']

export function addList(program: Command, session: Session): void {
  const command = program
    .command('list')
    .description('list the shifts, newest first')
    .addOption(new Option('--phase <phases...>', 'only in these phases').choices([...PHASES]))
    .option('--migration <name>', 'only of this migration')
    .option('--limit <n>', 'at most so many', wholeNumber(1))
    .option('--cursor <cursor>', 'go on where a list ended')
  remote<ListOptions>(session, command, async ({ client, out, json, io }, _args, options) => {
    const { phase, migration, limit, cursor } = options
    const query = { phase: phase?.join(','), migration, limit, cursor }
    const answer = await client.ask('GET', 'v1/shifts', { query })
    if (json) {
      out.raw(answer.text)
      return EXIT.done
    }
    const { items, next } = pageOf(answer.json, client.url)
    if (items.length === 0) out.note('no shifts')
    else if (io.terminal)
      out.lines(gridLines({ head: HEAD, rows: cleaned(items.map(rowOf)), wraps: [6, 1, 2] }, io.terminal.columns()))
    else out.lines(table(HEAD, items.map(rowOf)))
    if (next !== null) out.note(`there are more: --cursor ${next}`)
    return EXIT.done
  })
}

function rowOf(shift: ShiftView): readonly string[] {
  const { id, migration, policy, phase, createdAt, startedBy } = shift
  const attention = shift.attention === null ? '' : ` (${shift.attention})`
  return [id, migration, policy, `${phase}${attention}`, percent(shift.percent), dateTime(createdAt), startedBy]
}

function pageOf(json: unknown, url: string): { readonly items: readonly ShiftView[]; readonly next: string | null } {
  if (typeof json !== 'object' || json === null || !('items' in json) || !Array.isArray(json.items)) {
    throw new Failure(EXIT.error, NOT_SLUICE, `${url} answered something that is no list of shifts`)
  }
  const next = 'next' in json && typeof json.next === 'string' ? json.next : null
  return { items: json.items as readonly ShiftView[], next }
}
