/**
 * Every shift in brief, the red button, and whether the daemon is heard: one stream for the whole page.
 */
import type { SummaryView } from '../../core/view.ts'
import { follow } from './follow.ts'
import { makeStore } from './store.ts'
import { now, setDaemonTime } from './time.ts'

export interface StopState {
  readonly stopped: boolean
  readonly action: 'hold' | 'rollback' | null
  readonly reason: string | null
  readonly actor: string | null
  readonly at: string | null
}

export interface Status {
  readonly at: string
  readonly leader: boolean
  readonly store: 'ok' | 'unavailable'
  readonly lastObservationAt: string | null
  readonly stop: StopState
}

/** Beats come every 5 s: after so long without a word the daemon is silent. */
export const SILENT_AFTER_MS = 12_000

export const shifts = makeStore<ReadonlyMap<string, SummaryView> | null>(null)
export const status = makeStore<Status | null>(null)
/** When the daemon was last heard, by its own clock; null before. */
export const heardAt = makeStore<number | null>(null)
export const connected = makeStore(false)

/** Runs until `signal` aborts. */
export async function followOverview(signal: AbortSignal): Promise<void> {
  let arriving: Map<string, SummaryView> | null = null
  await follow({
    path: '/v1/overview',
    signal,
    onMessage: ({ event, data }) => {
      const message: unknown = JSON.parse(data)
      if (event === 'begin') arriving = new Map()
      if (event === 'shifts') {
        const { items } = message as { readonly items: readonly SummaryView[] }
        const known = arriving ?? new Map(shifts.get())
        for (const item of items) known.set(item.id, item)
        if (!arriving) shifts.set(known)
      }
      if (event === 'complete') {
        shifts.set(arriving ?? new Map())
        arriving = null
      }
      if (event === 'complete' || event === 'beat') {
        const beat = message as Status
        setDaemonTime(beat.at)
        status.set(beat)
      }
      connected.set(true)
      heardAt.set(now())
    },
    onBroken: () => {
      arriving = null
      connected.set(false)
    }
  })
}

/** How old what is shown is, and whether it must not be taken for fresh. */
export function freshness(at: number): { readonly ageMs: number | null; readonly stale: boolean } {
  const heard = heardAt.get()
  const ageMs = heard === null ? null : Math.max(0, at - heard)
  return { ageMs, stale: ageMs === null ? !connected.get() : ageMs > SILENT_AFTER_MS }
}
