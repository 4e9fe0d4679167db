// Cuts a list into pages with AWS's markers. A marker is opaque to callers and is refused when it is not one of ours.

import { invalid } from './service.ts'

export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}

export function pageOf<T>(all: readonly T[], marker: string | undefined, size: number): Page<T> {
  const from = marker === undefined ? 0 : offsetOf(marker)
  const next = from + size
  return { items: all.slice(from, next), ...(next < all.length ? { next: markerFor(next) } : {}) }
}

export const markerFor = (offset: number): string => Buffer.from(`from ${offset}`).toString('base64url')

function offsetOf(marker: string): number {
  const found = /^from (\d+)$/.exec(Buffer.from(marker, 'base64url').toString('utf8'))
  if (found === null) throw invalid(`'${marker}' is not a valid marker`)
  return Number(found[1])
}

/** PageSize of ELBv2: 1 to 400. */
export function pageSize(raw: string | undefined, byDefault: number): number {
  if (raw === undefined) return byDefault
  const size = Number(raw)
  if (!Number.isInteger(size) || size < 1 || size > 400)
    throw invalid(`Page size must be between 1 and 400, got '${raw}'`)
  return size
}
