/**
 * Which view the address asks for: `#/shifts/ID`, or the list. Addresses never hold a token.
 */
import { makeStore } from './store.ts'

export type Place = { readonly kind: 'list' } | { readonly kind: 'shift'; readonly id: string }

function read(): Place {
  const id = /^#\/shifts\/([^/?#]+)$/.exec(location.hash)?.[1]
  if (id === undefined) return { kind: 'list' }
  try {
    return { kind: 'shift', id: decodeURIComponent(id) }
  } catch {
    return { kind: 'list' }
  }
}

export const place = makeStore<Place>(read())

export function startAddress(): void {
  addEventListener('hashchange', () => {
    place.set(read())
    scrollTo(0, 0)
  })
}

export function addressOf(id: string): string {
  return `#/shifts/${encodeURIComponent(id)}`
}
