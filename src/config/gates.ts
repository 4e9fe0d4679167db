/**
 * Gates of a checked document to gates of the core: the same for a policy and a migration. What does not go together is told by
 * gateRules.ts; here it is only filled in.
 */
import type { Comparison, ErrorRateGate, GateSpec, LatencyGate } from '../core/policy.ts'
import { knobsOf } from '../core/evidence/knobs.ts'
import { ownAccount } from './accounts.ts'
import type { ErrorRateDocument, LatencyDocument } from './schemas/countGates.ts'
import type { GateDocument } from './schemas/gate.ts'
import type { MetricDocument } from './schemas/ownGates.ts'
import { fractionOf, msOf } from './units.ts'

export function toGate(doc: GateDocument): GateSpec {
  const common = { name: doc.name, action: doc.action ?? null, routes: doc.routes ?? null }
  switch (doc.type) {
    case 'errorRate':
      return {
        ...common,
        type: doc.type,
        max: fractionOf(doc.max),
        against: doc.against,
        ...(doc.against === 'old' ? { comparison: comparisonOf(doc) } : {}),
        ...judgedOf(doc),
        ...readElsewhere(doc)
      }
    case 'targetHealth':
      return {
        ...common,
        type: doc.type,
        minHealthyRatio: doc.minHealthyRatio,
        everyMs: msOf(doc.every),
        forMs: msOf(doc.for),
        ...readElsewhere(doc)
      }
    case 'statusMix':
      return {
        ...common,
        type: doc.type,
        classes: doc.classes,
        against: doc.against,
        comparison: comparisonOf(doc),
        ...judgedOf(doc),
        ...readElsewhere(doc)
      }
    case 'latency':
      return { ...common, type: doc.type, ...latencyOf(doc), ...judgedOf(doc), ...readElsewhere(doc) }
    case 'metric':
      return { ...common, type: doc.type, ...metricOf(doc) }
    case 'burnRate':
      return { ...common, type: doc.type, ...burnRateOf(doc), ...readElsewhere(doc) }
    case 'alarm':
      return {
        ...common,
        type: doc.type,
        names: doc.names,
        ignoreIfAlreadyFiring: doc.ignoreIfAlreadyFiring,
        everyMs: msOf(doc.every),
        account: ownAccount(doc)
      }
    case 'probe':
      return {
        ...common,
        type: doc.type,
        url: doc.url,
        host: doc.host ?? null,
        everyMs: msOf(doc.every),
        max: fractionOf(doc.max),
        windowMs: msOf(doc.window)
      }
  }
}

type Judged = Pick<ErrorRateDocument, 'minRequests' | 'warmup' | 'period' | 'delay'>

function judgedOf({ minRequests, warmup, period, delay }: Judged) {
  return { minRequests, warmupMs: msOf(warmup), periodMs: msOf(period), delayMs: msOf(delay) }
}

type Compared = Pick<ErrorRateDocument, 'profile' | 'tolerance' | 'alpha' | 'stepBackBudget'>

/** Of an alpha that says one of its two parts, the other is the profile's. */
function comparisonOf({ profile, tolerance, alpha, stepBackBudget }: Compared): Comparison {
  const usual = knobsOf(profile).alpha
  return {
    profile,
    tolerance: tolerance ?? null,
    alpha: alpha ? { relative: alpha.relative ?? usual.relative, absolute: alpha.absolute ?? usual.absolute } : null,
    stepBackBudget: stepBackBudget ?? null
  }
}

function latencyOf(doc: LatencyDocument): Pick<LatencyGate, 'percentile' | 'slow'> {
  const { percentile, max, maxRatio, maxSlow, over } = doc
  return {
    percentile:
      percentile === undefined
        ? null
        : { stat: percentile, maxMs: max === undefined ? null : msOf(max), maxRatio: maxRatio ?? null },
    slow:
      maxSlow === undefined || over === undefined
        ? null
        : { max: fractionOf(maxSlow), overMs: msOf(over), comparison: comparisonOf(doc) }
  }
}

function burnRateOf(doc: Extract<GateDocument, { type: 'burnRate' }>) {
  return {
    objective: fractionOf(doc.objective),
    windows: doc.windows.map(({ long, short, factor }) => ({ longMs: msOf(long), shortMs: msOf(short), factor })),
    periodMs: msOf(doc.period),
    delayMs: msOf(doc.delay)
  }
}

function metricOf(doc: MetricDocument) {
  return {
    queries: doc.queries.map(({ id, namespace, metric, stat, dimensions }) => ({
      id,
      namespace,
      metric,
      stat,
      dimensions: { ...dimensions }
    })),
    expression: doc.expression,
    max: doc.max ?? null,
    min: doc.min ?? null,
    breaches: doc.breaches,
    outOf: doc.outOf ?? doc.breaches,
    periodMs: msOf(doc.period),
    delayMs: msOf(doc.delay),
    account: ownAccount(doc)
  }
}

type Elsewhere = Pick<ErrorRateDocument, 'region' | 'roleArn' | 'externalId'>

/** Absent where the sides say it. */
function readElsewhere(doc: Elsewhere): Pick<ErrorRateGate, 'account'> {
  const account = ownAccount(doc)
  return account === null ? {} : { account }
}
