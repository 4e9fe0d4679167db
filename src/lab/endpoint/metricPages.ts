// Pages of GetMetricData: so many data points per page over all series in turn, so that a series can straddle two pages. The
// token remembers the instant of the first page, so that a revision between two pages cannot shift them. Pure but for that.

import { AwsError } from './service.ts'

export interface Token {
  readonly offset: number
  readonly now: number
}

/** A stretch of one series; `more` = the rest of it is on a later page. */
export interface Part {
  readonly index: number
  readonly start: number
  readonly end: number
  readonly more: boolean
}

export function openToken(token: string | undefined): Token {
  if (token === undefined) return { offset: 0, now: Date.now() }
  const found = /^(\d+)@(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))
  if (found === null) throw new AwsError('InvalidNextToken', 'The next token specified is invalid.')
  return { offset: Number(found[1]), now: Number(found[2]) }
}

/** A series without points is told once, empty and complete, on the page where its turn comes. */
export function cutPage(
  lengths: readonly number[],
  token: Token,
  size: number
): { readonly parts: readonly Part[]; readonly next?: string } {
  const from = token.offset
  const to = from + size
  const parts: Part[] = []
  let begin = 0
  for (const [index, length] of lengths.entries()) {
    const end = begin + length
    const mine = length === 0 ? begin >= from && begin < to : end > from && begin < to
    if (mine) {
      parts.push({ index, start: Math.max(0, from - begin), end: Math.min(length, to - begin), more: end > to })
    }
    // An empty series takes one place, or it would be told on two pages or on none.
    begin = length === 0 ? begin + 1 : end
  }
  if (begin <= to) return { parts }
  return { parts, next: Buffer.from(`${to}@${token.now}`).toString('base64url') }
}
