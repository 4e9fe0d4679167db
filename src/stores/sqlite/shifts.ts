/**
 * The states themselves: the newest of each shift, ended ones included. The version is the only guard against two writers;
 * it is checked by the very statement that writes.
 */
import type { DatabaseSync } from 'node:sqlite'
import { isEnded, type Shift, type ShiftId } from '../../core/shift.ts'
import type { ListQuery } from '../store.ts'
import { encodeShift } from '../format.ts'
import { numberOf, shiftOf, textOf } from './rows.ts'

export interface Shifts {
  insert(shift: Shift): void
  /** False where the stored version is another, or there is no such shift. */
  replace(next: Shift, ifVersion: number): boolean
  load(id: ShiftId): Shift | null
  /** False also where there is no such shift. */
  hasEnded(id: ShiftId): boolean
  open(): readonly ShiftId[]
  countOpen(): number
  list(query: ListQuery): { readonly items: readonly Shift[]; readonly next: ShiftId | null }
}

export function shifts(db: DatabaseSync): Shifts {
  const insert = db.prepare(
    'INSERT INTO shifts (id, version, phase, migration, created_at, ended, state) VALUES (?, ?, ?, ?, ?, ?, ?)'
  )
  const replace = db.prepare(
    'UPDATE shifts SET version = ?, phase = ?, ended = ?, state = ? WHERE id = ? AND version = ?'
  )
  const load = db.prepare('SELECT id, version, ended, state FROM shifts WHERE id = ?')
  const endOf = db.prepare('SELECT ended FROM shifts WHERE id = ?')
  const open = db.prepare('SELECT id FROM shifts WHERE ended = 0 ORDER BY id')
  const count = db.prepare('SELECT count(*) AS n FROM shifts WHERE ended = 0')
  const list = db.prepare(`SELECT id, version, ended, state FROM shifts
    WHERE (:phases IS NULL OR phase IN (SELECT value FROM json_each(:phases)))
      AND (:migration IS NULL OR migration = :migration)
      AND (:cursor IS NULL OR id < :cursor)
    ORDER BY id DESC LIMIT :limit`)
  return {
    insert: (shift) => {
      const { id, version, phase, migration, createdAt } = shift
      insert.run(id, version, phase.kind, migration, createdAt, ended(shift), encodeShift(shift))
    },
    replace: (next, ifVersion) => {
      const state = encodeShift(next)
      return replace.run(next.version, next.phase.kind, ended(next), state, next.id, ifVersion).changes === 1
    },
    load: (id) => {
      const row = load.get(id)
      return row ? shiftOf(row) : null
    },
    hasEnded: (id) => endOf.get(id)?.['ended'] === 1,
    open: () => open.all().map((row) => textOf(row, 'id')),
    countOpen: () => numberOf(count.get() ?? {}, 'n'),
    list: ({ phases, migration, cursor, limit }) => {
      const rows = list.all({
        phases: phases ? JSON.stringify(phases) : null,
        migration: migration ?? null,
        cursor: cursor ?? null,
        // One more than asked for, to know whether there is a next page; its JSON is not parsed.
        limit: limit + 1
      })
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(shiftOf),
        next: rows.length > limit && last ? textOf(last, 'id') : null
      }
    }
  }
}

function ended(shift: Shift): 0 | 1 {
  return isEnded(shift.phase) ? 1 : 0
}
