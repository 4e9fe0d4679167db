/**
 * A page of a list, as ELBv2 gives it: a size and a marker that says where to go on.
 */
import { invalid } from './failures.ts'

export function paged<T>(
  all: readonly T[],
  page: { readonly size: number; readonly marker: string | undefined }
): { readonly items: T[]; readonly next: string | undefined } {
  const from = page.marker === undefined ? 0 : Number(page.marker.replace(/^from-/, ''))
  if (Number.isNaN(from)) throw invalid('The marker is not valid')
  const to = from + page.size
  return { items: all.slice(from, to), next: to < all.length ? `from-${to}` : undefined }
}
