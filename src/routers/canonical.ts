/**
 * One form for what a provider may tell in any order, so that a facet that somebody changed is told from one that was only written
 * otherwise.
 */

/** The same value with the keys of every record sorted and what is undefined left out. The order of a list stays. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)])
  )
}
