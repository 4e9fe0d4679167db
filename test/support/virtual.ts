/**
 * Virtual time: a clock whose hours pass in milliseconds, and in the same order every time. One thing is done at a time, and
 * before the next one everything that it woke has settled. Never looks at the real time, and never goes backwards.
 *
 * What waits for real I/O (a socket, a file, a dynamic import) does not settle under it: await such things before or after.
 */
import { parseDuration } from '../../src/core/duration.ts'
import type { Instant, Ms } from '../../src/core/time.ts'
import type { Clock } from '../../src/clock.ts'
import { createTimeline, settle, type Timeline } from './virtual/timeline.ts'

/** A span: milliseconds or `5m`. */
export type Span = Ms | string
/** A moment: `5m` or 300000 after the start, or an Instant (a number from 1e11 on). */
export type When = Instant | string
/** Calls a thing off; harmless after it was done. */
export type Cancel = () => void

export interface VirtualClock extends Clock {
  readonly startedAt: Instant
  /** Milliseconds since the start. */
  elapsed(): Ms
  /** Does `run` at that moment; at once (in its turn) where it is over. A throw or rejection fails the run. */
  at(when: When, run: () => unknown): Cancel
  /** Does `run` after a span of at least 0 ms. */
  after(span: Span, run: () => unknown): Cancel
  /** Lets so much time pass. */
  advance(span: Span): Promise<void>
  /** Lets time pass until that moment; everything due then has been done. */
  run(until: When): Promise<void>
  /** Lets time pass until `predicate` holds (looked at after each thing done); false where it did not within `max`. */
  runUntil(predicate: () => boolean | Promise<boolean>, max: Span): Promise<boolean>
  /** Lets time pass until `promise` settles, and gives its value; throws where it does not within `max` (default 24h). */
  complete<T>(promise: PromiseLike<T>, max?: Span): Promise<T>
  /** The same time seen by a process whose wall clock is wrong by so much. */
  skewed(by: Ms): Clock
  /** Things waiting to be done. */
  readonly pending: number
  /** Things done so far. */
  readonly done: number
  /** Mixes a text into the digest. */
  note(text: string): void
  /** Hash of everything done and noted, in order: two runs of the same seed must have the same. */
  digest(): string
}

const DEFAULT_START = Date.UTC(2026, 0, 5, 9)
const SMALLEST_INSTANT = 1e11
/** setTimeout holds 31 bits, and so does the real clock's sleep. */
const LONGEST_MS = 2_147_000_000
/** Real turns of the loop that a promise may need although no virtual time has to pass. */
const TURNS = 100

export function spanOf(span: Span): Ms {
  const ms = typeof span === 'string' ? parseDuration(span) : span
  if (ms === null || Number.isNaN(ms)) throw new Error(`not a span: ${span}`)
  return ms
}

export function instantOf(when: When, start: Instant): Instant {
  return typeof when === 'number' && when >= SMALLEST_INSTANT ? when : start + spanOf(when)
}

/** The Clock port over a timeline, with the real clock's habits: nothing sooner than 1 ms, nothing later than 31 bits. */
function portOf(timeline: Timeline, offset: Ms): Clock {
  const later = (ms: Ms): Instant => timeline.now() + Math.min(Math.max(1, Math.trunc(ms)), LONGEST_MS)
  return {
    now: () => timeline.now() + offset,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const finish = (): void => {
          cancel()
          signal?.removeEventListener('abort', finish)
          resolve()
        }
        const cancel = timeline.schedule(later(ms), finish)
        signal?.addEventListener('abort', finish, { once: true })
      }),
    timeout: (ms, also) => {
      const controller = new AbortController()
      const stop = (): void => controller.abort(also?.reason)
      const cancel = timeline.schedule(later(ms), () =>
        controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'))
      )
      if (also?.aborted) stop()
      also?.addEventListener('abort', stop, { once: true })
      return {
        signal: controller.signal,
        clear: () => {
          cancel()
          also?.removeEventListener('abort', stop)
        }
      }
    }
  }
}

/** A clock that stands still until it is told to run. */
export function virtualClock(start: Instant = DEFAULT_START): VirtualClock {
  if (start < SMALLEST_INSTANT) throw new Error(`a start is an Instant from ${SMALLEST_INSTANT} on`)
  const timeline = createTimeline(start)
  const { now } = timeline
  return {
    ...portOf(timeline, 0),
    startedAt: start,
    elapsed: () => now() - start,
    at: (when, run) => timeline.schedule(instantOf(when, start), run),
    after: (span, run) => timeline.schedule(now() + Math.max(0, spanOf(span)), run),
    advance: async (span) => void (await timeline.play(now() + spanOf(span))),
    run: async (until) => void (await timeline.play(instantOf(until, start))),
    runUntil: (predicate, max) => timeline.play(now() + spanOf(max), predicate),
    complete: (promise, max = '24h') => complete(timeline, promise, spanOf(max)),
    skewed: (by) => portOf(timeline, by),
    get pending() {
      return timeline.pending
    },
    get done() {
      return timeline.done
    },
    note: timeline.note,
    digest: timeline.digest
  }
}

async function complete<T>(timeline: Timeline, promise: PromiseLike<T>, max: Ms): Promise<T> {
  const deadline = timeline.now() + max
  let over = false
  const watched = Promise.resolve(promise).finally(() => {
    over = true
  })
  watched.catch(() => undefined)
  for (;;) {
    for (let turn = 0; turn < TURNS && !over && timeline.pending === 0; turn++) await settle()
    if (!over && timeline.pending === 0) throw new Error('nothing is left to be done, and it has not settled')
    const stopped = over || (await timeline.play(deadline, () => over || timeline.pending === 0))
    if (over) return watched
    if (!stopped) throw new Error(`it did not settle within ${max} ms of virtual time`)
  }
}
