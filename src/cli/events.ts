/**
 * The decision log of a shift over plain requests: page after page, oldest first. The live stream is follow.ts.
 */
import type { EventView } from '../core/view.ts'
import { pathOf, type Client } from './client.ts'
import { EXIT } from './exit.ts'
import { Failure, NOT_SLUICE } from './failure.ts'

export interface EventPage {
  readonly items: readonly EventView[]
  /** null where there is no further page now. */
  readonly next: string | number | null
  /** The page exactly as the API gave it. */
  readonly text: string
}

/** One page of the events after sequence number `after`. */
export async function eventPage(client: Client, id: string, after: number, signal?: AbortSignal): Promise<EventPage> {
  const ask = { query: { after }, ...(signal && { signal }) }
  const { json, text } = await client.ask('GET', pathOf(id, 'events'), ask)
  if (typeof json !== 'object' || json === null || !('items' in json) || !Array.isArray(json.items)) {
    throw new Failure(EXIT.error, NOT_SLUICE, `${client.url} answered something that is no list of events`)
  }
  const next = 'next' in json ? (json.next as EventPage['next']) : null
  return { items: json.items as readonly EventView[], next, text }
}

/** All events after `after` that there are now. */
export async function* eventsAfter(
  client: Client,
  id: string,
  after: number,
  signal?: AbortSignal
): AsyncGenerator<EventView> {
  let seq = after
  for (;;) {
    const page = await eventPage(client, id, seq, signal)
    yield* page.items
    const last = page.items.at(-1)
    if (page.next === null || last === undefined || last.seq <= seq) return
    seq = last.seq
  }
}
