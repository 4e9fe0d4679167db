/**
 * Follows a shift until it has ended (or needs a person, or time is over, or the user left): events from the stream, each once
 * and in order whatever breaks in between, and the shift itself every ten seconds. Only looks; never orders anything.
 */
import type { Clock } from '../clock.ts'
import type { Until } from './until.ts'
import type { Ms } from '../core/time.ts'
import type { EventView, ShiftView } from '../core/view.ts'
import { pathOf, type Client } from './client.ts'
import { eventsAfter } from './events.ts'
import { Failure, isTransient, NOT_SLUICE } from './failure.ts'
import { needsPerson } from './until.ts'

/** Between two looks at the shift. */
const TICK_MS: Ms = 10_000
/** Waits before connecting again: doubled each time, at most this. */
const LONGEST_WAIT_MS: Ms = 30_000

export type Ending = 'ended' | 'attention' | 'timeout' | 'interrupted'

export interface FollowOptions {
  /** The shift as it was at the beginning. */
  readonly first: ShiftView
  /** Events after this sequence number; 0 for all. */
  readonly after: number
  readonly until: Until
  /** Between two looks at the shift; ten seconds unless given. Whole seconds. */
  readonly tickMs?: Ms
  /** null: as long as it takes. */
  readonly timeoutMs: Ms | null
  /** The user left. */
  readonly interrupt: AbortSignal
  /** `raw` is the event's JSON exactly as the API gave it, where it came by the stream. */
  onEvent(event: EventView, raw: string): void
  onTick(shift: ShiftView): void
  /** The daemon was lost, for `message`; asked again after `waitMs`. */
  onLost(message: string, waitMs: Ms): void
}

export interface Followed {
  readonly ending: Ending
  /** The newest that was seen. */
  readonly shift: ShiftView
}

/** Throws a Failure where the daemon refuses (no such shift, no right to see it); waits for one that is away. */
export async function followShift(client: Client, clock: Clock, options: FollowOptions): Promise<Followed> {
  const stop = new AbortController()
  const following: Following = { client, clock, options, stop: stop.signal, newest: options.first, seq: options.after }
  const parties: Promise<Ending>[] = [
    readEvents(following),
    lookAtShift(following),
    aborted(options.interrupt, stop.signal).then(() => 'interrupted')
  ]
  if (options.timeoutMs !== null) parties.push(clock.sleep(options.timeoutMs, stop.signal).then(() => 'timeout'))
  let ending: Ending
  try {
    ending = await Promise.race(parties)
  } finally {
    stop.abort()
    await Promise.allSettled(parties)
  }
  const settled = ending === 'ended' || ending === 'attention'
  if (settled && !(await catchUp(following))) ending = 'interrupted'
  return { ending, shift: following.newest }
}

interface Following {
  readonly client: Client
  readonly clock: Clock
  readonly options: FollowOptions
  /** Aborted once the end is known. */
  readonly stop: AbortSignal
  newest: ShiftView
  /** The last event that was told. */
  seq: number
}

/** Ends with the event that ends the shift, or when stopped. */
async function readEvents(following: Following): Promise<Ending> {
  const { clock, options, stop } = following
  for (let failures = 0; !stop.aborted; failures++) {
    const before = following.seq
    try {
      if (await readStream(following)) return 'ended'
    } catch (error) {
      if (!passes(error)) throw error
      if (following.seq > before) failures = 0
      options.onLost((error as Error).message, waitAfter(failures))
    }
    if (following.seq > before) failures = 0
    await clock.sleep(waitAfter(failures), stop)
  }
  return 'interrupted'
}

/** One connection, to where it breaks or is closed; true where the shift's last event came. */
async function readStream(following: Following): Promise<boolean> {
  const { client, options, stop, seq } = following
  const headers = { accept: 'text/event-stream', 'last-event-id': String(seq) }
  for await (const message of client.stream(pathOf(options.first.id, 'events'), headers, stop)) {
    const event = eventOf(message.data)
    if (event === null) continue
    take(following, event, message.data)
    if (event.type === 'shift.ended') return true
  }
  return false
}

/** Ends when the shift has ended or needs a person, or when stopped. What breaks is told by readEvents, once. */
async function lookAtShift(following: Following): Promise<Ending> {
  const { client, clock, options, stop } = following
  const tickMs = options.tickMs ?? TICK_MS
  const query = { wait: `${tickMs / 1000}s`, until: options.until }
  while (!stop.aborted) {
    const beganAt = clock.now()
    try {
      const shift = await client.shift(options.first.id, query, stop)
      following.newest = shift
      if (shift.outcome !== null) return 'ended'
      if (options.until === 'attention' && needsPerson(shift)) return 'attention'
      options.onTick(shift)
    } catch (error) {
      if (!passes(error)) throw error
    }
    await clock.sleep(Math.max(0, tickMs - (clock.now() - beganAt)), stop)
  }
  return 'interrupted'
}

/** What the stream had not brought yet, and the shift as it is now; false where the user left meanwhile. */
async function catchUp(following: Following): Promise<boolean> {
  const { client, clock, options } = following
  const { id } = options.first
  for (let failures = 0; !options.interrupt.aborted; failures++) {
    try {
      const events = eventsAfter(client, id, following.seq, options.interrupt)
      for await (const event of events) take(following, event, JSON.stringify(event))
      following.newest = await client.shift(id, {}, options.interrupt)
      return true
    } catch (error) {
      if (!passes(error)) throw error
      await clock.sleep(waitAfter(failures), options.interrupt)
    }
  }
  return false
}

/** Each event once, in order. */
function take(following: Following, event: EventView, raw: string): void {
  if (event.seq <= following.seq) return
  following.seq = event.seq
  following.options.onEvent(event, raw)
}

/** The daemon was there a moment ago: a page that is not its own is a proxy's, for as long as it starts again. */
function passes(error: unknown): boolean {
  return isTransient(error) || (error instanceof Failure && error.problem.code === NOT_SLUICE)
}

function waitAfter(failures: number): Ms {
  return Math.min(1_000 * 2 ** Math.min(failures, 10), LONGEST_WAIT_MS)
}

function eventOf(data: string): EventView | null {
  try {
    const json = JSON.parse(data) as unknown
    return typeof json === 'object' && json !== null && 'seq' in json && 'type' in json ? (json as EventView) : null
  } catch {
    return null
  }
}

function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    }
  })
}
