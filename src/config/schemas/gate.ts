/**
 * The schema of a gate (CONTRACT 4.1), the same for policies and migrations. A union told apart by `type`, so that errors
 * speak of the chosen type only.
 */
import Type from 'typebox'
import { burnRate, errorRate, latency, statusMix } from './countGates.ts'
import type { BurnRateDocument, ErrorRateDocument, LatencyDocument, StatusMixDocument } from './countGates.ts'
import { alarm, metric, probe, targetHealth } from './ownGates.ts'
import type { AlarmDocument, MetricDocument, ProbeDocument, TargetHealthDocument } from './ownGates.ts'

export type GateDocument =
  | ErrorRateDocument
  | TargetHealthDocument
  | StatusMixDocument
  | LatencyDocument
  | MetricDocument
  | BurnRateDocument
  | AlarmDocument
  | ProbeDocument

export const gateSchema = Type.Unsafe<GateDocument>({
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: [errorRate, targetHealth, statusMix, latency, metric, burnRate, alarm, probe],
  allowed: 'a gate: a map with name, type and limits'
})
