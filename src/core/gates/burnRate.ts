/**
 * The gate `burnRate` (CONTRACT 4.1): how fast new spends an error budget, over a long and a short window at once. The long one
 * keeps a blip from convicting, the short one lets a mended fault go. Never judges what was before the shift's first write.
 */
import { addCounts, NO_COUNTS, type Counts } from '../evidence/counts.ts'
import { formatCount } from '../explain/words.ts'
import type { PeriodCounts } from '../observation.ts'
import { formatRate } from '../percent.ts'
import type { BurnRateGate } from '../policy.ts'
import type { BurnBucket, GateState, Tally } from '../shift.ts'
import type { Instant, Ms } from '../time.ts'
import { endOf, type GateContext } from './context.ts'
import { tally } from './counts.ts'
import { blinded } from './errorRate.ts'

/** Of one window so many stretches are kept at most: a window of days must not make a shift too large to save. */
const STRETCHES = 60
/** Fewest errors of new without which nothing rolls back, as everywhere (GATING 3.5). */
const FEWEST_ERRORS = 3
const NOTHING: Tally = { requests: 0, errors: 0 }

type Window = BurnRateGate['windows'][number]
type Burn = NonNullable<GateState['burn']>

interface Seen {
  readonly window: Window
  /** The share of errors that would burn `factor` times as fast as the budget allows. */
  readonly limit: number
  readonly long: Sum
  readonly short: Sum
}

type Sum = Omit<BurnBucket, 'start'>
const NO_SUM: Sum = { ...NO_COUNTS, due: 0 }

function plus(a: Sum, b: Sum): Sum {
  return { ...addCounts(a, b), due: a.due + b.due }
}

/**
 * Judges the next mature period of one route. Periods must come in order, each once.
 *
 * - Windows that are not full yet are judged on what there is since the first write: a cluster that fails from its first minute
 *   must not have an hour of grace. What a full window would have protected from is left to the count: new needs three errors
 *   in the short window to breach, and in the long one as many requests as would hold three errors at the limit to pass.
 * - Above the limit in the short window alone is no breach and no pass: the long window is about to follow, or it was a blip.
 * - Where old's rate, period by period, would have burnt new's budget as fast, both suffer: that holds. Old's own sum would not
 *   do: it had most of its requests before the share of new rose.
 */
export function judgeBurnRate(
  spec: BurnRateGate,
  state: GateState,
  period: PeriodCounts,
  context: GateContext
): GateState {
  const at = endOf(period, spec)
  const fresh = tally(period.new, period.lb)
  if ('blind' in fresh) return { ...blinded(state, fresh.blind), at, passed: 0 }
  const counted = tally(period.old, period.lb)
  // Old is not judged here: where it cannot be counted, it cannot excuse new either.
  const old = 'blind' in counted ? NOTHING : counted
  if (fresh.requests === 0 && old.requests === 0) return { ...blinded(state, 'no_requests'), at }
  const due = old.requests > 0 ? (fresh.requests * old.errors) / old.requests : 0
  const counts = { n1: fresh.requests, e1: fresh.errors, n0: old.requests, e0: old.errors, due }
  const burn = pushed(state.burn ?? {}, spec, { start: period.start, ...counts })
  const windows = spec.windows.map((window): Seen => ({
    window,
    limit: tidy(window.factor * budgetOf(spec)),
    long: summed(burn, window.longMs, at),
    short: summed(burn, window.shortMs, at)
  }))
  const worst = windows.toSorted((a, b) => pace(b) - pace(a))[0]
  if (!worst) return { ...blinded(state, 'no_window'), at, passed: 0 }
  const shown = {
    ...state,
    at,
    burn,
    value: worst.long.n1 === 0 ? null : burnOf(worst, spec),
    limit: worst.window.factor,
    samples: worst.long.n1,
    last: { new: newOf(worst.short), old: oldOf(worst.short) },
    words: wordsOf(worst, spec)
  }
  return { ...shown, ...verdictOf(windows, state, context, fresh.requests > 0) }
}

function verdictOf(
  windows: readonly Seen[],
  state: GateState,
  { guard, inStep }: GateContext,
  served: boolean
): Pick<GateState, 'verdict' | 'note' | 'passed'> {
  const burning = windows.filter(({ limit, long, short }) => share(long) > limit && share(short) > limit)
  const convicting = burning.filter(({ short }) => short.e1 >= FEWEST_ERRORS)
  const own = convicting.find(({ short, limit }) => !(short.e0 >= FEWEST_ERRORS && short.due > limit * short.n1))
  if (own) return { verdict: 'breach', note: null, passed: 0 }
  if (convicting.length > 0) return { verdict: 'hold', note: 'shared', passed: 0 }
  if (guard) return { verdict: 'hold', note: 'shared_guard', passed: 0 }
  const thin = windows.find(({ long, limit }) => long.n1 < needed(limit))
  if (thin) {
    const note = `few_requests:${thin.long.n1}/${needed(thin.limit)}`
    return { verdict: 'inconclusive', note, passed: state.passed }
  }
  if (windows.some(({ short, limit }) => share(short) > limit)) {
    return { verdict: 'inconclusive', note: 'burning', passed: 0 }
  }
  return { verdict: 'pass', note: null, passed: state.passed + (inStep && served ? 1 : 0) }
}

/** Requests in which the limit allows three errors: in fewer, two by chance are above it. */
function needed(limit: number): number {
  return Math.ceil(Math.min(1e9, FEWEST_ERRORS / Math.max(limit, 1e-9)) - 1e-6)
}

function share({ n1, e1 }: Counts): number {
  return n1 === 0 ? 0 : e1 / n1
}

/** How near to a breach: the slower of its two windows counts. */
function pace({ long, short, limit }: Seen): number {
  return Math.min(share(long), share(short)) / limit
}

/** How many times as fast as the budget allows. */
function burnOf({ long, short }: Seen, spec: BurnRateGate): number {
  return tidy(Math.min(share(long), share(short)) / budgetOf(spec))
}

/** Share of requests that may fail. */
function budgetOf({ objective }: BurnRateGate): number {
  return tidy(1 - objective)
}

/** 1 - 0.999 is 0.001: what is exactly at a limit must not be above it by the sixteenth digit. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}

function newOf({ n1, e1 }: Counts): Tally {
  return { requests: n1, errors: e1 }
}

function oldOf({ n0, e0 }: Counts): Tally {
  return { requests: n0, errors: e0 }
}

/** Each window's length is kept once; the long one in stretches of several periods. */
function pushed(burn: Burn, spec: BurnRateGate, bucket: BurnBucket): Burn {
  const lengths = new Set(spec.windows.flatMap(({ longMs, shortMs }) => [longMs, shortMs]))
  return Object.fromEntries(
    [...lengths].map((length) => [
      String(length),
      withBucket(burn[String(length)] ?? [], length, spec.periodMs, bucket)
    ])
  )
}

function withBucket(
  buckets: readonly BurnBucket[],
  length: Ms,
  periodMs: Ms,
  bucket: BurnBucket
): readonly BurnBucket[] {
  const grain = Math.ceil(length / STRETCHES / periodMs) * periodMs
  const start = Math.floor(bucket.start / grain) * grain
  const same = buckets.find((one) => one.start === start)
  const next = { start, ...plus(same ?? NO_SUM, bucket) }
  const end = bucket.start + periodMs
  return [...buckets.filter((one) => one.start !== start && one.start >= end - length), next]
}

function summed(burn: Burn, length: Ms, end: Instant): Sum {
  return (burn[String(length)] ?? []).filter(({ start }) => start >= end - length).reduce(plus, NO_SUM)
}

function wordsOf(seen: Seen, spec: BurnRateGate): string {
  const { window, long, short } = seen
  const rates = [long, short].map((counts) => `${formatRate(share(counts))} of ${formatCount(counts.n1)}`)
  const burn = Number(burnOf(seen, spec).toPrecision(2))
  return `new fails ${rates[0]} requests in the long window and ${rates[1]} in the short one, ${burn} times its budget of ${formatRate(budgetOf(spec))}; at most ${window.factor} times`
}
