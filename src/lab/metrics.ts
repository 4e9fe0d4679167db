// CloudWatch's memory: values by metric and dimension set in buckets of one period, with CloudWatch's habits: nothing is
// visible until `delayMs` after its period, some of it comes later still, and what was never reported does not exist.

import { statistic, type Tally } from './statistics.ts'

export interface MetricId {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

export interface Point {
  readonly at: number
  readonly value: number
}

export interface Reading {
  readonly from: number
  readonly to: number
  readonly periodMs: number
  readonly stat: string
  /** The instant of the read: what was not visible then is not told. */
  readonly now: number
}

export interface MetricStore {
  /** `late`: this value belongs to what CloudWatch learns only after a period has first become visible. */
  put(metric: MetricId, value: number, at?: number, late?: boolean): void
  read(metric: MetricId, reading: Reading): readonly Point[]
}

export interface MetricOptions {
  readonly periodMs: number
  readonly delayMs: number
  /** How long a period stays partial after it has become visible. */
  readonly partialMs: number
  /** Whether a period that has not ended shows what is known of it, as CloudWatch does for periods longer than a bucket. */
  readonly showUnfinished: boolean
}

interface Bucket {
  readonly prompt: Tally
  readonly late: Tally
}

const retentionMs = 3 * 3_600_000

export function createMetricStore(options: MetricOptions): MetricStore {
  const series = new Map<string, Map<number, Bucket>>()

  const tallyFor = (metric: MetricId, at: number, late: boolean): Tally => {
    const key = keyOf(metric)
    const buckets = series.get(key) ?? new Map<number, Bucket>()
    series.set(key, buckets)
    const start = at - (at % options.periodMs)
    const known = buckets.get(start)
    if (known !== undefined) return late ? known.late : known.prompt
    for (const old of buckets.keys()) if (old < start - retentionMs) buckets.delete(old)
    const fresh: Bucket = { prompt: new Map(), late: new Map() }
    buckets.set(start, fresh)
    return late ? fresh.late : fresh.prompt
  }

  return {
    put: (metric, value, at = Date.now(), late = false) => {
      const tally = tallyFor(metric, at, late)
      tally.set(value, (tally.get(value) ?? 0) + 1)
    },
    read: (metric, reading) => {
      const periods = new Map<number, Tally>()
      for (const [start, bucket] of series.get(keyOf(metric)) ?? []) {
        const period = start - (start % reading.periodMs)
        if (period < reading.from || period >= reading.to) continue
        if (!options.showUnfinished && reading.now < period + reading.periodMs + options.delayMs) continue
        const visibleAt = start + options.periodMs + options.delayMs
        const merged = periods.get(period) ?? new Map<number, number>()
        if (reading.now >= visibleAt) merge(merged, bucket.prompt)
        if (reading.now >= visibleAt + options.partialMs) merge(merged, bucket.late)
        if (merged.size > 0) periods.set(period, merged)
      }
      return [...periods]
        .map(([at, tally]) => ({ at, value: statistic(reading.stat, tally) }))
        .toSorted((one, other) => one.at - other.at)
    }
  }
}

function merge(into: Tally, from: Tally): void {
  for (const [value, times] of from) into.set(value, (into.get(value) ?? 0) + times)
}

/** Dimensions are a set for AWS: their order does not matter, each set is a metric of its own. */
function keyOf(metric: MetricId): string {
  const dimensions = Object.entries(metric.dimensions).map(([name, value]) => `${name}=${value}`)
  return [metric.namespace, metric.name, ...dimensions.toSorted()].join('|')
}
