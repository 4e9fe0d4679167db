/**
 * A watched shift as lines: one for each event, one every ten seconds while it bakes or drains, and how it ended. Used by
 * `watch`, `start --wait` and the orders that send traffic back.
 */
import type { PhaseName } from '../core/shift.ts'
import { formatWait } from '../core/duration.ts'
import type { Ms } from '../core/time.ts'
import type { EventView, ShiftView } from '../core/view.ts'
import { EXIT, exitOfPhase } from './exit.ts'
import { followShift, type Followed } from './follow.ts'
import { clockTime, dateTime, isoOf, percent } from './format.ts'
import type { Remote } from './session.ts'
import { findingLines } from './shiftText.ts'
import type { Until } from './until.ts'

export interface Watch {
  readonly first: ShiftView
  readonly after: number
  readonly until: Until
  readonly timeoutMs: Ms | null
  /** Events before this instant (RFC 3339) are not shown. */
  readonly since?: string
  /**
   * `lines`: to stdout. `log`: the events alone, as the decision log has them. `events`: the events' JSON. `notes`: lines to
   * stderr, stdout is kept for one final JSON.
   */
  readonly show: 'lines' | 'log' | 'events' | 'notes'
  /** The exit code of an ended shift; exitOfPhase if not given. */
  readonly exitOf?: (phase: PhaseName) => number
}

/** Phases long enough that silence would worry people. */
const TOLD: readonly PhaseName[] = ['baking', 'draining']

/** Watches, says how it ended, and answers the exit code. Ctrl-C leaves the shift as it is. */
export async function watchShift(remote: Remote, watch: Watch): Promise<number> {
  const { out, io, client } = remote
  const say = watch.show === 'lines' ? out.line : out.note
  const interrupt = new AbortController()
  const forget = [io.onSignal('SIGINT', () => interrupt.abort()), io.onSignal('SIGTERM', () => interrupt.abort())]
  let share: number | null = null
  try {
    const followed = await followShift(client, io.clock, {
      ...watch,
      interrupt: interrupt.signal,
      onEvent: (event, raw) => {
        share = percentIn(event) ?? share
        if (watch.since !== undefined && event.at < watch.since) return
        if (watch.show === 'events') out.raw(raw)
        else if (watch.show === 'log') out.line(logLine(event))
        else say(lineOf(event.at, event.phase, share, event.explain))
      },
      onTick: (shift) => {
        share = shift.percent
        if (watch.show !== 'lines' || !TOLD.includes(shift.phase)) return
        say(lineOf(isoOf(io.clock.now()), shift.phase, shift.percent, shift.explain))
      },
      onLost: (message, waitMs) => out.note(`sluice: ${message}; trying again in ${formatWait(waitMs)}`)
    })
    return conclude(remote, watch, followed, say)
  } finally {
    forget.forEach((stop) => stop())
  }
}

/** Says how a watch ended, and answers the exit code. */
export function conclude(
  { out }: Remote,
  watch: Pick<Watch, 'show' | 'exitOf'>,
  { ending, shift }: Followed,
  say: (text: string) => void
): number {
  const exitOf = watch.exitOf ?? exitOfPhase
  const tell = watch.show === 'log' || watch.show === 'events' ? out.note : say
  switch (ending) {
    case 'ended':
      findingLines(shift.phase === 'refused' ? shift.findings : []).forEach(tell)
      tell(`${shift.id} ended: ${shift.phase}: ${shift.explain}`)
      return exitOf(shift.phase)
    case 'attention':
      tell(`${shift.id} needs a person (${shift.attention ?? shift.phase}): ${shift.explain}`)
      return exitOfPhase(shift.phase)
    case 'timeout':
      out.note(`sluice: time is over and ${shift.id} has not ended: ${shift.explain}. It goes on.`)
      return exitOfPhase(shift.phase) === EXIT.halted ? EXIT.halted : EXIT.waiting
    case 'interrupted':
      out.note(`sluice: no longer watching. ${shift.id} goes on; "sluice abort ${shift.id}" takes its traffic back.`)
      return EXIT.interrupted
  }
}

/** `10:00:00  baking              10 %  sentence`. */
export function lineOf(at: string, phase: PhaseName, share: number | null, sentence: string): string {
  return `${clockTime(at)}  ${phase.padEnd(17)}  ${percent(share).padStart(6)}  ${sentence}`
}

/** An event as the decision log shows it. */
export function logLine(event: EventView): string {
  const { seq, at, type, phase, actor, explain } = event
  return `${String(seq).padStart(4)}  ${dateTime(at)}  ${type.padEnd(18)}  ${phase.padEnd(17)}  ${actor}: ${explain}`
}

function percentIn(event: EventView): number | null {
  const value = event.data['percent']
  return typeof value === 'number' ? value : null
}
