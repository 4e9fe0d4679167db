/**
 * Which shifts there are: the open ones, and all of them newest first. What is listed is only a hint; the head says what is so.
 */
import type { Shift, ShiftId } from '../../core/shift.ts'
import type { ListQuery } from '../store.ts'
import { isThere } from './archive.ts'
import type { Heads } from './heads.ts'
import { LIVE, OPEN, SHIFTS } from './keys.ts'
import type { Table } from './table.ts'
import { textOf, type Item } from './values.ts'

export interface Listing {
  open(): Promise<readonly ShiftId[]>
  list(query: ListQuery): Promise<{ readonly items: readonly Shift[]; readonly next: ShiftId | null }>
}

/** Rows of the index read at once. */
const PAGE = 100

export function listing(table: Table, heads: Heads): Listing {
  return {
    open: async () => {
      const rows = await table.query(LIVE, { prefix: OPEN })
      const ids = await Promise.all(
        rows.map(async (row) => {
          const id = textOf(row, 'sk').slice(OPEN.length)
          return row['ready'] === true || (await heads.glance(id))?.status === 'open' ? [id] : []
        })
      )
      return ids.flat()
    },
    list: async (query) => {
      const { limit } = query
      const items: Shift[] = []
      for (let before = query.cursor; items.length <= limit;) {
        const rows = await table.query(SHIFTS, { prefix: '', descending: true, limit: PAGE, ...(before && { before }) })
        const wanted = rows.filter((row) => mayMatch(row, query)).map((row) => textOf(row, 'sk'))
        // One more than asked for, to know whether there is a next page.
        for (const id of wanted) {
          if (items.length > limit) break
          const shift = await matching(heads, id, query)
          if (shift) items.push(shift)
        }
        before = rows.length < PAGE ? undefined : textOf(rows.at(-1) ?? {}, 'sk')
        if (before === undefined) break
      }
      const page = items.slice(0, limit)
      return { items: page, next: items.length > limit ? (page.at(-1)?.id ?? null) : null }
    }
  }
}

/** What the index knows: the migration, and how it ended. */
function mayMatch(row: Item, { phases, migration }: ListQuery): boolean {
  if (migration !== undefined && row['migration'] !== migration) return false
  if (!phases) return true
  const { end } = row
  return typeof end === 'string' ? phases.some((phase) => phase === end) : phases.length > 0
}

async function matching(heads: Heads, id: ShiftId, { phases }: ListQuery): Promise<Shift | null> {
  const head = await heads.read(id)
  if (!head || !isThere(head)) return null
  const phase = textOf(head.item, 'phase')
  return !phases || phases.some((wanted) => wanted === phase) ? heads.state(head) : null
}
