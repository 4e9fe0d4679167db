/**
 * Which store a configuration asks for. The only place that knows all of them.
 */
import type { Clock } from '../clock.ts'
import { memoryStore } from './memory.ts'
import { sqliteStore } from './sqlite/sqlite.ts'
import type { Store } from './store.ts'

export type StoreSpec = { readonly type: 'sqlite'; readonly path: string } | { readonly type: 'memory' }

/** Opens the store. Throws `store_unavailable` where that fails, e.g. because another daemon holds the file. */
export function makeStore(spec: StoreSpec, clock: Clock): Store {
  switch (spec.type) {
    case 'sqlite':
      return sqliteStore(spec.path, clock)
    case 'memory':
      return memoryStore(clock)
  }
}
