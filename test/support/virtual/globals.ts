/**
 * Puts the timers and the time of this process under a virtual clock, for libraries that know nothing of the Clock port.
 * Never touches setImmediate, nextTick or microtasks: virtual time stands on them.
 *
 * Patch inside a running test and restore before it ends (`t.teardown(restore)`): a test runner's own timers that start in
 * between would run on virtual time too.
 */
import type { Ms } from '../../../src/core/time.ts'
import type { Cancel, VirtualClock } from '../virtual.ts'

export interface PatchOptions {
  /** Also replaces Math.random, for jitter that has to be the same every time. */
  readonly random?: () => number
}

const LARGEST = 2 ** 31 - 1
/** Node's own rule: what is no delay from 1 to 2^31-1 is 1. */
const delayOf = (ms: unknown): Ms => {
  const delay = Number(ms)
  return delay >= 1 && delay <= LARGEST ? Math.trunc(delay) : 1
}

type Callback = (...args: unknown[]) => void

/** What Node's Timeout offers, over virtual time. */
class VirtualTimer {
  readonly #clock: VirtualClock
  readonly #ms: Ms
  readonly #fire: () => void
  readonly #again: boolean
  #cancel: Cancel

  constructor(clock: VirtualClock, fire: () => void, ms: Ms, again: boolean) {
    this.#clock = clock
    this.#fire = fire
    this.#ms = ms
    this.#again = again
    this.#cancel = this.#start()
  }

  #start(): Cancel {
    return this.#clock.after(this.#ms, () => {
      if (this.#again) this.#cancel = this.#start()
      this.#fire()
    })
  }

  close(): this {
    this.#cancel()
    return this
  }

  refresh(): this {
    this.#cancel()
    this.#cancel = this.#start()
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

let patched = false

/** Patches setTimeout, setInterval, their clears, Date, performance.now (and Math.random); returns how to undo it. */
export function patchGlobals(clock: VirtualClock, options: PatchOptions = {}): () => void {
  if (patched) throw new Error('the globals are patched already')
  patched = true
  const { setTimeout, setInterval, clearTimeout, clearInterval, Date: RealDate } = globalThis
  const { random } = Math
  const startTimer =
    (again: boolean) =>
    (run: Callback, ms?: unknown, ...args: unknown[]) =>
      new VirtualTimer(clock, () => run(...args), delayOf(ms), again)
  const stopTimer = (timer?: unknown): void => {
    if (timer instanceof VirtualTimer) timer.close()
    else clearTimeout(timer as NodeJS.Timeout | undefined)
  }
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget),
    apply: () => new RealDate(clock.now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? () => clock.now() : Reflect.get(target, key, receiver))
  })
  Object.assign(globalThis, {
    setTimeout: startTimer(false),
    setInterval: startTimer(true),
    clearTimeout: stopTimer,
    clearInterval: stopTimer,
    Date: VirtualDate
  })
  Object.defineProperty(performance, 'now', { value: () => clock.elapsed(), configurable: true, writable: true })
  if (options.random) Math.random = options.random
  return () => {
    if (!patched) return
    patched = false
    Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval, Date: RealDate })
    Reflect.deleteProperty(performance, 'now')
    Math.random = random
  }
}
