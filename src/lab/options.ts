// What can be chosen when a lab starts, with the defaults of the demo. Pure.

import type { DnsOptions } from './dns/labDns.ts'
import { dnsSpec } from './dns/spec.ts'
import type { LabSpec } from './spec.ts'
import { shopSpec } from './spec.ts'
import type { TrafficRoute } from './traffic.ts'

export interface LabSettings {
  readonly spec: LabSpec
  readonly region: string
  readonly seed: number
  /** CloudWatch's granularity: 1 s here where AWS's load balancers report every 60 s, so that policies can be in seconds. */
  readonly periodMs: number
  /** A period is visible so long after its end at the earliest. */
  readonly metricDelayMs: number
  /** Share of requests that CloudWatch learns of only `partialMs` after a period has become visible; 0 = none. */
  readonly partialShare: number
  readonly partialMs: number
  /** Show periods that have not ended, as CloudWatch does for periods longer than its granularity. */
  readonly showUnfinished: boolean
  /** From ModifyRule to the data plane. */
  readonly propagationMs: number
  /** How old the answers of Describe… are. */
  readonly readLagMs: number
  readonly healthCheckMs: number
  readonly healthTimeoutMs: number
  /** From deregistration to the end of a target. */
  readonly drainMs: number
  readonly targetTimeoutMs: number
  readonly rps: number
  /** So many users keep cookies; 0 = all are strangers. */
  readonly users: number
  /** Paths that users ask for, in turn; by default one for each listener and rule. */
  readonly paths: readonly TrafficRoute[]
  /** With the zone example.com and its route, unless `spec` says otherwise; an object also settles how DNS behaves. */
  readonly dns: boolean | DnsOptions
  /** 0 = any free port. */
  readonly awsPort: number
  readonly controlPort: number
}

export type LabOptions = Partial<LabSettings>

export function settingsOf(options: LabOptions): LabSettings {
  const spec = options.spec ?? ((options.dns ?? false) === false ? shopSpec() : dnsSpec())
  return {
    region: 'ap-northeast-1',
    seed: 1,
    periodMs: 1000,
    metricDelayMs: 1000,
    partialShare: 0.1,
    partialMs: 500,
    showUnfinished: false,
    propagationMs: 200,
    readLagMs: 0,
    healthCheckMs: 500,
    healthTimeoutMs: 1000,
    drainMs: 1000,
    targetTimeoutMs: 5000,
    rps: 0,
    users: 0,
    paths: pathsOf(spec),
    dns: false,
    awsPort: 0,
    controlPort: 0,
    ...options,
    spec
  }
}

/** A path for the default action of the first listener, one for each of its rules, and one for each DNS route. */
function pathsOf(spec: LabSpec): readonly TrafficRoute[] {
  const listener = spec.loadBalancers[0]?.listeners[0]
  const rules = listener?.rules ?? []
  return [
    { name: listener?.name ?? 'web', path: '/' },
    ...rules.map((rule) => ({ name: rule.name, path: (rule.paths[0] ?? '/').replaceAll(/[*?]/g, '1') })),
    ...(spec.dns?.routes ?? []).map(({ name, path }) => ({ name, path }))
  ]
}
