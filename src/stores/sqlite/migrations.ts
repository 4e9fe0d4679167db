/**
 * Brings a database to the shape that this code knows: numbered SQL files, each applied once, in order, and recorded. Never
 * touches a database that newer code has written.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Instant } from '../../core/time.ts'
import { transaction } from './transaction.ts'

interface SqlFile {
  readonly number: number
  readonly name: string
  readonly url: URL
}

const FOLDER = new URL('./', import.meta.url)

/** The SQL files beside this one, by number. */
function sqlFiles(): readonly SqlFile[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{3}-.+\.sql$/.test(name))
    .map((name) => ({ number: Number(name.slice(0, 3)), name, url: new URL(name, FOLDER) }))
    .toSorted((a, b) => a.number - b.number)
}

/** Applies what is missing, one transaction a file. Throws where the database is newer than the files. */
export function migrate(db: DatabaseSync, now: Instant): void {
  db.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL
  ) STRICT`)
  const files = sqlFiles()
  const newest = files.at(-1)?.number ?? 0
  const applied = Number(
    db.prepare('SELECT coalesce(max(number), 0) AS number FROM schema_migrations').get()?.['number']
  )
  if (applied > newest) {
    throw new Error(
      `it was written by a newer version (its schema is ${applied}, this version knows up to ${newest}): start the newer version`
    )
  }
  const record = db.prepare('INSERT INTO schema_migrations (number, name, applied_at) VALUES (?, ?, ?)')
  for (const file of files.filter(({ number }) => number > applied)) {
    transaction(db, () => {
      db.exec(readFileSync(file.url, 'utf8'))
      record.run(file.number, file.name, now)
    })
  }
}
