/**
 * What was measured of old and new so far, gate by gate, as far as a screen can show it. Keeps the newest points only.
 */
import type { PointView } from '../../core/view.ts'

const KEPT = 240

export interface History {
  /** Points in any order of gates, oldest first for each; a period that comes again is kept once. */
  add(points: readonly PointView[]): void
  /** Oldest first. */
  of(gate: string, route: string): readonly PointView[]
}

export function createHistory(): History {
  const kept = new Map<string, PointView[]>()
  const keyOf = (gate: string, route: string) => JSON.stringify([gate, route])
  return {
    add: (points) => {
      for (const point of points) {
        const key = keyOf(point.gate, point.route)
        const list = kept.get(key) ?? []
        if ((list.at(-1)?.at ?? '') < point.at) kept.set(key, [...list, point].slice(-KEPT))
      }
    },
    of: (gate, route) => kept.get(keyOf(gate, route)) ?? []
  }
}
