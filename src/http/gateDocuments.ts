/**
 * Gates as documents: in the words and units of the YAML files, with every default filled in. An externalId is never shown, nor what
 * stands in the query of a probe.
 */
import { formatDuration } from '../core/duration.ts'
import type { AccountRef, OwnAccount } from '../core/migration.ts'
import type { Comparison, GateSpec, LatencyGate, MetricGate } from '../core/policy.ts'

type Document = Readonly<Record<string, unknown>>

/** 0.005 is `0.5%`. */
export function shareText(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(12))}%`
}

export function accountDocument({ region, roleArn }: AccountRef | OwnAccount): Document {
  return { ...(region === null ? {} : { region }), ...(roleArn === undefined ? {} : { roleArn }) }
}

export function gateDocument(gate: GateSpec): Document {
  return {
    name: gate.name,
    type: gate.type,
    ...(gate.action === null ? {} : { action: gate.action }),
    ...(gate.routes === null ? {} : { routes: gate.routes }),
    ...ownOf(gate),
    ...(gate.type === 'probe' || !gate.account ? {} : accountDocument(gate.account))
  }
}

function ownOf(gate: GateSpec): Document {
  switch (gate.type) {
    case 'errorRate': {
      const compared = gate.against === 'old' ? comparisonOf(gate.comparison) : {}
      return { max: shareText(gate.max), against: gate.against, ...compared, ...judgedOf(gate) }
    }
    case 'targetHealth':
      return {
        minHealthyRatio: gate.minHealthyRatio,
        every: formatDuration(gate.everyMs),
        for: formatDuration(gate.forMs)
      }
    case 'statusMix':
      return { classes: gate.classes, against: gate.against, ...comparisonOf(gate.comparison), ...judgedOf(gate) }
    case 'latency':
      return { ...latencyOf(gate), ...judgedOf(gate) }
    case 'metric':
      return metricOf(gate)
    case 'burnRate':
      return {
        objective: shareText(gate.objective),
        windows: gate.windows.map(({ longMs, shortMs, factor }) => ({
          long: formatDuration(longMs),
          short: formatDuration(shortMs),
          factor
        })),
        ...periodOf(gate)
      }
    case 'alarm':
      return {
        names: gate.names,
        ignoreIfAlreadyFiring: gate.ignoreIfAlreadyFiring,
        every: formatDuration(gate.everyMs)
      }
    case 'probe':
      return {
        url: withoutQuery(gate.url),
        ...(gate.host === null ? {} : { host: gate.host }),
        every: formatDuration(gate.everyMs),
        max: shareText(gate.max),
        window: formatDuration(gate.windowMs)
      }
  }
}

/** The names in a query are shown; what they stand for may be a token. */
function withoutQuery(url: string): string {
  const [address = '', query] = url.split(/\?(.*)/s)
  if (query === undefined) return url
  const parts = query.split('&').filter((part) => part !== '')
  return `${address}?${parts.map((part) => part.replace(/^([^=]*=)?.*$/s, '$1[redacted]')).join('&')}`
}

/** The profile's own knobs are left out: with another profile they would be others. */
function comparisonOf(comparison: Comparison | undefined): Document {
  if (comparison === undefined) return {}
  const { profile, tolerance, alpha, stepBackBudget } = comparison
  return {
    profile,
    ...(tolerance === null ? {} : { tolerance }),
    ...(alpha === null ? {} : { alpha }),
    ...(stepBackBudget === null ? {} : { stepBackBudget })
  }
}

function latencyOf({ percentile, slow }: LatencyGate): Document {
  if (slow !== null) {
    return { maxSlow: shareText(slow.max), over: formatDuration(slow.overMs), ...comparisonOf(slow.comparison) }
  }
  if (percentile === null) return {}
  return {
    percentile: percentile.stat,
    ...(percentile.maxMs === null ? {} : { max: formatDuration(percentile.maxMs) }),
    ...(percentile.maxRatio === null ? {} : { maxRatio: percentile.maxRatio })
  }
}

function metricOf(gate: MetricGate): Document {
  return {
    queries: gate.queries,
    expression: gate.expression,
    ...(gate.max === null ? {} : { max: gate.max }),
    ...(gate.min === null ? {} : { min: gate.min }),
    breaches: gate.breaches,
    outOf: gate.outOf,
    ...periodOf(gate)
  }
}

interface Timed {
  readonly periodMs: number
  readonly delayMs: number
}

function periodOf({ periodMs, delayMs }: Timed): Document {
  return { period: formatDuration(periodMs), delay: formatDuration(delayMs) }
}

function judgedOf(gate: Timed & { readonly minRequests: number; readonly warmupMs: number }): Document {
  return { minRequests: gate.minRequests, warmup: formatDuration(gate.warmupMs), ...periodOf(gate) }
}
