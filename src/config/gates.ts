/**
 * Gates of a checked document to gates of the core: the same for a policy and a migration.
 */
import type { GateSpec } from '../core/policy.ts'
import type { GateDocument } from './schemas/gate.ts'
import { fractionOf, msOf } from './units.ts'

export function toGate(doc: GateDocument): GateSpec {
  const common = { name: doc.name, action: doc.action ?? null, routes: doc.routes ?? null }
  switch (doc.type) {
    case 'errorRate':
      return {
        ...common,
        type: 'errorRate',
        max: fractionOf(doc.max),
        against: doc.against,
        minRequests: doc.minRequests,
        warmupMs: msOf(doc.warmup),
        periodMs: msOf(doc.period),
        delayMs: msOf(doc.delay)
      }
    case 'targetHealth':
      return {
        ...common,
        type: 'targetHealth',
        minHealthyRatio: doc.minHealthyRatio,
        everyMs: msOf(doc.every),
        forMs: msOf(doc.for)
      }
  }
}
