// What the lab's DNS is made of, as data: zones, records that point at load balancers by name, routes; and the default zone
// example.com beside the shop. Never starts anything.

import type { LabSpec, LoadBalancerSpec, TargetGroupSpec } from '../spec.ts'
import { shopSpec } from '../spec.ts'
import type { AliasTarget, RecordSet } from './recordSet.ts'
import type { ZoneSpec } from './zones.ts'

export interface RecordSpec extends Omit<RecordSet, 'alias'> {
  /** A load balancer of the lab by name, or any target as Route 53 would have it. */
  readonly alias?: { readonly loadBalancer: string; readonly evaluateTargetHealth: boolean } | AliasTarget
}

export interface DnsZoneSpec extends Omit<ZoneSpec, 'records'> {
  readonly records: readonly RecordSpec[]
}

export interface DnsSideSpec {
  readonly setIdentifier: string
  readonly loadBalancer: string
  readonly cluster: string
}

/** A name whose weighted records a migration moves. */
export interface DnsRouteSpec {
  readonly name: string
  readonly hostedZone: string
  readonly record: string
  readonly recordTypes: readonly string[]
  /** What users ask the load balancers for. */
  readonly path: string
  readonly old: DnsSideSpec
  readonly new: DnsSideSpec
}

export interface DnsSpec {
  readonly zones: readonly DnsZoneSpec[]
  readonly routes: readonly DnsRouteSpec[]
}

export interface DnsChoice {
  /** What there is besides; it needs clusters `old` and `new`. */
  readonly base?: LabSpec
  /** Whether the aliases follow the health of the load balancers' target groups. */
  readonly evaluateTargetHealth?: boolean
  /** Further records of the zone, such as an owner TXT of external-dns. */
  readonly records?: readonly RecordSpec[]
}

export const exampleZone = 'Z0123456789ABCDEFGHIJ'
const record = 'api.example.com.'
const sides = {
  old: { setIdentifier: 'blue', weight: 100, host: '127.0.0.2' },
  new: { setIdentifier: 'green', weight: 0, host: '127.0.0.3' }
} as const

/**
 * The shop, and beside it api.example.com: weighted aliases A and AAAA, all to `blue`, each set of them at its own load balancer
 * (`shop-old`, `shop-new`) in front of its own cluster. A record's answer is an address without a port, so the two load balancers
 * have loopback addresses of their own and the same port.
 */
export function dnsSpec(choice: DnsChoice = {}): LabSpec {
  const base = choice.base ?? shopSpec()
  const clusters = ['old', 'new'] as const
  const targetGroups = clusters.map((cluster): TargetGroupSpec => ({
    name: `shop-${cluster}-dns`,
    cluster,
    route: `dns-${cluster}`
  }))
  const loadBalancers = clusters.map((cluster): LoadBalancerSpec => ({
    name: `shop-${cluster}`,
    host: sides[cluster].host,
    ipAddressType: 'dualstack',
    listeners: [{ name: `dns-${cluster}`, forward: { [`shop-${cluster}-dns`]: 1 } }]
  }))
  const evaluateTargetHealth = choice.evaluateTargetHealth ?? false
  const weighted = ['A', 'AAAA'].flatMap((type) =>
    clusters.map((cluster): RecordSpec => ({
      name: record,
      type,
      setIdentifier: sides[cluster].setIdentifier,
      weight: sides[cluster].weight,
      alias: { loadBalancer: `shop-${cluster}`, evaluateTargetHealth }
    }))
  )
  const sideOf = (cluster: 'old' | 'new'): DnsSideSpec => ({
    setIdentifier: sides[cluster].setIdentifier,
    loadBalancer: `shop-${cluster}`,
    cluster
  })
  const records = [...weighted, ...(choice.records ?? [])]
  const route = { name: 'api-dns', hostedZone: exampleZone, record: 'api.example.com', recordTypes: ['A', 'AAAA'] }
  return {
    clusters: base.clusters,
    targetGroups: [...base.targetGroups, ...targetGroups],
    loadBalancers: [...base.loadBalancers, ...loadBalancers],
    dns: {
      zones: [{ id: exampleZone, name: 'example.com', records }],
      routes: [{ ...route, path: '/dns', old: sideOf('old'), new: sideOf('new') }]
    }
  }
}
