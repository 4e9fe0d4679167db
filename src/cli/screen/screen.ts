/**
 * A watched shift as the lines of a terminal: a pure function of what is known, the size and the time. What matters most at 3 a.m.
 * stands first, nothing is wider than the terminal or higher, and what is old is said to be old.
 */
import type { Instant } from '../../core/time.ts'
import type { EventView } from '../../core/view.ts'
import { clockTime } from '../format.ts'
import { findingLines } from '../shiftText.ts'
import { gatesPart } from './gates.ts'
import { attentionLines, footLine, lateLines, rollbackLines, sentenceLines, staleLines, titleLines } from './head.ts'
import { ladderLines } from './ladder.ts'
import { cut, roomOf, type Part } from './room.ts'
import { routesPart } from './routes.ts'
import { isStale, timeOf, type SeenShift } from './seen.ts'
import { inPlain, type Canvas } from './style.ts'
import { fit, hang } from './text.ts'

/** Narrower than this nothing can be said: lines are laid out for it, and cut by the terminal. */
const LEAST = 20

/** `fill`: the foot stands on the last line, as on a screen that is drawn again; else right below. */
export function screenLines(seen: SeenShift, now: Instant, canvas: Canvas): readonly string[] {
  const stale = isStale(seen, now)
  const width = Math.max(LEAST, canvas.width)
  // An old screen has no colours but its warning's.
  const below: Canvas = { ...canvas, width, paint: stale ? inPlain : canvas.paint }
  const { shift } = seen
  const top = [
    ...titleLines(seen, now, below),
    ...staleLines(seen, now, { ...canvas, width }),
    ...lateLines(seen, now, below),
    '',
    ...sentenceLines(shift, below),
    ...attentionLines(shift, below)
  ]
  const ladder = ladderLines(shift, timeOf(seen, now), stale, below)
  const back = rollbackLines(shift, below)
  const foot = [...back, ...(shift.outcome === null && !canvas.once ? [footLine(seen, now, below)] : [])]
  const parts = [
    routesPart(shift, below),
    gatesPart(shift, seen.history, below),
    findingsPart(seen, below),
    eventsPart(seen.events, below)
  ]
  const used = top.length + spaced(ladder) + spaced(foot)
  const given = roomOf(parts, Math.max(0, canvas.height - used))
  const middle = parts.map((part, i) => cut(part, Math.max(0, (given[i] ?? 0) - 1)))
  return [top, ladder, ...middle, foot]
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
    .slice(0, canvas.height)
}

/** With the empty line before it. */
function spaced(lines: readonly string[]): number {
  return lines.length === 0 ? 0 : lines.length + 1
}

function findingsPart({ shift }: SeenShift, { width, paint }: Canvas): Part {
  const grave = shift.findings.filter(({ severity }) => severity !== 'info')
  return {
    title: [],
    items: grave.map((finding) =>
      findingLines([finding]).flatMap((line) => hang('', line, width).map((piece) => paint('warn', piece)))
    ),
    more: (count) => paint('dim', `… and ${count} more ${count === 1 ? 'finding' : 'findings'}`)
  }
}

/** The newest first: whatever is cut is older. */
function eventsPart(events: readonly EventView[], { width, paint }: Canvas): Part {
  const lines = (event: EventView) => {
    const [first = '', second, ...rest] = hang(`${clockTime(event.at)}  `, event.explain, width)
    if (second === undefined) return [first]
    return [first, rest.length === 0 ? second : fit(`${second} …`, width)]
  }
  return {
    title: [paint('dim', fit('LOG  newest first, UTC', width))],
    items: events.toReversed().map(lines),
    more: (count) => paint('dim', fit(`… ${count} older: sluice events`, width))
  }
}
