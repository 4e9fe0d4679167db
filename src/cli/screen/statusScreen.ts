/**
 * One shift for a person at a terminal: the drawing of `watch` once and in full, then who started it, how to undo it by hand.
 */
import type { ShiftView } from '../../core/view.ts'
import { eventsAfter } from '../events.ts'
import type { Terminal } from '../io.ts'
import type { Remote } from '../session.ts'
import { factLines, undoLines } from '../shiftText.ts'
import { createHistory } from './history.ts'
import { cleaned } from './seen.ts'
import { readSeries } from './series.ts'
import { screenLines } from './screen.ts'
import { canvasOf } from './style.ts'
import { wrap } from './text.ts'

/** Nothing is left out but the log, which `sluice events` prints. */
const ALL = 100_000
const EVENTS = 5

export async function statusScreen(remote: Remote, terminal: Terminal, first: ShiftView): Promise<void> {
  const { client, io } = remote
  const history = createHistory()
  await readSeries(remote, first.id, 0, history)
  const events = []
  for await (const event of eventsAfter(client, first.id, 0)) events.push(cleaned(event))
  const shift = cleaned(first)
  const canvas = canvasOf(terminal, ALL)
  const now = io.clock.now()
  const seen = { shift, seenAt: now, skewMs: client.skewMs(), lost: null, events: events.slice(-EVENTS), history }
  const plain = [...factLines(shift), ...undoLines(shift)].flatMap((line) =>
    // A command is for the clipboard: it is never broken.
    line.startsWith('  ') ? [line] : wrap(line, canvas.width)
  )
  io.stdout.write(`${[...screenLines(seen, now, { ...canvas, once: true }), '', ...plain].join('\n')}\n`)
}
