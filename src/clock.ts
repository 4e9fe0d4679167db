/**
 * Time for the shell. Nothing else in the daemon starts a timer, so that a simulation can hold the only clock.
 */
import type { Instant, Ms } from './core/time.ts'

export interface Clock {
  /** Wall time at process start plus monotonic time since: never jumps within a process. */
  now(): Instant
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>
  /** A signal that aborts after `ms` with a TimeoutError, or with `also`; `clear` frees the timer. */
  timeout(ms: Ms, also?: AbortSignal): { readonly signal: AbortSignal; clear(): void }
}

/** setTimeout holds 31 bits; longer waits are cut into pieces by the caller's loop. */
const LONGEST_MS = 2_147_000_000

export function systemClock(): Clock {
  const startedAt = Date.now() - performance.now()
  return {
    now: () => Math.round(startedAt + performance.now()),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const done = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, Math.min(Math.max(ms, 0), LONGEST_MS))
        signal?.addEventListener('abort', done, { once: true })
      }),
    timeout: (ms, also) => {
      const controller = new AbortController()
      const stop = () => controller.abort(also?.reason)
      const timer = setTimeout(
        () => controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')),
        Math.min(Math.max(ms, 0), LONGEST_MS)
      )
      timer.unref()
      if (also?.aborted) stop()
      also?.addEventListener('abort', stop, { once: true })
      return {
        signal: controller.signal,
        clear: () => {
          clearTimeout(timer)
          also?.removeEventListener('abort', stop)
        }
      }
    }
  }
}
