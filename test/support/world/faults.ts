/**
 * What goes wrong, as a scenario wants it. Each fault can be narrowed to some calls and to a time, and lifted again. The first
 * that applies to a call decides it. Never changes the world itself.
 */
import type { Access, Service } from '../../../src/aws/client.ts'
import type { Instant, Ms } from '../../../src/core/time.ts'
import type { Span, VirtualClock, When } from '../virtual.ts'
import { instantOf, spanOf } from '../virtual.ts'
import type { Cloud } from './cloud.ts'
import type { Unusable } from './cloudwatch.ts'
import type { FailureSpec } from './failures.ts'
import { internalFailure } from './failures.ts'
import type { Query } from './metrics.ts'
import { streamOf } from './random.ts'

/** One call as it was when `send` was called. */
export interface CallSent {
  /** 1, 2, 3, … over all clients. */
  readonly n: number
  readonly at: Instant
  /** Whose client it is. */
  readonly by: string
  readonly service: Service
  readonly access: Access
  readonly operation: string
  readonly region: string
  readonly input: object
  /** The route that it writes; null for reads. Of a batch the first of them. */
  readonly route: string | null
  /** All of them. */
  readonly routes: readonly string[]
}

/** Which calls, and when. Everything that is not given does not matter. */
export interface Match {
  readonly service?: Service
  readonly operation?: string | readonly string[]
  readonly route?: string
  readonly by?: string
  readonly region?: string
  readonly from?: When
  readonly until?: When
  /** For so many calls. */
  readonly times?: number
}

/** When a call without an answer happens at AWS: never, at once, or so long after it was sent. */
export type Landing = 'never' | 'now' | { readonly after: Span }

/** What becomes of a call. */
export type Fate =
  | { readonly kind: 'fine'; readonly attempts: number }
  | { readonly kind: 'throttled' }
  /** `landed`: it was done all the same. */
  | { readonly kind: 'error'; readonly failure: FailureSpec; readonly landed: boolean }
  | { readonly kind: 'silence' }
  | { readonly kind: 'timeout'; readonly landing: 'never' | Ms }

export interface Chaos {
  readonly throttle?: number
  readonly fail500?: number
  /** A 500 for a write that was done. */
  readonly landed500?: number
  readonly lost?: number
  readonly landedTimeout?: number
  readonly lateTimeout?: number
  /** A late write lands at most so long after it was sent. Default 60s. */
  readonly lateWithin?: Span
}

type Predicate = (call: CallSent) => boolean
export type Lift = () => void

export interface Faults {
  throttle(match?: Match): Lift
  /** Every n-th of these calls. */
  throttleEvery(n: number, match?: Match): Lift
  fail500(until?: When | Predicate, match?: Match & { readonly landed?: boolean }): Lift
  /** No answer until the caller gives up; nothing happens at AWS. */
  neverAnswer(until?: When | Predicate, match?: Match): Lift
  /** The client's own timeout after `timeout`; what happened at AWS is told by `landing`. */
  timeout(landing: Landing, match?: Match): Lift
  /** Any answer of the service that is an error. */
  error(name: string, status: number, message: string, match?: Match): Lift
  /** Answers that took so many attempts of the SDK. */
  attempts(n: number, match?: Match): Lift
  /** Each call meets one of these with its probability. */
  chaos(chaos: Chaos, match?: Match): Lift
  /** GetMetricData answers HTTP 200 and this status, for the metrics that `only` picks. */
  metrics(status: Unusable, until?: When, only?: (query: Query) => boolean): Lift
  latency(span: Span): void
  /** How long a client waits for an answer before its own timeout; default 6s. */
  timeoutAfter(span: Span): void
  readLag(span: Span): void
  dataPlaneLag(span: Span): void
  metricsDelay(span: Span): void
  /** Lifts all faults and lags of reads; the latency, and the data plane's lag, stay. */
  clear(): void
}

/** For the client: what the scenario has in store. */
export interface Judge {
  fateOf(call: CallSent): Fate
  unusable(query: Query): Unusable | null
  readonly latencyMs: Ms
  readonly timeoutMs: Ms
  readonly metricsDelayMs: Ms
}

export interface FaultDefaults {
  readonly clock: VirtualClock
  readonly startedAt: Instant
  readonly cloud: Cloud
  readonly seed: number
  readonly latencyMs: Ms
  readonly metricsDelayMs: Ms
}

interface Rule {
  readonly applies: Predicate
  readonly fate: (call: CallSent) => Fate | null
}

const throttledFate: Fate = { kind: 'throttled' }

function matcher(match: Match, startedAt: Instant): Predicate {
  const { operation } = match
  const operations = operation === undefined ? null : typeof operation === 'string' ? [operation] : operation
  const from = match.from === undefined ? -Infinity : instantOf(match.from, startedAt)
  const until = match.until === undefined ? Infinity : instantOf(match.until, startedAt)
  return (call) =>
    call.at >= from &&
    call.at < until &&
    (match.service ?? call.service) === call.service &&
    (match.by ?? call.by) === call.by &&
    (match.region ?? call.region) === call.region &&
    (match.route === undefined || call.routes.includes(match.route)) &&
    (operations?.includes(call.operation) ?? true)
}

export function createFaults(defaults: FaultDefaults): { readonly faults: Faults; readonly judge: Judge } {
  const { clock, startedAt, cloud } = defaults
  const rules = new Set<Rule>()
  const metricRules = new Set<(query: Query) => Unusable | null>()
  let { latencyMs, metricsDelayMs } = defaults
  let timeoutMs = 6_000

  const add = (match: Match, fate: Rule['fate'], also: Predicate = () => true): Lift => {
    const matches = matcher(match, startedAt)
    let left = match.times ?? Infinity
    const rule: Rule = {
      applies: (call) => matches(call) && also(call),
      fate: (call) => {
        const found = left > 0 ? fate(call) : null
        if (found) left -= 1
        return found
      }
    }
    rules.add(rule)
    return () => void rules.delete(rule)
  }
  const addUntil = (until: When | Predicate | undefined, match: Match, fate: Fate): Lift => {
    if (typeof until === 'function') return add(match, () => fate, until)
    return add({ ...match, ...(until !== undefined && { until }) }, () => fate)
  }
  const faults: Faults = {
    throttle: (match = {}) => add(match, () => throttledFate),
    throttleEvery: (n, match = {}) => {
      let seen = 0
      return add(match, () => (++seen % n === 0 ? throttledFate : null))
    },
    fail500: (until, match = {}) =>
      addUntil(until, match, { kind: 'error', failure: internalFailure, landed: match.landed ?? false }),
    neverAnswer: (until, match = {}) => addUntil(until, match, { kind: 'silence' }),
    timeout: (landing, match = {}) => add(match, () => ({ kind: 'timeout', landing: landingMs(landing, latencyMs) })),
    error: (name, status, message, match = {}) =>
      add(match, () => ({ kind: 'error', failure: { name, status, message }, landed: false })),
    attempts: (n, match = {}) => add(match, () => ({ kind: 'fine', attempts: n })),
    chaos: (chaos, match = {}) =>
      add(
        match,
        chaosFate(chaos, defaults.seed, () => latencyMs)
      ),
    metrics: (status, until, only = () => true) => {
      const end = until === undefined ? Infinity : instantOf(until, startedAt)
      const rule = (query: Query): Unusable | null => (clock.now() < end && only(query) ? status : null)
      metricRules.add(rule)
      return () => void metricRules.delete(rule)
    },
    latency: (span) => void (latencyMs = spanOf(span)),
    timeoutAfter: (span) => void (timeoutMs = spanOf(span)),
    readLag: (span) => void (cloud.readLagMs = spanOf(span)),
    dataPlaneLag: (span) => void (cloud.dataPlaneLagMs = spanOf(span)),
    metricsDelay: (span) => void (metricsDelayMs = spanOf(span)),
    clear: () => {
      rules.clear()
      metricRules.clear()
      cloud.readLagMs = 0
    }
  }
  const judge: Judge = {
    fateOf: (call) => {
      for (const rule of rules) {
        const fate = rule.applies(call) ? rule.fate(call) : null
        if (fate) return fate
      }
      return { kind: 'fine', attempts: 1 }
    },
    unusable: (query) => {
      for (const rule of metricRules) {
        const status = rule(query)
        if (status) return status
      }
      return null
    },
    get latencyMs() {
      return latencyMs
    },
    get timeoutMs() {
      return timeoutMs
    },
    get metricsDelayMs() {
      return metricsDelayMs
    }
  }
  return { faults, judge }
}

function landingMs(landing: Landing, latencyMs: Ms): 'never' | Ms {
  if (landing === 'never') return 'never'
  return landing === 'now' ? latencyMs / 2 : spanOf(landing.after)
}

function chaosFate(chaos: Chaos, seed: number, latency: () => Ms): Rule['fate'] {
  const random = streamOf(seed, 'chaos')
  const within = spanOf(chaos.lateWithin ?? '60s')
  return () => {
    const [dice, delay] = [random(), random()]
    const fates: readonly (readonly [number | undefined, Fate])[] = [
      [chaos.throttle, throttledFate],
      [chaos.fail500, { kind: 'error', failure: internalFailure, landed: false }],
      [chaos.landed500, { kind: 'error', failure: internalFailure, landed: true }],
      [chaos.lost, { kind: 'timeout', landing: 'never' }],
      [chaos.landedTimeout, { kind: 'timeout', landing: landingMs('now', latency()) }],
      [chaos.lateTimeout, { kind: 'timeout', landing: Math.round(delay * within) }]
    ]
    let upTo = 0
    for (const [probability, fate] of fates) {
      upTo += probability ?? 0
      if (dice < upTo) return fate
    }
    return null
  }
}
