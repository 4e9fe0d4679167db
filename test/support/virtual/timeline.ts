/**
 * What is due, in the order of virtual time: done one by one, each followed by one real turn of the loop in which everything
 * that it woke settles. Keeps a hash of all that was done. Never goes backwards.
 */
import type { Instant } from '../../../src/core/time.ts'
import { createHeap, type Due } from './heap.ts'

/** Kept before anybody patches it: the one real thing that virtual time stands on. */
const realImmediate = globalThis.setImmediate

/** Node drains every microtask and nextTick before a setImmediate fires, so that what was woken has settled. */
export const settle = (): Promise<void> => new Promise((resolve) => realImmediate(resolve))

export interface Timeline {
  readonly now: () => Instant
  readonly schedule: (at: Instant, run: () => unknown) => () => void
  /** Does what is due until then; stops early where `enough` says so, asked before the first and after each. */
  readonly play: (until: Instant, enough?: () => boolean | Promise<boolean>) => Promise<boolean>
  readonly pending: number
  readonly done: number
  readonly note: (text: string) => void
  readonly digest: () => string
}

export function createTimeline(start: Instant): Timeline {
  const heap = createHeap()
  let [now, seq, done, hash] = [start, 0, 0, 0x811c9dc5]
  let playing = false
  let failure: { readonly error: unknown } | null = null
  const mix = (value: number): void => {
    hash = Math.imul(hash ^ (value | 0), 16_777_619)
    hash ^= hash >>> 13
  }
  const fail = (error: unknown): void => {
    failure ??= { error }
  }
  const perform = (due: Due): void => {
    const { run } = due
    if (!run) return
    due.run = null
    done += 1
    now = Math.max(now, due.at)
    mix(now - start)
    mix(due.seq)
    try {
      Promise.resolve(run()).catch(fail)
    } catch (error) {
      fail(error)
    }
  }
  const turn = async (): Promise<void> => {
    await settle()
    if (!failure) return
    const { error } = failure
    failure = null
    throw error
  }
  const play: Timeline['play'] = async (until, enough = () => false) => {
    if (playing) throw new Error('virtual time is already running: do not advance it from within')
    playing = true
    try {
      await turn()
      if (await enough()) return true
      for (let next = heap.peek(); next && next.at <= until; next = heap.peek()) {
        const wasLive = next.run !== null
        heap.pop()
        if (!wasLive) continue
        perform(next)
        await turn()
        if (await enough()) return true
      }
      now = Math.max(now, until)
      return enough()
    } finally {
      playing = false
    }
  }
  return {
    now: () => now,
    schedule: (at, run) => {
      if (Number.isNaN(at)) throw new Error('no such moment')
      const due: Due = { at: Math.max(at, now), seq: seq++, run }
      heap.push(due)
      return () => {
        due.run = null
      }
    },
    play,
    get pending() {
      return heap.size
    },
    get done() {
      return done
    },
    note: (text) => {
      for (let i = 0; i < text.length; i++) mix(text.charCodeAt(i))
    },
    digest: () => (hash >>> 0).toString(16).padStart(8, '0')
  }
}
