/**
 * When one closed period may be judged (CONTRACT 4.1): CloudWatch goes on adding to a period after its end, so it is read until
 * the delay is over and two reads, half a period apart, agree. Pure; knows one period and never a value's meaning.
 */
import type { Instant, Ms } from '../../core/time.ts'

/** How late and how long the periods of a meter are. */
export interface Rhythm {
  readonly periodMs: Ms
  readonly delayMs: Ms
}

/** What is remembered of a period that was read at least once. */
export interface Ripening {
  readonly values: readonly (number | null)[]
  readonly firstReadAt: Instant
  /** First of the unbroken run of reads with these values. */
  readonly sameSince: Instant
  readonly lastReadAt: Instant
  /** How often a read differed from the one before. */
  readonly revisions: number
}

/** A period that is revised for longer than this many periods will not be waited for in silence. */
const REVISED_PERIODS = 10

/** From when (by the source's clock) a period is read: early, so that its second read falls on the end of the delay. */
export function firstReadFrom(start: Instant, { periodMs, delayMs }: Rhythm): Instant {
  return start + periodMs + Math.max(0, delayMs - periodMs / 2)
}

/** From when (by the source's clock) a period can be mature at all. */
export function maturesAt(start: Instant, { periodMs, delayMs }: Rhythm): Instant {
  return start + periodMs + delayMs
}

/** `before` with one more read, made at `at`; undefined: the first. */
export function readAgain(before: Ripening | undefined, values: readonly (number | null)[], at: Instant): Ripening {
  if (!before) return { values, firstReadAt: at, sameSince: at, lastReadAt: at, revisions: 0 }
  const same = before.values.length === values.length && before.values.every((value, i) => value === values[i])
  return same
    ? { ...before, lastReadAt: at }
    : { ...before, values, sameSince: at, lastReadAt: at, revisions: before.revisions + 1 }
}

/** Two reads, at least half a period apart, agreed, and none between them differed. */
export function agrees(period: Ripening, rhythm: Rhythm): boolean {
  return period.lastReadAt - period.sameSince >= agreementMs(period, rhythm)
}

/** When the next read can make it agree. */
export function nextReadFrom(period: Ripening, rhythm: Rhythm): Instant {
  return Math.min(period.sameSince + agreementMs(period, rhythm), period.lastReadAt + rhythm.periodMs / 2)
}

/** Silence at the end of the delay may be no more than lateness, or a clock that is a little off: it has one period more to speak. */
function agreementMs({ values }: Ripening, { periodMs }: Rhythm): Ms {
  return values.every((value) => value === null) ? 1.5 * periodMs : periodMs / 2
}

/** It has been revised again and again for more than ten periods. */
export function keepsChanging(period: Ripening, rhythm: Rhythm): boolean {
  return (
    !agrees(period, rhythm) &&
    period.revisions > REVISED_PERIODS &&
    period.lastReadAt - period.firstReadAt > REVISED_PERIODS * rhythm.periodMs
  )
}
