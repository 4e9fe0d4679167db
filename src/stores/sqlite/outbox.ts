/**
 * Whom to tell: notices until they are delivered. Never sends anything itself.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Notice, NoticeId } from '../../core/notice.ts'
import { jsonOf, textOf } from './rows.ts'

export interface Outbox {
  /** One whose id is there already changes nothing. */
  add(notices: readonly Notice[]): void
  /** Oldest first. */
  of(to: string, limit: number): readonly Notice[]
  targets(): readonly string[]
  remove(ids: readonly NoticeId[]): void
}

export function outbox(db: DatabaseSync): Outbox {
  const insert = db.prepare('INSERT INTO outbox (id, "to", at, notice) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING')
  const of = db.prepare('SELECT notice FROM outbox WHERE "to" = ? ORDER BY at, id LIMIT ?')
  const targets = db.prepare('SELECT DISTINCT "to" AS name FROM outbox ORDER BY name')
  const remove = db.prepare('DELETE FROM outbox WHERE id = ?')
  return {
    add: (notices) => {
      for (const notice of notices) insert.run(notice.id, notice.to, notice.at, JSON.stringify(notice))
    },
    of: (to, limit) => of.all(to, limit).map((row) => jsonOf<Notice>(row, 'notice')),
    targets: () => targets.all().map((row) => textOf(row, 'name')),
    remove: (ids) => {
      for (const id of ids) remove.run(id)
    }
  }
}
