/**
 * Notices until they are delivered. Those of a decision stand in its turn first, and come here when it is spread: a crash in
 * between loses none, and may tell one twice.
 */
import type { Notice, NoticeId } from '../../core/notice.ts'
import { ABSENT } from './expressions.ts'
import { noticeKey, OUTBOX } from './keys.ts'
import type { Table } from './table.ts'
import { textOf } from './values.ts'

export interface Outbox {
  add(notices: readonly Notice[]): Promise<void>
  of(to: string, limit: number): Promise<readonly Notice[]>
  targets(): Promise<readonly string[]>
  remove(ids: readonly NoticeId[]): Promise<void>
}

export function outbox(table: Table): Outbox {
  const all = async () =>
    (await table.query(OUTBOX, { prefix: '' })).map((item) => JSON.parse(textOf(item, 'notice')) as Notice)
  return {
    add: async (notices) => {
      const rows = notices.map((notice) => ({ ...noticeKey(notice.id), notice: JSON.stringify(notice) }))
      for (const row of rows) await table.put(row, ABSENT)
    },
    of: async (to, limit) =>
      (await all())
        .filter((notice) => notice.to === to)
        .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    targets: async () => [...new Set((await all()).map(({ to }) => to))].toSorted(),
    remove: async (ids) => {
      await Promise.all(ids.map((id) => table.remove(noticeKey(id))))
    }
  }
}
