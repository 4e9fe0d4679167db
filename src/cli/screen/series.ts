/**
 * Reads what was measured of old and new into a history.
 */
import type { SeriesView } from '../../core/view.ts'
import { pathOf } from '../client.ts'
import { isTransient } from '../failure.ts'
import type { Remote } from '../session.ts'
import type { History } from './history.ts'
import { cleaned } from './seen.ts'

/** Everything after `after` that there is now; answers after what to go on, or null where the daemon does not tell. */
export async function readSeries(
  { client }: Remote,
  id: string,
  after: number,
  history: History,
  signal?: AbortSignal
): Promise<number | null> {
  try {
    for (let from = after; ;) {
      const ask = { query: { after: from }, ...(signal && { signal }) }
      const page = (await client.ask('GET', pathOf(id, 'series'), ask)).json as SeriesView
      history.add(cleaned(page.items))
      from = page.upTo
      if (page.next === null) return from
    }
  } catch (error) {
    return isTransient(error) ? after : null
  }
}
