/**
 * Wakes a sleeper early. A ring that comes while nobody waits is kept for the next wait, so that none is lost.
 */
import type { Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'

/** What ended a wait: its time, something to look at soon, or something that waits for nothing. */
export type Haste = 'due' | 'news' | 'now'

export interface Bell {
  ring(haste?: 'news' | 'now'): void
  /** Until `ms` have passed, somebody rings, or `signal` aborts. */
  sleep(ms: Ms, signal: AbortSignal): Promise<Haste>
  /** Waits for `start`, whose signal aborts when `now` is rung or `signal` aborts. Whatever rang until then is heard. */
  until<T>(start: (hurry: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>
}

export function makeBell(clock: Clock): Bell {
  let rung: Haste = 'due'
  let wake: AbortController | null = null
  let hurry: AbortController | null = null
  const heard = (): Haste => {
    const haste = rung
    rung = 'due'
    return haste
  }
  return {
    ring: (haste = 'now') => {
      rung = rung === 'now' ? rung : haste
      wake?.abort()
      if (haste === 'now') hurry?.abort()
    },
    sleep: async (ms, signal) => {
      if (rung === 'due' && !signal.aborted) {
        wake = new AbortController()
        const forget = chained(signal, wake)
        await clock.sleep(ms, wake.signal)
        forget()
        wake = null
      }
      return heard()
    },
    until: async (start, signal) => {
      hurry = new AbortController()
      const forget = chained(signal, hurry)
      if (rung === 'now' || signal.aborted) hurry.abort()
      try {
        return await start(hurry.signal)
      } finally {
        forget()
        hurry = null
        heard()
      }
    }
  }
}

/** Aborts the second when the first does, until it is forgotten. */
function chained(signal: AbortSignal, controller: AbortController): () => void {
  const stop = () => controller.abort()
  signal.addEventListener('abort', stop, { once: true })
  return () => signal.removeEventListener('abort', stop)
}
