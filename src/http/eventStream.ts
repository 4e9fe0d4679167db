/**
 * The decision log as a live stream (server-sent events). The log is the truth and the subscription only says "look again", so
 * a stream can neither miss nor repeat an event. It never holds more than one page in memory, however slow its reader is.
 */
import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { EventView } from '../core/view.ts'
import type { Sluice } from '../engine/sluice.ts'
import type { Ms } from '../core/time.ts'
import { push } from './push.ts'

export const HEARTBEAT_MS: Ms = 15_000
/** How long a client that lost its connection waits before it comes back. */
const RETRY_MS: Ms = 3_000
const PAGE = 200

export interface EventStream {
  readonly sluice: Pick<Sluice, 'events' | 'subscribe'>
  readonly clock: Clock
  readonly id: string
  /** Events with a greater seq are sent. */
  readonly after: number
  readonly response: ServerResponse
  /** The client left, or the daemon closes. */
  readonly signal: AbortSignal
}

function encode(event: EventView): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** Sends what the log holds after `after`; answers the new position, and whether the shift's end was sent. */
async function catchUp(stream: EventStream, after: number): Promise<{ after: number; ended: boolean }> {
  const page = await stream.sluice.events(stream.id, after, PAGE)
  let sent = after
  for (const event of page.items) {
    await push(stream, encode(event))
    if (stream.signal.aborted || stream.response.destroyed) break
    sent = event.seq
    if (event.type === 'shift.ended') return { after: sent, ended: true }
  }
  return { after: sent, ended: false }
}

/** Sends events until the shift's end was sent, the client leaves or the daemon closes. Rejects where the log can't be read. */
export async function streamEvents(stream: EventStream): Promise<void> {
  const { clock, response, signal } = stream
  let after = stream.after
  let stale = true
  let wake = () => {}
  const poke = () => wake()
  const unsubscribe = stream.sluice.subscribe(stream.id, () => {
    stale = true
    wake()
  })
  signal.addEventListener('abort', poke)
  try {
    await push(stream, `retry: ${RETRY_MS}\n\n`)
    while (!signal.aborted && !response.destroyed) {
      stale = false
      const step = await catchUp(stream, after)
      if (step.ended) return
      if (step.after > after) stale = true
      after = step.after
      if (stale || signal.aborted) continue
      const nap = new AbortController()
      wake = () => nap.abort()
      await clock.sleep(HEARTBEAT_MS, nap.signal)
      if (!nap.signal.aborted) await push(stream, ': heartbeat\n\n')
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', poke)
    response.end()
  }
}
