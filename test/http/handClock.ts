/**
 * A clock that only the test moves.
 */
import type { Clock } from '../../src/clock.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

export interface HandClock extends Clock {
  advance(ms: number): Promise<void>
  /** Timers that are set. */
  pending(): number
}

/** Lets everything that is ready run: promises, and a few rounds of I/O. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

export function handClock(start = Date.UTC(2026, 10, 22, 9, 0, 0)): HandClock {
  let now = start
  const timers = new Set<Timer>()
  const set = (ms: number, run: () => void) => {
    const timer = { at: now + ms, run }
    timers.add(timer)
    return () => timers.delete(timer)
  }
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const clear = set(ms, resolve)
        signal?.addEventListener('abort', () => (clear(), resolve()), { once: true })
      }),
    timeout: (ms, also) => {
      const controller = new AbortController()
      const clear = set(ms, () => controller.abort(new DOMException('late', 'TimeoutError')))
      also?.addEventListener('abort', () => controller.abort(also.reason), { once: true })
      return { signal: controller.signal, clear }
    },
    pending: () => timers.size,
    advance: async (ms) => {
      now += ms
      for (const timer of [...timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
        timers.delete(timer)
        timer.run()
      }
      await settle()
    }
  }
}
