/**
 * A stored lease in memory, over a network that can be slow, cut off, or lose its answers.
 */
import type { LeaseRecord, LeaseRecords } from '../../src/leases/lease.ts'
import type { VirtualClock } from '../support/virtual.ts'

export interface Shelf {
  current: LeaseRecord | null
  /** Every record that ever stood. */
  readonly history: LeaseRecord[]
  /** As one replica reaches it. */
  reach(): Reach
}

export interface Reach extends LeaseRecords {
  latencyMs: number
  /** `cut`: nothing arrives; `deaf`: what is asked happens, and no answer comes back. */
  trouble: 'none' | 'cut' | 'deaf'
}

export function aShelf(clock: VirtualClock): Shelf {
  const shelf: Shelf = { current: null, history: [], reach }
  function reach(): Reach {
    const over = async <T>(work: () => T): Promise<T> => {
      await clock.sleep(own.latencyMs / 2)
      if (own.trouble === 'cut') throw new Error('no connection')
      const result = work()
      await clock.sleep(own.latencyMs / 2)
      if (own.trouble === 'deaf') throw new Error('no answer')
      return result
    }
    const own: Reach = {
      latencyMs: 20,
      trouble: 'none',
      read: () => over(() => shelf.current),
      replace: (next, seen) =>
        over(() => {
          const now = shelf.current
          if (now?.epoch !== seen?.epoch || now?.beat !== seen?.beat) return false
          shelf.current = next
          shelf.history.push(next)
          return true
        })
    }
    return own
  }
  return shelf
}
