/**
 * Chooses between the representations of one resource by the Accept header (RFC 9110, section 12.5.1).
 */

interface Range {
  readonly type: string
  readonly q: number
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))
  const weight = q === undefined ? 1 : Number(q.slice(2))
  return { type, q: Number.isFinite(weight) ? weight : 0 }
}

/** The most exact range that covers `offer` decides its weight. */
function weightOf(offer: string, ranges: readonly Range[]): number {
  const family = `${offer.split('/')[0]}/*`
  for (const type of [offer, family, '*/*']) {
    const range = ranges.find((each) => each.type === type)
    if (range) return range.q
  }
  return 0
}

/** The best of `offers` (the first of equals), or null where none is acceptable. No header accepts the first. */
export function preferred<T extends string>(accept: string | undefined, offers: readonly T[]): T | null {
  if (accept === undefined || accept.trim() === '') return offers[0] ?? null
  const ranges = accept.split(',').map(parseRange)
  let best: T | null = null
  let bestWeight = 0
  for (const offer of offers) {
    const weight = weightOf(offer, ranges)
    if (weight > bestWeight) {
      best = offer
      bestWeight = weight
    }
  }
  return best
}
