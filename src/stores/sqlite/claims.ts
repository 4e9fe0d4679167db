/**
 * Who moves which route: a route key belongs to one open shift at most. Never decides when a claim ends; the save that ends
 * a shift does.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { RouteKey } from '../../core/migration.ts'
import type { Shift, ShiftId } from '../../core/shift.ts'
import { shiftOf, textOf } from './rows.ts'

export interface Claims {
  /** The first of the keys that is taken, and by whom. */
  taken(keys: readonly RouteKey[]): { readonly key: RouteKey; readonly by: ShiftId } | null
  take(keys: readonly RouteKey[], shift: ShiftId): void
  free(shift: ShiftId): void
  lastHolder(key: RouteKey): Shift | null
}

export function claims(db: DatabaseSync): Claims {
  const holderOf = db.prepare('SELECT shift FROM claims WHERE route = ?')
  const claim = db.prepare('INSERT INTO claims (route, shift) VALUES (?, ?)')
  const remember = db.prepare('INSERT INTO holders (route, shift) VALUES (?, ?)')
  const free = db.prepare('DELETE FROM claims WHERE shift = ?')
  // Ids sort by time, and a route has one holder at a time: the greatest id ended last.
  const last =
    db.prepare(`SELECT shifts.id, shifts.version, shifts.ended, shifts.state FROM holders JOIN shifts ON shifts.id = holders.shift
    WHERE holders.route = ? AND shifts.ended = 1 ORDER BY holders.shift DESC LIMIT 1`)
  return {
    taken: (keys) => {
      for (const key of keys) {
        const row = holderOf.get(key)
        if (row) return { key, by: textOf(row, 'shift') }
      }
      return null
    },
    take: (keys, shift) => {
      for (const key of new Set(keys)) {
        claim.run(key, shift)
        remember.run(key, shift)
      }
    },
    free: (shift) => {
      free.run(shift)
    },
    lastHolder: (key) => {
      const row = last.get(key)
      return row ? shiftOf(row) : null
    }
  }
}
