/**
 * Which shifts there are: the open ones, and all of them newest first. What is listed is only a hint; the head says what is so.
 */
import { ENDS, type PhaseName, type Shift, type ShiftId } from '../../core/shift.ts'
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
/** Heads read at once. */
const SIDE_BY_SIDE = 10

const ENDED: readonly PhaseName[] = ENDS

export function listing(table: Table, heads: Heads): Listing {
  return {
    open: async () => {
      const rows = await table.query(LIVE, { prefix: OPEN })
      const ids = await Promise.all(
        rows.map(async (row) => {
          const id = idOf(row)
          return row['ready'] === true || (await heads.glance(id))?.status === 'open' ? [id] : []
        })
      )
      return ids.flat()
    },
    list: async (query) => {
      const { limit } = query
      const items: Shift[] = []
      for await (const ids of candidates(table, query)) {
        for (let from = 0; from < ids.length && items.length <= limit; from += SIDE_BY_SIDE) {
          const some = ids.slice(from, from + SIDE_BY_SIDE)
          const found = await Promise.all(some.map((id) => matching(heads, id, query)))
          items.push(...found.flatMap((shift) => shift ?? []))
        }
        // One more than asked for: there is a next page.
        if (items.length > limit) break
      }
      const page = items.slice(0, limit)
      return { items: page, next: items.length > limit ? (page.at(-1)?.id ?? null) : null }
    }
  }
}

/** Ids that may match, newest first, page by page. Open shifts are few and listed apart: history is not read for them. */
async function* candidates(table: Table, query: ListQuery): AsyncGenerator<readonly ShiftId[]> {
  const { phases, cursor } = query
  if (phases && !phases.some((phase) => ENDED.includes(phase))) {
    const open = (await table.query(LIVE, { prefix: OPEN, descending: true })).map(idOf)
    yield phases.length === 0 ? [] : open.filter((id) => cursor === undefined || id < cursor)
    return
  }
  for (let before = cursor; ;) {
    const rows = await table.query(SHIFTS, { prefix: '', descending: true, limit: PAGE, ...(before && { before }) })
    yield rows.filter((row) => mayMatch(row, query)).map((row) => textOf(row, 'sk'))
    const last = rows.at(-1)
    if (rows.length < PAGE || !last) return
    before = textOf(last, 'sk')
  }
}

const idOf = (row: Item): ShiftId => textOf(row, 'sk').slice(OPEN.length)

/** What the index knows: the migration, and how it ended. */
function mayMatch(row: Item, { phases, migration }: ListQuery): boolean {
  if (migration !== undefined && row['migration'] !== migration) return false
  const { end } = row
  return !phases || typeof end !== 'string' || phases.some((phase) => phase === end)
}

async function matching(heads: Heads, id: ShiftId, { phases, migration }: ListQuery): Promise<Shift | null> {
  const head = await heads.read(id)
  if (!head || !isThere(head)) return null
  if (migration !== undefined && head.item['migration'] !== migration) return null
  const phase = textOf(head.item, 'phase')
  return !phases || phases.some((wanted) => wanted === phase) ? heads.state(head) : null
}
