/**
 * The file and its lock: opens a database that no other process can open, durable after every commit. Knows nothing of shifts.
 */
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ShiftError } from '../../errors.ts'
import type { Instant } from '../../core/time.ts'
import { migrate } from './migrations.ts'
import { BUSY, messageOf, resultCode } from './transaction.ts'

/**
 * Opens the database, creating its folder, and brings it to the present schema. The lock is the operating system's on the
 * file itself, so it is free again the moment this process dies, however it dies; a lease in a table would delay every restart.
 * Throws `store_unavailable` naming the file.
 * @param path a file, or `:memory:`
 */
export function openDatabase(path: string, now: Instant): DatabaseSync {
  const file = path === ':memory:' ? path : resolve(path)
  let db: DatabaseSync | null = null
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
    db = new DatabaseSync(file, { enableForeignKeyConstraints: true })
    // Before the first access: entering WAL then takes the lock, keeps it, and needs no shared memory beside the file.
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    migrate(db, now)
    return db
  } catch (error) {
    if (db?.isOpen) db.close()
    const text = resultCode(error) === BUSY ? 'another process has it open' : messageOf(error)
    throw new ShiftError('store_unavailable', `cannot use the database ${file}: ${text}`, { cause: error })
  }
}
