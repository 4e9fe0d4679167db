/**
 * All or nothing, and what SQLite's failures mean. Never retries: a busy or full database is its caller's news.
 */
import type { DatabaseSync } from 'node:sqlite'
import { ShiftError } from '../../errors.ts'

/** SQLite's result codes, https://sqlite.org/rescode.html; extended ones hold these in their low byte. */
export const BUSY = 5
const CONSTRAINT = 19

/**
 * Runs `work` in one transaction: all of it is durable when this returns, or none of it happened and this throws.
 * `work` returns false to call it off.
 */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  let result: T
  try {
    result = work()
    db.exec(result === false ? 'ROLLBACK' : 'COMMIT')
  } catch (error) {
    // A full disk makes SQLite roll back by itself: then there is nothing left to roll back.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
  return result
}

/** Runs `work`; what SQLite could not do becomes `store_unavailable`, while a violated constraint stays what it is: a bug. */
export function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = resultCode(error)
    const closed = error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE'
    if (!closed && (code === null || code === CONSTRAINT)) throw error
    throw new ShiftError('store_unavailable', `the database failed: ${messageOf(error)}`, { cause: error })
  }
}

/** SQLite's primary result code, or null where the error is not SQLite's. */
export function resultCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
