/**
 * One call of the observer for many meters: which series each needs, asked once where several need the same, and the answers
 * put together period by period. A meter of which one series is unusable has no counts at all. Remembers nothing.
 */
import type { Call } from '../../core/call.ts'
import { periodCounts, type CountId, type CountQuery } from '../../core/gates/counts.ts'
import { meterQueries } from '../../core/gates/values.ts'
import type { Series, Unusable, Wanted, WantedKey } from '../../core/measurement.ts'
import type { PeriodCounts } from '../../core/observation.ts'
import type { MeterKey, MeterState, Shift } from '../../core/shift.ts'
import type { Instant, Ms } from '../../core/time.ts'
import type { Observer } from '../../observers/observer.ts'

/** Closed periods of one meter, from the start of the first to the end of the last. */
export interface Window {
  readonly meter: MeterState
  readonly from: Instant
  readonly to: Instant
}

/** Values of each period of a window, in the order of `ids`. */
export interface Counted {
  readonly kind: 'counted'
  readonly ids: readonly CountId[]
  readonly periods: ReadonlyMap<Instant, readonly (number | null)[]>
  /** The source's clock minus ours; null where no answer told. */
  readonly skewMs: Ms | null
}

/** Above this no answer is used: which periods are closed could not be told (CONTRACT 4.1). */
const MAX_SKEW_MS = 30_000

/** Asks for all windows at once; answers for each meter. */
export async function count(
  observer: Observer,
  shift: Shift,
  windows: readonly Window[],
  call: Call
): Promise<ReadonlyMap<MeterKey, Counted | Unusable>> {
  const wanted = new Map<WantedKey, Wanted>()
  const needs = windows.map((window) => ({ window, queries: queriesOf(shift, window.meter) }))
  for (const { window, queries } of needs) {
    for (const query of queries) {
      const key = identity(query, window.meter.periodMs)
      const same = wanted.get(key)
      const from = Math.min(same?.from ?? window.from, window.from)
      const to = Math.max(same?.to ?? window.to, window.to)
      wanted.set(key, { key, account: query.account, query: query.query, periodMs: window.meter.periodMs, from, to })
    }
  }
  const answers = wanted.size > 0 ? await observer.measure([...wanted.values()], call) : new Map<never, never>()
  return new Map(needs.map(({ window, queries }) => [window.meter.key, collect(window, queries, answers)]))
}

/** One period's counts out of an answer. */
export function countsAt(start: Instant, ids: readonly CountId[], values: readonly (number | null)[]): PeriodCounts {
  const sums = new Map<string, number>()
  const own: Record<string, number | null> = {}
  ids.forEach((id, i) => {
    const value = values[i] ?? null
    if (id.startsWith('v.')) {
      own[id.slice('v.'.length)] = value
      return
    }
    const base = id.replace(/#.*$/, '')
    if (value !== null) sums.set(base, (sums.get(base) ?? 0) + value)
  })
  return periodCounts(start, (id) => sums.get(id) ?? null, ids, ids.some((id) => id.startsWith('v.')) ? own : undefined)
}

function collect(
  { meter, from, to }: Window,
  queries: readonly CountQuery[],
  answers: ReadonlyMap<WantedKey, Series | Unusable>
): Counted | Unusable {
  const series: Series[] = []
  for (const query of queries) {
    const answer = answers.get(identity(query, meter.periodMs))
    if (!answer) return { kind: 'unusable', code: 'NoAnswer', detail: `${query.id} was not answered` }
    if (answer.kind === 'unusable') return answer
    if (answer.skewMs !== null && Math.abs(answer.skewMs) > MAX_SKEW_MS) {
      const detail = `the clocks differ by ${Math.round(answer.skewMs / 1000)} s; at most ${MAX_SKEW_MS / 1000} s are allowed`
      return { kind: 'unusable', code: 'clock_skew', detail }
    }
    series.push(answer)
  }
  const periods = new Map<Instant, readonly (number | null)[]>()
  for (let start = from; start < to; start += meter.periodMs) {
    periods.set(
      start,
      series.map(({ values }) => values.get(start) ?? null)
    )
  }
  const skewMs = series.reduce<Ms | null>((last, one) => one.skewMs ?? last, null)
  return { kind: 'counted', ids: queries.map(({ id }) => id), periods, skewMs }
}

function queriesOf(shift: Shift, meter: MeterState): readonly CountQuery[] {
  const route = shift.routeSpecs.find(({ name }) => name === meter.route)
  if (!route) throw new Error(`meter ${meter.key} is of route ${meter.route}, which shift ${shift.id} does not have`)
  const gate = meter.gate === null ? null : shift.gateSpecs.find(({ name }) => name === meter.gate)
  if (gate === undefined)
    throw new Error(`meter ${meter.key} is of gate ${meter.gate}, which shift ${shift.id} does not have`)
  return meterQueries(route, gate, meter.account)
}

/** Equal for equal series, whichever route or meter wants them. */
function identity({ account, query }: CountQuery, periodMs: Ms): WantedKey {
  const dimensions = Object.entries(query.dimensions).sort(([a], [b]) => (a < b ? -1 : 1))
  const { region, roleArn = null, externalId = null } = account
  return JSON.stringify([region, roleArn, externalId, query.namespace, query.metric, query.stat, dimensions, periodMs])
}
