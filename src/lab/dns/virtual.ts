// The lab's DNS in modelled time: the same zones, name servers, resolvers and clients as in the lab, without a socket. For
// benches and tests that live through hours in a second. Sends no request: it tells where users would go.

import { lbDnsName, lbHostedZoneId } from '../lbName.ts'
import { evenDice } from '../random.ts'
import type { ClientMix, Clients } from './client.ts'
import { createClients } from './client.ts'
import { overwriteRecord } from './foreignWriter.ts'
import type { DnsKnobs } from './knobs.ts'
import type { NamedLoadBalancer } from './loadBalancers.ts'
import { unmapped } from './loadBalancers.ts'
import type { Names } from './names.ts'
import { createNames } from './names.ts'
import type { ResolverMix, Resolvers } from './resolvers.ts'
import { createResolvers } from './resolvers.ts'
import { dnsSpec } from './spec.ts'
import type { ZoneChange } from './zones.ts'

export interface VirtualDnsOptions {
  /** Milliseconds of the modelled clock. */
  readonly now: () => number
  readonly seed?: number
  readonly knobs?: Partial<DnsKnobs>
  readonly resolvers?: Partial<ResolverMix>
  readonly clients?: Partial<ClientMix>
  /** Weighted answers from evenly spread dice: what is left is how caches behave, without the luck of the draw. */
  readonly even?: boolean
}

export interface VirtualDns extends Names {
  readonly resolvers: Resolvers
  readonly clients: Clients
  /** The zone and the name of its weighted groups, A and AAAA, with members `blue` (old) and `green` (new). */
  readonly zoneId: string
  readonly record: string
  /** Writes new weights into both groups, in one batch. */
  setWeights(weights: Readonly<Record<string, number>>): ZoneChange
  /** Share of users, 0 to 1, whom DNS leads to new now. */
  newShare(): number
  /** The same with the connections that clients still keep. */
  newShareOfClients(): number
}

const region = 'ap-northeast-1'

export function createVirtualDns(options: VirtualDnsOptions): VirtualDns {
  const seed = options.seed ?? 1
  const spec = dnsSpec()
  const loadBalancers = spec.loadBalancers.map(({ name, host = '127.0.0.1' }): NamedLoadBalancer => ({
    name,
    host,
    hostedZoneId: lbHostedZoneId,
    dnsName: lbDnsName({ name, arn: 'virtual/0123456789abcdef' }, region),
    dualstack: true,
    healthy: () => true
  }))
  const zones = spec.dns?.zones ?? []
  const route = spec.dns?.routes[0]
  if (route === undefined) throw new Error('the default world has a DNS route')
  const dice = options.even === true ? { random: evenDice(seed), server: evenDice(seed + 1, Math.SQRT2 - 1) } : {}
  const names = createNames({ ...options, ...dice, spec: { zones }, loadBalancers, region, seed })
  const resolvers = createResolvers({ ...options.resolvers, seed, now: options.now, ask: names.authority })
  const clients = createClients({ ...options.clients, seed, now: options.now, resolvers })
  const newHost = loadBalancers.find((one) => one.name === route.new.loadBalancer)?.host
  const question = { name: route.record, type: 'A' }
  const isNew = (address: string): boolean => unmapped(address) === newHost
  return {
    ...names,
    resolvers,
    clients,
    zoneId: route.hostedZone,
    record: route.record,
    setWeights: (weights) => overwriteRecord(names.zones, route.record, { weights }),
    newShare: () => resolvers.share(question, isNew),
    newShareOfClients: () => clients.share(route.record, isNew)
  }
}
