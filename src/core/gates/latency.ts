/**
 * The gate `latency` (CONTRACT 4.1). As the share of slow answers it is the comparison with old with "slow" for "error"; as a
 * percentile it has a bound and a ratio to old. Percentiles are never added, averaged, or believed of a few requests.
 */
import { lnPercentile, stepPercentile, type PercentileEvidence } from '../evidence/percentile.ts'
import type { Phrasing } from '../evidence/words.ts'
import { formatCount } from '../explain/words.ts'
import type { Side } from '../migration.ts'
import type { PeriodCounts } from '../observation.ts'
import { formatDuration } from '../duration.ts'
import type { LatencyGate } from '../policy.ts'
import type { GateState, Tally } from '../shift.ts'
import type { Ms } from '../time.ts'
import { judgeComparison } from './comparison.ts'
import { comparisonContext, endOf, type GateContext } from './context.ts'
import type { Blind } from './counts.ts'
import { blinded } from './errorRate.ts'
import { valueName } from './values.ts'

/** Against so many to one the bits so far hold the step (GATING 3.4). */
const LN_AMBER = Math.log(4)

/** Judges the next mature period of one route. Periods must come in order, each once. */
export function judgeLatency(
  spec: LatencyGate,
  state: GateState,
  period: PeriodCounts,
  context: GateContext
): GateState {
  if (spec.slow) return judgeSlow(spec, spec.slow, state, period, context)
  if (spec.percentile) return judgePercentile(spec, spec.percentile, state, period, context)
  return { ...blinded(state, 'not_begun'), at: endOf(period, spec), passed: 0 }
}

interface Part {
  readonly requests: number
  readonly value: number | null
}

/** What a side reported, target group by target group. */
function partsOf(period: PeriodCounts, side: Side, id: 'p' | 'pr'): readonly Part[] {
  const parts: Part[] = []
  for (let part = 0; valueName(side, 'n', part) in (period.values ?? {}); part++) {
    const of = (name: string) => period.values?.[valueName(side, name, part)] ?? null
    parts.push({ requests: of('n') ?? 0, value: of(id) })
  }
  return parts
}

/**
 * Requests of a side and the slow ones among them: n × (1 − percentile rank / 100), rounded. A group that answered without a
 * rank is blind: the rank is always there where there are answers.
 */
export function slowTally(period: PeriodCounts, side: Side): Tally | Blind {
  let [requests, errors] = [0, 0]
  for (const { requests: n, value } of partsOf(period, side, 'pr')) {
    if (n < 0 || (value !== null && (value < 0 || value > 100))) return { blind: 'negative_count' }
    if (n === 0) continue
    if (value === null) return { blind: 'no_rank' }
    requests += n
    errors += Math.round(n * (1 - value / 100))
  }
  return { requests, errors: Math.min(requests, errors) }
}

function judgeSlow(
  spec: LatencyGate,
  { max, overMs }: NonNullable<LatencyGate['slow']>,
  state: GateState,
  period: PeriodCounts,
  context: GateContext
): GateState {
  const at = endOf(period, spec)
  const [fresh, older] = [slowTally(period, 'new'), slowTally(period, 'old')]
  if ('blind' in fresh) return { ...blinded(state, fresh.blind), at, passed: 0 }
  if ('blind' in older) return { ...blinded(state, older.blind), at, passed: 0 }
  if (!state.compared) return { ...blinded(state, 'not_begun'), at, passed: 0 }
  const told = comparisonContext(spec, context, { limit: max, phrasing: slowPhrasing(overMs) })
  return judgeComparison(state, state.compared, period, { new: fresh, old: older }, told)
}

export function slowPhrasing(overMs: Ms): Phrasing {
  const over = formatDuration(overMs)
  return { does: `takes over ${over} for`, one: `answer over ${over}`, many: `answers over ${over}` }
}

/** 10 / (1 − p) requests, at least: fewer do not reach the tail (AWS-FACTS C5). A statistic without a p asks for no more than minRequests. */
export function samplesNeeded(stat: string, minRequests: number): number {
  const percent = Number(/^p(\d+(?:\.\d+)?)$/.exec(stat)?.[1] ?? 0)
  const tail = percent >= 100 ? Infinity : Math.round(1000 / (100 - percent))
  return Math.max(1, minRequests, percent === 0 ? 0 : tail)
}

interface Tail {
  readonly requests: number
  /** Milliseconds; null where too few requests stand behind it. */
  readonly ms: Ms | null
}

/** The worst of a side's target groups; of those only that had requests enough. */
export function tailOf(period: PeriodCounts, side: Side, needed: number): Tail | Blind {
  const parts = partsOf(period, side, 'p').filter(({ requests }) => requests > 0)
  if (parts.some(({ value }) => value === null)) return { blind: 'no_percentile' }
  const enough = parts.filter(({ requests }) => requests >= needed)
  if (enough.length === 0) return { requests: Math.max(0, ...parts.map(({ requests }) => requests)), ms: null }
  const worst = enough.reduce((most, part) => ((part.value ?? 0) > (most.value ?? 0) ? part : most))
  return { requests: worst.requests, ms: Math.round((worst.value ?? 0) * 1_000_000) / 1000 }
}

function judgePercentile(
  spec: LatencyGate,
  of: NonNullable<LatencyGate['percentile']>,
  state: GateState,
  period: PeriodCounts,
  context: GateContext
): GateState {
  if (!context.warm) return state
  const at = endOf(period, spec)
  const needed = samplesNeeded(of.stat, spec.minRequests)
  const [fresh, older] = [tailOf(period, 'new', needed), tailOf(period, 'old', needed)]
  if ('blind' in fresh) return { ...blinded(state, fresh.blind), at, passed: 0 }
  if ('blind' in older) return { ...blinded(state, older.blind), at, passed: 0 }
  if (fresh.requests === 0 && older.requests === 0) return { ...blinded(state, 'no_requests'), at }
  const seen = { ...state, at, samples: fresh.requests, limit: limitOf(of, older.ms, state), value: fresh.ms }
  if (fresh.ms === null) {
    const note = `few_requests:${fresh.requests}/${needed}`
    return { ...seen, words: '', verdict: 'inconclusive', note }
  }
  const percentile = state.percentile && stepped(state.percentile, fresh.ms, older.ms)
  const judged = verdictOf(of, { fresh: fresh.ms, old: older.ms, percentile })
  const passed = judged.verdict === 'pass' ? state.passed + (context.inStep ? 1 : 0) : 0
  return {
    ...seen,
    ...judged,
    passed,
    words: wordsOf(of, seen.limit, fresh, older),
    ...(percentile === undefined ? {} : { percentile })
  }
}

/** Without old beside it nothing is learned for or against new: a slow dependency would look like new's doing. */
function stepped(evidence: PercentileEvidence, fresh: Ms, old: Ms | null): PercentileEvidence {
  return old === null ? evidence : stepPercentile(evidence, { old, new: fresh, first: false })
}

type Judged = Pick<GateState, 'verdict' | 'note'>

/** A bound is exceeded in one period or not; the ratio convicts by its bits. Where old exceeds the bound as well, both suffer. */
function verdictOf(
  { maxMs }: NonNullable<LatencyGate['percentile']>,
  at: { readonly fresh: Ms; readonly old: Ms | null; readonly percentile: PercentileEvidence | undefined }
): Judged {
  const { fresh, old, percentile } = at
  if (percentile?.fired) return { verdict: 'breach', note: 'relative' }
  if (maxMs !== null && fresh > maxMs) {
    return old !== null && old > maxMs ? { verdict: 'hold', note: 'shared' } : { verdict: 'breach', note: 'absolute' }
  }
  if (!percentile) return { verdict: 'pass', note: null }
  if (old === null) return alone(percentile, fresh, maxMs)
  return lnPercentile(percentile) >= LN_AMBER ? { verdict: 'hold', note: 'amber' } : { verdict: 'pass', note: null }
}

/** At (nearly) 100 % old has no percentile: its median before the shift may hold, and never convicts (GATING 3.5). */
function alone({ usual, ratio }: PercentileEvidence, fresh: Ms, maxMs: Ms | null): Judged {
  if (usual > 0) return fresh > ratio * usual ? { verdict: 'hold', note: 'past' } : { verdict: 'pass', note: null }
  return maxMs === null ? { verdict: 'inconclusive', note: 'no_comparison' } : { verdict: 'pass', note: null }
}

/** The lower of its bounds, in milliseconds. */
function limitOf(
  { maxMs, maxRatio }: NonNullable<LatencyGate['percentile']>,
  old: Ms | null,
  { percentile, limit }: GateState
): number {
  const usual = Math.max(old ?? 0, percentile?.usual ?? 0)
  const relative = maxRatio !== null && usual > 0 ? Math.round(maxRatio * usual * 1000) / 1000 : null
  const bounds = [maxMs, relative].filter((bound) => bound !== null)
  return bounds.length === 0 ? limit : Math.min(...bounds)
}

function wordsOf({ stat }: NonNullable<LatencyGate['percentile']>, limit: number, fresh: Tail, old: Tail): string {
  const ms = (value: Ms | null) => (value === null ? 'unknown' : `${formatCount(Number(value.toPrecision(3)))} ms`)
  return `${stat} of new is ${ms(fresh.ms)} over ${formatCount(fresh.requests)} requests, of old ${ms(old.ms)}; at most ${ms(limit)}`
}

/** Old's percentile in each period before the shift, in milliseconds, oldest first. */
export function usualTails(periods: readonly PeriodCounts[], needed: number): readonly Ms[] {
  return periods.flatMap((period) => {
    const tail = tailOf(period, 'old', needed)
    return 'blind' in tail || tail.ms === null ? [] : [tail.ms]
  })
}
