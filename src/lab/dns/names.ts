// All of the lab's DNS but its sockets: zones, load balancers' names and the authority over them. Needs no data plane and reads
// only the clock it is given, so it serves a real lab and a modelled one alike.

import { lbHostedZoneId } from '../lbName.ts'
import { randomFor } from '../random.ts'
import type { Authority } from './authority.ts'
import { createAuthority } from './authority.ts'
import type { DnsKnobs } from './knobs.ts'
import { defaultKnobs } from './knobs.ts'
import type { LoadBalancerNames, NamedLoadBalancer } from './loadBalancers.ts'
import { createLoadBalancerNames } from './loadBalancers.ts'
import { normalise } from './name.ts'
import type { RecordSet } from './recordSet.ts'
import type { DnsSpec, RecordSpec } from './spec.ts'
import type { Zones } from './zones.ts'
import { createZones } from './zones.ts'

export interface Names {
  readonly zones: Zones
  readonly authority: Authority
  readonly loadBalancers: LoadBalancerNames
  readonly knobs: DnsKnobs
  /** Route 53 health checks by id; one that is not here is healthy. */
  readonly healthChecks: Map<string, boolean>
}

export interface NamesOptions {
  readonly spec: Pick<DnsSpec, 'zones'>
  readonly loadBalancers: readonly NamedLoadBalancer[]
  readonly region: string
  readonly seed: number
  readonly now: () => number
  readonly knobs?: Partial<DnsKnobs>
  /** The dice of weighted answers; seeded ones if absent. */
  readonly random?: () => number
  /** The dice of which name server is asked; the same if absent. */
  readonly server?: () => number
}

export function createNames(options: NamesOptions): Names {
  const knobs: DnsKnobs = { ...defaultKnobs, ...options.knobs }
  const loadBalancers = createLoadBalancerNames(options.loadBalancers, options.region)
  const specs = options.spec.zones.map((zone) => ({
    ...zone,
    records: zone.records.map((record) => recordOf(record, options.loadBalancers))
  }))
  const aliasFault = (zoneId: string, record: RecordSet, records: readonly RecordSet[]): string | undefined =>
    faultOf(loadBalancers, zoneId, record, records)
  const zones = createZones(specs, { now: options.now, knobs, aliasFault })
  const healthChecks = new Map<string, boolean>()
  const random = options.random ?? randomFor(options.seed, 'name servers')
  const authority = createAuthority({
    zones,
    loadBalancers,
    knobs,
    random,
    server: options.server ?? random,
    healthCheck: (id) => healthChecks.get(id) ?? true
  })
  return { zones, authority, loadBalancers, knobs, healthChecks }
}

function recordOf({ alias, ...record }: RecordSpec, list: readonly NamedLoadBalancer[]): RecordSet {
  const named = { ...record, name: normalise(record.name) }
  if (alias === undefined) return named
  if (!('loadBalancer' in alias)) return { ...named, alias: { ...alias, dnsName: normalise(alias.dnsName) } }
  const found = list.find((one) => one.name === alias.loadBalancer)
  if (found === undefined) throw new Error(`${record.name}: unknown load balancer ${alias.loadBalancer}`)
  const { evaluateTargetHealth } = alias
  return {
    ...named,
    alias: { hostedZoneId: found.hostedZoneId, dnsName: normalise(`dualstack.${found.dnsName}`), evaluateTargetHealth }
  }
}

/** What Route 53 says of an alias whose target it does not find. */
function faultOf(
  loadBalancers: LoadBalancerNames,
  zoneId: string,
  { alias, type, name }: RecordSet,
  records: readonly RecordSet[]
): string | undefined {
  if (alias === undefined) return undefined
  const tried = `Tried to create an alias that targets ${alias.dnsName}, type ${type} in zone ${alias.hostedZoneId}, but`
  if (alias.hostedZoneId === lbHostedZoneId) {
    return loadBalancers.find(alias.dnsName) === undefined ? `${tried} that target was not found` : undefined
  }
  if (alias.hostedZoneId !== zoneId) return `${tried} the alias target name does not lie within the target zone`
  const known = records.some((one) => one.name === alias.dnsName && one.type === type && one.name !== name)
  return known ? undefined : `${tried} that target was not found`
}
