/**
 * One life of a process: what it awaits stops coming back when it dies, and what it asks for then is not done, as with SIGKILL.
 * Everything outside (store, world, clock) outlives it. Never undoes what had already been asked for.
 */
import type { Clock } from '../../../src/clock.ts'

export interface IncarnationOptions {
  /** Dies at this point, counted from 1: each call of a guarded port has two, before its effect and after. */
  readonly crashAt?: number
  /** Called once, in the midst of what it was doing; the place to schedule its successor. */
  readonly onDeath?: () => void
}

export interface Incarnation {
  readonly alive: boolean
  /** Points passed so far: how many crashes a scenario can have. */
  readonly points: number
  kill(): void
  /** Dies at its n-th point from now. */
  dieIn(points: number): void
  /** The process is stopped (SIGSTOP, a long pause): its answers are kept back until thaw(). */
  freeze(): void
  thaw(): void
  /** The same port for this life only. `pure` methods are passed through uncounted, alive or dead. */
  guard<T extends object>(port: T, options?: { readonly pure?: readonly (keyof T)[] }): T
  /** The same clock for this life only. Waiting is no point: nothing outside changes by it. */
  clock(clock: Clock): Clock
}

const never = (): Promise<never> => new Promise(() => undefined)
const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

export function createIncarnation(options: IncarnationOptions = {}): Incarnation {
  let crashAt = options.crashAt ?? Infinity
  let alive = true
  let points = 0
  let held: (() => void)[] | null = null
  const kill = (): void => {
    if (!alive) return
    alive = false
    held = null
    options.onDeath?.()
  }
  const survives = (): boolean => {
    if (!alive) return false
    points += 1
    if (points >= crashAt) kill()
    return alive
  }
  const deliver = (give: () => void): void => {
    if (!alive) return
    if (held) held.push(give)
    else give()
  }
  const call = (run: () => unknown): unknown => {
    if (!survives()) return never()
    const result = run()
    if (!isThenable(result)) return result
    return new Promise((resolve, reject) => {
      result.then(
        (value) => survives() && deliver(() => resolve(value)),
        (error: unknown) => survives() && deliver(() => reject(error as Error))
      )
    })
  }
  return {
    get alive() {
      return alive
    },
    get points() {
      return points
    },
    kill,
    dieIn: (more) => {
      crashAt = points + more
    },
    freeze: () => {
      held ??= []
    },
    thaw: () => {
      const gifts = held ?? []
      held = null
      for (const give of gifts) deliver(give)
    },
    guard: (port, { pure = [] } = {}) => guardPort(port, new Set<PropertyKey>(pure), call),
    clock: (clock) => guardClock(clock, deliver)
  }
}

function guardPort<T extends object>(
  port: T,
  pure: ReadonlySet<PropertyKey>,
  call: (run: () => unknown) => unknown
): T {
  const wrapped = new Map<PropertyKey, unknown>()
  return new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function' || pure.has(key)) return value
      const known = wrapped.get(key)
      if (known) return known
      const method = (...args: unknown[]): unknown => call(() => Reflect.apply(value, target, args))
      wrapped.set(key, method)
      return method
    }
  })
}

function guardClock(clock: Clock, deliver: (give: () => void) => void): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => new Promise((resolve) => void clock.sleep(ms, signal).then(() => deliver(resolve))),
    timeout: (ms, also) => {
      const inner = clock.timeout(ms, also)
      const controller = new AbortController()
      const abort = (): void => deliver(() => controller.abort(inner.signal.reason))
      if (inner.signal.aborted) abort()
      inner.signal.addEventListener('abort', abort, { once: true })
      return { signal: controller.signal, clear: () => inner.clear() }
    }
  }
}
