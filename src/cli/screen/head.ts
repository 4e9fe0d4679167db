/**
 * What is said first: which shift, what it does in one sentence, whether a person is needed, and how old all of it is.
 */
import { formatWait } from '../../core/duration.ts'
import type { Instant, Ms } from '../../core/time.ts'
import type { ShiftView } from '../../core/view.ts'
import { clockTime, isoOf, percent } from '../format.ts'
import { isStale, timeOf, type SeenShift } from './seen.ts'
import { toneOfPhase, type Canvas } from './style.ts'
import { fit, hang, pad, widthOf, wrap } from './text.ts'

/** Title with the time, and the id. */
export function titleLines(seen: SeenShift, now: Instant, { width, paint }: Canvas): readonly string[] {
  const { shift } = seen
  const clock = `${clockTime(isoOf(timeOf(seen, now)))}Z`
  const title = `${shift.migration} under ${shift.policy}`
  const room = width - widthOf(clock) - 1
  const by = `${shift.id}  by ${shift.startedBy}${shift.reason === '' ? '' : `: ${shift.reason}`}`
  return [`${paint('strong', pad(fit(title, room), room))} ${paint('dim', clock)}`, paint('dim', fit(by, width))]
}

/** That nothing new is known, loud; nothing where all is fresh. */
export function staleLines(seen: SeenShift, now: Instant, { width, paint }: Canvas): readonly string[] {
  if (!isStale(seen, now)) return []
  const age = formatWait(now - seen.seenAt)
  const why = seen.lost === null ? '' : ` (${seen.lost})`
  const text = `STALE: the daemon has not answered for ${age}${why}. What stands below is ${age} old. Trying again.`
  return wrap(text, width - 2)
    .slice(0, 4)
    .map((line) => paint('alarm', pad(` ${line}`, width)))
}

/** A daemon that answers and does not look at the routes knows no more than we do. */
const LOOK_LATE_MS: Ms = 60_000

/** That the daemon itself has not looked for long; nothing where it has. */
export function lateLines(seen: SeenShift, now: Instant, { width, paint }: Canvas): readonly string[] {
  const { shift } = seen
  const late = shift.seenAt === null || shift.outcome !== null ? 0 : timeOf(seen, now) - Date.parse(shift.seenAt)
  if (late < LOOK_LATE_MS || isStale(seen, now)) return []
  const text = `The daemon looked at the routes ${formatWait(late)} ago for the last time.`
  return wrap(text, width).map((line) => paint('bad', line))
}

/** The phase with how far it is, and the sentence that says it all. */
export function sentenceLines(shift: ShiftView, { width, paint }: Canvas): readonly string[] {
  const phase = shift.phase.toUpperCase().replaceAll('_', ' ')
  const far = `${percent(shift.percent)} on new, target ${percent(shift.targetPercent)}`
  const room = width - phase.length - 2
  return [
    `${paint(toneOfPhase(shift.phase), phase)}  ${fit(far, room)}`,
    ...wrap(shift.explain, width).map((line) => paint('strong', line))
  ]
}

/** What a person can do who is needed. */
export function attentionLines(
  { id, phase, attention, drifted, step }: ShiftView,
  { width, paint }: Canvas
): readonly string[] {
  if (attention === null) return []
  const at = step === null ? '' : ` --step ${step.index}`
  const orders =
    phase === 'awaiting_approval'
      ? [`sluice approve ${id}${at}`, `sluice reject ${id}${at}`]
      : drifted
        ? [`sluice resume ${id} --drift adopt`, `sluice resume ${id} --drift overwrite`]
        : phase === 'paused'
          ? [`sluice resume ${id}`]
          : []
  const text = `A person is needed: ${attention.replaceAll('_', ' ')}`
  return [
    ...wrap(text, width).map((line) => paint('warn', line)),
    ...orders.flatMap((order) => hang('  ', order, width))
  ]
}

/** How to go back, and how soon everybody would be. */
export function rollbackLines(shift: ShiftView, canvas: Canvas): readonly string[] {
  const { id, phase, rollback, restorePercent, outcome } = shift
  if (phase === 'stuck') return hang('By hand: ', `sluice undo ${id}`, canvas.width)
  if (outcome !== null || phase === 'rolling_back' || !rollback.possible) return []
  const { inEffectWithinSeconds: within, residualPercent: rest } = rollback
  const soon = within === null ? '' : within === 0 ? ' at once' : ` within ${formatWait(within * 1000)}`
  const some = rest === null || rest === 0 ? '' : `, ${percent(rest)} of users later`
  const text = `Back to ${percent(restorePercent ?? 0)}${soon}${some}: `
  const order = `sluice abort ${id}`
  if (widthOf(text) + order.length > canvas.width)
    return [...wrap(text.trimEnd(), canvas.width), ...hang('  ', order, canvas.width)]
  return [`${text}${canvas.paint('strong', order)}`]
}

/** That leaving changes nothing, and how fresh the screen is. */
export function footLine(seen: SeenShift, now: Instant, { width, paint }: Canvas): string {
  const age = now - seen.seenAt
  const fresh = isStale(seen, now) ? `${formatWait(age)} old` : 'live'
  const long = `Ctrl-C stops watching, the shift goes on. ${fresh}`
  return paint('dim', fit(widthOf(long) <= width ? long : `Ctrl-C leaves; it goes on. ${fresh}`, width))
}
