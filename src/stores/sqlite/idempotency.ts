/**
 * Which request made which shift, for the 24 hours in which the same request must not make another one (CONTRACT 5.1).
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ShiftId } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import { IDEMPOTENCY_MS, type Created, type Idempotency } from '../store.ts'
import { textOf } from './rows.ts'

export interface Requests {
  /** What the same key has led to within 24 h; null where nothing. */
  known(request: Idempotency, now: Instant): Extract<Created, { kind: 'existing' | 'key_reused' }> | null
  /** Keeps the request, and forgets those that are too old. */
  keep(request: Idempotency, shift: ShiftId, now: Instant): void
}

export function requests(db: DatabaseSync): Requests {
  const find = db.prepare('SELECT digest, shift FROM idempotency WHERE key = ? AND at > ?')
  const forget = db.prepare('DELETE FROM idempotency WHERE at <= ?')
  const insert = db.prepare('INSERT INTO idempotency (key, digest, shift, at) VALUES (?, ?, ?, ?)')
  return {
    known: ({ key, digest }, now) => {
      const row = find.get(key, now - IDEMPOTENCY_MS)
      if (!row) return null
      return textOf(row, 'digest') === digest ? { kind: 'existing', id: textOf(row, 'shift') } : { kind: 'key_reused' }
    },
    keep: ({ key, digest }, shift, now) => {
      forget.run(now - IDEMPOTENCY_MS)
      insert.run(key, digest, shift, now)
    }
  }
}
