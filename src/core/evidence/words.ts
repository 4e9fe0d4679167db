/**
 * A reading in words, for whoever is woken by it: counts first, then how likely chance is. Never a score without its counts.
 */
import { formatRate } from '../percent.ts'
import { formatCount } from '../explain/words.ts'
import type { Counts } from './counts.ts'
import type { Reading } from './reading.ts'

/** What is counted, as people say it: `new fails 5 % of …`, `46 errors where …`. */
export interface Phrasing {
  readonly does: string
  readonly one: string
  readonly many: string
}

const ERRORS: Phrasing = { does: 'fails', one: 'error', many: 'errors' }

/** One sentence without a full stop, e.g. `new fails 5.1 % of 1,480 requests, old 0.2 % of 28,500: by chance at most once in 17,000 healthy shifts`. */
export function inWords(reading: Reading, phrasing: Phrasing = ERRORS): string {
  if (reading.fired !== null) return `${compared(reading.stretch, phrasing)}: ${chanceOf(reading)}`
  if (reading.missing) return 'neither side reported a request'
  if (reading.shared)
    return `old is in trouble as well: ${compared(reading.block, phrasing)}; moving users would not help them`
  if (reading.amber) return amberWords(reading, phrasing)
  const { evidenceForPromotion: harm } = reading
  const ruledOut = harm?.enough
    ? '; a regression that would cost more than the harm budget at the next step is ruled out'
    : ''
  return `${compared(reading.block, phrasing)}: ${reading.clear ? 'no sign that new is worse' : 'not enough to tell'}${ruledOut}`
}

/** The same of all routes together: `over 10 routes together new fails 2 % of …, old …: by chance at most once in …`. */
export function pooledInWords(
  counts: Counts,
  routes: number,
  verdict: Parameters<typeof chanceOf>[0],
  phrasing: Phrasing = ERRORS
): string {
  return `over ${routes} routes together ${compared(counts, phrasing)}: ${chanceOf(verdict)}`
}

/** `by chance at most once in 17,000 healthy shifts`: Ville's inequality, for a shift judged however often. */
export function chanceOf({
  fired,
  lnRelative,
  lnAbsolute
}: Pick<Reading, 'fired' | 'lnRelative' | 'lnAbsolute'>): string {
  const strength =
    fired === 'relative' ? lnRelative : fired === 'absolute' ? lnAbsolute : Math.max(lnRelative, lnAbsolute)
  if (strength <= Math.log(2)) return 'chance alone explains it'
  return `by chance at most once in ${oddsOf(strength)} healthy shifts`
}

function amberWords({ amberBy, block, expected, w, wBack }: Reading, { one, many }: Phrasing): string {
  const seen = `amber: ${formatCount(block.e1)} ${block.e1 === 1 ? one : many} where ${dueOf(expected)} expected`
  const past = amberBy === 'past' ? ', compared with old before the shift' : ''
  const retest = wBack !== null && wBack <= w / 2 ? `; ${shareOf(w)} -> ${shareOf(wBack)}, re-testing` : ''
  return seen + past + retest
}

function dueOf(expected: number): string {
  const due = expected < 10 ? Number(expected.toFixed(1)) : Math.round(expected)
  return `${formatCount(due)} ${due === 1 ? 'was' : 'were'}`
}

function compared({ n1, e1, n0, e0 }: Counts, { does }: Phrasing): string {
  const news = n1 === 0 ? 'new has no requests' : `new ${does} ${formatRate(e1 / n1)} of ${requests(n1)}`
  return `${news}, ${n0 === 0 ? 'old has no requests to compare with' : `old ${formatRate(e0 / n0)} of ${formatCount(n0)}`}`
}

function requests(n: number): string {
  return n === 1 ? '1 request' : `${formatCount(n)} requests`
}

function shareOf(w: number): string {
  const percent = w * 100
  return `${Number(percent.toFixed(percent < 1 ? 2 : 1))} %`
}

/** e^x as people say it: two digits, rounded down so as not to overstate; beyond a billion just that. */
function oddsOf(x: number): string {
  if (x > Math.log(1e9)) return 'a billion'
  const odds = Math.exp(x)
  const unit = Math.pow(10, Math.max(0, Math.floor(Math.log10(odds)) - 1))
  return formatCount(Math.floor(odds / unit) * unit)
}
