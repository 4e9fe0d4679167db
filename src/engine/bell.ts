/**
 * Wakes a sleeper early. A ring that comes while nobody sleeps is kept for the next sleep, so that none is lost.
 */
import type { Ms } from '../core/time.ts'
import type { Clock } from '../clock.ts'

export interface Bell {
  ring(): void
  /** Until `ms` have passed, somebody rings, or `signal` aborts. */
  sleep(ms: Ms, signal: AbortSignal): Promise<void>
}

export function makeBell(clock: Clock): Bell {
  let rung = false
  let wake: AbortController | null = null
  return {
    ring: () => {
      rung = true
      wake?.abort()
    },
    sleep: async (ms, signal) => {
      if (!rung && !signal.aborted) {
        wake = new AbortController()
        const stop = () => wake?.abort()
        signal.addEventListener('abort', stop, { once: true })
        await clock.sleep(ms, wake.signal)
        signal.removeEventListener('abort', stop)
        wake = null
      }
      rung = false
    }
  }
}
