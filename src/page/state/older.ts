/**
 * Ended shifts older than those of the stream, page by page as somebody asks for them. They have ended: they are never read again.
 */
import { OVERVIEW_ENDED, type ShiftView, type SummaryView } from '../../core/view.ts'
import { briefOf, endedPath } from '../brief.ts'
import { ask, Failure } from './api.ts'
import { shifts } from './overview.ts'
import { makeStore } from './store.ts'

interface Older {
  readonly found: ReadonlyMap<string, SummaryView>
  /** Where the next page begins; null before the first one. */
  readonly cursor: string | null
  /** There is no older one. */
  readonly all: boolean
  readonly asking: boolean
  /** Why the last page did not come; empty where it did. */
  readonly failure: string
}

export const older = makeStore<Older>({ found: new Map(), cursor: null, all: false, asking: false, failure: '' })

/** Whether there may be older ones than those that are known: the stream leaves none out before it tells of so many. */
export function mayHaveOlder({ all }: Older, known: Iterable<SummaryView>): boolean {
  return !all && [...known].filter(({ outcome }) => outcome !== null).length >= OVERVIEW_ENDED
}

/** Reads on until something comes that was not known, or there is no more. Never rejects; a second call meanwhile does nothing. */
export async function askOlder(): Promise<void> {
  if (older.get().asking) return
  older.set({ ...older.get(), asking: true, failure: '' })
  try {
    for (let more = true; more;) {
      const { cursor, found } = older.get()
      const page = await ask<Page>(endedPath(cursor))
      const fresh = page.items.filter(({ id }) => !found.has(id) && shifts.get()?.has(id) !== true)
      const known = new Map([...found, ...page.items.map((view) => [view.id, briefOf(view)] as const)])
      older.set({ ...older.get(), found: known, cursor: page.next, all: page.next === null })
      more = fresh.length === 0 && page.next !== null
    }
  } catch (err) {
    older.set({ ...older.get(), failure: err instanceof Failure ? err.message : String(err) })
  } finally {
    older.set({ ...older.get(), asking: false })
  }
}

interface Page {
  readonly items: readonly ShiftView[]
  readonly next: string | null
}
