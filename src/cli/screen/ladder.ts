/**
 * The ladder: the steps that are done, the one it is on with the time that is left, and those to come.
 */
import { formatWait } from '../../core/duration.ts'
import type { Instant, Ms } from '../../core/time.ts'
import type { ShiftView } from '../../core/view.ts'
import { percent } from '../format.ts'
import { bar } from './graph.ts'
import type { Canvas } from './style.ts'
import { fit, hang, widthOf, wrap } from './text.ts'

export function ladderLines(shift: ShiftView, now: Instant, stale: boolean, canvas: Canvas): readonly string[] {
  if (shift.steps.length === 0) return []
  return [...rungLines(shift, canvas), ...stepLines(shift, now, stale, canvas)]
}

function rungLines({ steps, step, phase }: ShiftView, { width, paint, glyphs }: Canvas): readonly string[] {
  const index = phase === 'completed' || phase === 'draining' ? steps.length : (step?.index ?? -1)
  const rungs = steps.map((rung, i) => {
    const mark = i < index ? glyphs.done : i === index ? glyphs.here : glyphs.ahead
    const text = `${mark}${percent(rung.percent)}${rung.approval === null ? '' : '*'}`
    return paint(i < index ? 'good' : i === index ? 'strong' : 'dim', text.replaceAll(' ', '\u00a0'))
  })
  const note = steps.some(({ approval }) => approval !== null) ? wrap('* then a person must approve', width) : []
  // A rung is never broken in two: its space does not break.
  const lines = hang(paint('dim', 'STEPS '), rungs.join(' '), width).map((line) => line.replaceAll('\u00a0', ' '))
  return [...lines, ...note.map((line) => paint('dim', line))]
}

/** How much of what it is on is over, and how long it lasts still. */
function stepLines(shift: ShiftView, now: Instant, stale: boolean, canvas: Canvas): readonly string[] {
  const { step, outcome } = shift
  if (step === null || outcome !== null) return []
  const name = step.index < 0 ? 'attaching new' : `step ${step.index + 1} of ${step.of}`
  if (step.until === null) return [fit(name, canvas.width)]
  const [from, to] = [Date.parse(step.since), Date.parse(step.until)]
  const left = to - now
  const text = `${name}: ${timeText(shift, left, stale)}`
  const room = canvas.width - widthOf(text) - 1
  if (room < 6) return [fit(text, canvas.width)]
  const drawn = bar(to > from ? (now - from) / (to - from) : 1, null, Math.min(24, room), canvas.glyphs)
  return [`${text} ${canvas.paint(stale ? 'dim' : 'plain', drawn)}`]
}

/** What ends when the time is over: only a bake ends by itself, the others are deadlines. */
function timeText({ phase }: ShiftView, left: Ms, stale: boolean): string {
  const time = formatWait(Math.abs(left))
  const rest = `${left > 0 ? time : '0s'} left${stale ? ' when last seen,' : ''}`
  switch (phase) {
    case 'baking':
      return left > 0 || stale ? `${rest} of its bake` : `its bake is over since ${time}`
    case 'awaiting_approval':
      return `${rest} to approve`
    default:
      return left > 0 || stale ? `${rest} to its deadline` : `${time} past its deadline`
  }
}
