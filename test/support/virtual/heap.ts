/**
 * A binary heap of things to do, ordered by virtual time and then by the order in which they were asked for. Never runs
 * anything itself.
 */
import type { Instant } from '../../../src/core/time.ts'

export interface Due {
  readonly at: Instant
  /** Order of asking; decides between two things of the same instant. */
  readonly seq: number
  run: (() => unknown) | null
}

export interface Heap {
  readonly size: number
  push(due: Due): void
  peek(): Due | undefined
  pop(): Due | undefined
}

const before = (a: Due, b: Due): boolean => (a.at === b.at ? a.seq < b.seq : a.at < b.at)

export function createHeap(): Heap {
  const items: Due[] = []

  const rise = (from: number): void => {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!swapIfBefore(at, parent)) return
      at = parent
    }
  }
  const sink = (): void => {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const [one, other] = [items[left], items[left + 1]]
      if (!one) return
      const child = other && before(other, one) ? left + 1 : left
      if (!swapIfBefore(child, at)) return
      at = child
    }
  }
  const swapIfBefore = (low: number, high: number): boolean => {
    const [a, b] = [items[low], items[high]]
    if (!a || !b || !before(a, b)) return false
    items[low] = b
    items[high] = a
    return true
  }

  return {
    get size() {
      return items.length
    },
    push: (due) => {
      items.push(due)
      rise(items.length - 1)
    },
    peek: () => items[0],
    pop: () => {
      const top = items[0]
      const last = items.pop()
      if (top && last && top !== last) {
        items[0] = last
        sink()
      }
      return top
    }
  }
}
