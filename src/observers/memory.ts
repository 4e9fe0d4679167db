/**
 * An observer whose values are set by hand: for tests, and for trying things without a metric source. Answers as a source
 * would, closed periods only, and never invents a value.
 */
import type { Clock } from '../clock.ts'
import type { MetricQuery, Series, Unusable, Wanted, WantedKey } from '../core/measurement.ts'
import type { Instant, Ms } from '../core/time.ts'
import type { Observer } from './observer.ts'

export interface MemoryObserver extends Observer {
  /** Sets the value of the period that starts at `start`; null takes it away. */
  put(query: MetricQuery, start: Instant, value: number | null): void
  /** From now on what matches is unusable with this code; null: usable again. */
  fail(code: string | null, matches?: (wanted: Wanted) => boolean): void
  /** The source's clock minus ours, as later answers will tell it; null: not told. */
  skew(ms: Ms | null): void
  /** What every call asked for, oldest first. */
  readonly calls: readonly (readonly Wanted[])[]
}

export function memoryObserver({ clock }: { readonly clock: Clock }): MemoryObserver {
  const stored = new Map<string, Map<Instant, number>>()
  const calls: (readonly Wanted[])[] = []
  let failing: { readonly code: string; readonly matches: (wanted: Wanted) => boolean } | null = null
  let skewMs: Ms | null = 0

  const answer = (wanted: Wanted): Series | Unusable => {
    if (failing?.matches(wanted)) return { kind: 'unusable', code: failing.code, detail: 'set by hand' }
    const all = stored.get(nameOf(wanted.query)) ?? new Map<Instant, number>()
    const values = new Map([...all].filter(([start]) => start >= wanted.from && start < wanted.to))
    return { kind: 'series', values, readAt: clock.now(), skewMs }
  }

  return {
    calls,
    put(query, start, value) {
      const name = nameOf(query)
      const values = stored.get(name) ?? new Map<Instant, number>()
      stored.set(name, values)
      if (value === null) values.delete(start)
      else values.set(start, value)
    },
    fail(code, matches = () => true) {
      failing = code === null ? null : { code, matches }
    },
    skew(ms) {
      skewMs = ms
    },
    measure(wanted) {
      calls.push(wanted)
      return Promise.resolve(new Map<WantedKey, Series | Unusable>(wanted.map((one) => [one.key, answer(one)])))
    }
  }
}

/** Equal for equal series; the order of dimensions does not matter. */
function nameOf({ namespace, metric, stat, dimensions }: MetricQuery): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([namespace, metric, stat, sorted])
}
