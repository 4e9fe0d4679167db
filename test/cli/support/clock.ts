/** A clock that moves only when a test moves it. */
import type { Clock } from '../../../src/clock.ts'

export interface TestClock extends Clock {
  /** Moves on, and wakes whoever waited for that, in order. */
  advance(ms: number): void
  /** Resolves when somebody sleeps for exactly so long, who may then be woken. */
  slept(ms: number): Promise<void>
}

interface Sleeper {
  readonly at: number
  readonly ms: number
  readonly wake: () => void
}

export const START = Date.parse('2026-03-01T10:05:00Z')

export function createTestClock(): TestClock {
  let now = START
  let sleepers: Sleeper[] = []
  let waiting: { readonly ms: number; readonly resolve: () => void }[] = []
  const add = (ms: number, wake: () => void): (() => void) => {
    const sleeper = { at: now + ms, ms, wake }
    sleepers.push(sleeper)
    const heard = waiting.filter((one) => ms === one.ms)
    waiting = waiting.filter((one) => !heard.includes(one))
    heard.forEach((one) => one.resolve())
    return () => {
      sleepers = sleepers.filter((one) => one !== sleeper)
    }
  }
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve()
        const forget = add(ms, resolve)
        signal?.addEventListener('abort', () => (forget(), resolve()), { once: true })
      }),
    timeout: (ms, also) => {
      const controller = new AbortController()
      const clear = add(ms, () => controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')))
      if (also?.aborted) controller.abort(also.reason)
      also?.addEventListener('abort', () => controller.abort(also.reason), { once: true })
      return { signal: controller.signal, clear }
    },
    advance: (ms) => {
      now += ms
      const due = sleepers.filter((one) => one.at <= now).toSorted((a, b) => a.at - b.at)
      sleepers = sleepers.filter((one) => one.at > now)
      due.forEach((one) => one.wake())
    },
    slept: (ms) =>
      new Promise((resolve) => {
        if (sleepers.some((one) => one.ms === ms)) return resolve()
        waiting.push({ ms, resolve })
      })
  }
}
