/**
 * Every shift at once as a live stream: first all of them, then those that change, and a beat that says that the daemon is there.
 * It tells states, not events: a reader that comes back is told everything anew, so that nothing can be missed.
 */
import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Ms } from '../core/time.ts'
import type { SummaryView } from '../core/view.ts'
import type { Sluice } from '../engine/sluice.ts'
import { push } from './push.ts'
import { stopView } from './routes/stop.ts'

/** A reader that hears nothing for some of these knows that the daemon is silent. */
export const BEAT_MS: Ms = 5_000
/** Changes are gathered for so long: a shift that decides often is sent once. */
export const GATHER_MS: Ms = 1_000
/** Where another daemon decides, nobody tells of changes: the store is read again so often. */
export const REREAD_MS: Ms = 10_000
const CHUNK = 50

export interface OverviewStream {
  readonly sluice: Pick<Sluice, 'overview' | 'subscribeAll' | 'health' | 'getStop'>
  readonly clock: Clock
  readonly response: ServerResponse
  /** The client left, or the daemon closes. */
  readonly signal: AbortSignal
}

/** What is true of the daemon as a whole. */
export async function statusOf({ sluice, clock }: Pick<OverviewStream, 'sluice' | 'clock'>) {
  const [health, stop] = await Promise.all([sluice.health(), sluice.getStop()])
  const { leader, store, lastObservationAt } = health
  return { at: new Date(clock.now()).toISOString(), leader, store, lastObservationAt, stop: stopView(stop) }
}

function encode(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

async function sendAll(stream: OverviewStream): Promise<void> {
  const items = await stream.sluice.overview()
  await push(stream, encode('begin', { shifts: items.length }))
  for (let i = 0; i < items.length; i += CHUNK) {
    await push(stream, encode('shifts', { items: items.slice(i, i + CHUNK) }))
  }
  await push(stream, encode('complete', await statusOf(stream)))
}

/** Sends until the client leaves or the daemon closes. Rejects where the store does not answer at the start. */
export async function streamOverview(stream: OverviewStream): Promise<void> {
  const { clock, response, signal, sluice } = stream
  const changed = new Map<string, () => SummaryView>()
  const unsubscribe = sluice.subscribeAll((id, show) => changed.set(id, show))
  let [beatAt, readAt] = [clock.now(), clock.now()]
  try {
    await sendAll(stream)
    while (!signal.aborted && !response.destroyed) {
      await clock.sleep(GATHER_MS, signal)
      if (signal.aborted) return
      if (changed.size > 0) {
        const items = [...changed.values()].map((show) => show())
        changed.clear()
        await push(stream, encode('shifts', { items }))
      }
      const now = clock.now()
      if (now - beatAt < BEAT_MS) continue
      beatAt = now
      const status = await statusOf(stream)
      if (!status.leader && now - readAt >= REREAD_MS) {
        readAt = now
        await sendAll(stream)
      } else await push(stream, encode('beat', status))
    }
  } finally {
    unsubscribe()
    response.end()
  }
}
