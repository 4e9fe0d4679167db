/**
 * `sluice events ID`: the decision log, and with --follow what is added to it.
 */
import type { Command } from 'commander'
import type { EventView } from '../../core/view.ts'
import { eventPage, eventsAfter } from '../events.ts'
import { EXIT } from '../exit.ts'
import { remote, wholeNumber, type CommonOptions, type Remote, type Session } from '../session.ts'
import { logLine, watchShift } from '../watching.ts'

interface EventsOptions extends CommonOptions {
  readonly after: number
  readonly follow?: true
}

export function addEvents(program: Command, session: Session): void {
  const command = program
    .command('events')
    .description('print the decision log of a shift')
    .argument('<id>', 'the shift')
    .option('--after <seq>', 'only events after this one', wholeNumber(0), 0)
    .option('--follow', 'go on until the shift ends; with --json one event a line')
  remote<EventsOptions>(session, command, async (remote, [id = ''], options) => {
    if (options.follow) {
      const first = await remote.client.shift(id)
      const show = remote.json ? 'events' : 'log'
      return watchShift(remote, {
        first,
        after: options.after,
        until: 'ended',
        timeoutMs: null,
        show,
        exitOf: () => EXIT.done
      })
    }
    if (remote.json) return printJson(remote, id, options.after)
    for await (const event of eventsAfter(remote.client, id, options.after)) remote.out.line(logLine(event))
    return EXIT.done
  })
}

/** The API's own page where there is one; several are joined. */
async function printJson({ client, out }: Remote, id: string, after: number): Promise<number> {
  const page = await eventPage(client, id, after)
  if (page.next === null) {
    out.raw(page.text)
    return EXIT.done
  }
  const items: EventView[] = []
  for await (const event of eventsAfter(client, id, after)) items.push(event)
  out.raw(JSON.stringify({ items, next: null }))
  return EXIT.done
}
