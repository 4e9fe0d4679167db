/**
 * Names for completion, asked of the daemon: within a moment or not at all. Whatever goes wrong, nothing is said: a shell that waits
 * for Tab is no place for an error.
 */
import type { Ms } from '../../core/time.ts'
import { createClient } from '../client.ts'
import type { Io } from '../io.ts'
import { clean } from '../out.ts'
import type { Names, Suggestion } from './suggest.ts'

/** Longer nobody waits for a Tab. */
const PATIENCE_MS: Ms = 800

export async function namesOf(io: Io, server: string | undefined, kind: Names): Promise<readonly Suggestion[]> {
  const limit = io.clock.timeout(PATIENCE_MS)
  try {
    const client = createClient(io, server)
    const query = kind === 'shifts' ? { limit: 50 } : {}
    const { json } = await client.ask('GET', `v1/${kind}`, { query, signal: limit.signal })
    const items = (json as { readonly items?: readonly unknown[] } | null)?.items ?? []
    return items.flatMap((item) => suggestionOf(item as Readonly<Record<string, unknown>>))
  } catch {
    return []
  } finally {
    limit.clear()
  }
}

/** Only what a shell can take as one plain word. */
function suggestionOf(item: Readonly<Record<string, unknown>>): readonly Suggestion[] {
  const value = item['id'] ?? item['name']
  if (typeof value !== 'string' || !/^[\w.@-]+$/.test(value)) return []
  const told = [item['migration'], item['phase'], (item['document'] as typeof item | undefined)?.['description']]
  const description = clean(told.filter((word) => typeof word === 'string').join(' '))
  return [{ value, description }]
}
