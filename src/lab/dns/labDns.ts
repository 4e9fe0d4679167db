// The DNS half of a running lab: the name server's sockets, the users' resolvers and connections, and the foreign writer, over the
// lab's load balancers. Started and ended by lab.ts.

import { lbDnsName, lbHostedZoneId } from '../lbName.ts'
import type { World } from '../world.ts'
import { askUdp } from './askUdp.ts'
import type { ClientMix, Clients } from './client.ts'
import { createClients } from './client.ts'
import type { RecordOverwrite } from './foreignWriter.ts'
import { overwriteRecord, weightsIn } from './foreignWriter.ts'
import type { DnsKnobs } from './knobs.ts'
import type { NamedLoadBalancer } from './loadBalancers.ts'
import type { Names } from './names.ts'
import { createNames } from './names.ts'
import type { Pools } from './pools.ts'
import { createPools } from './pools.ts'
import type { Question } from './reply.ts'
import type { ResolverMix, Resolvers } from './resolvers.ts'
import { createResolvers, defaultMix } from './resolvers.ts'
import { startDnsServer } from './server.ts'
import type { DnsRouteSpec, DnsSpec } from './spec.ts'
import type { ZoneChange } from './zones.ts'

export interface DnsOptions extends Partial<DnsKnobs> {
  /** Of the name server, UDP and TCP; 0 = any free one. */
  readonly port?: number
  readonly resolvers?: Partial<ResolverMix>
  /** So many of the resolvers ask the name server over UDP, the others directly; default 3. */
  readonly overUdp?: number
  readonly clients?: Partial<ClientMix>
}

export interface LabDns extends Names {
  /** Where the authoritative name server listens, on UDP and TCP. */
  readonly host: string
  readonly port: number
  readonly routes: readonly DnsRouteSpec[]
  readonly resolvers: Resolvers
  readonly clients: Clients
  /** Weights written in a group (type A if absent), by set identifier. */
  weights(record: string, type?: string): Readonly<Record<string, number>>
  /** A foreign writer's change. */
  overwrite(record: string, wanted: RecordOverwrite): ZoneChange
}

export interface StartedDns {
  readonly dns: LabDns
  /** Ways for users' requests, by the name of the route. */
  readonly ways: Readonly<Record<string, Pools['reach']>>
  close(): Promise<void>
}

export async function startLabDns(world: World, spec: DnsSpec, seed: number, options: DnsOptions): Promise<StartedDns> {
  const { port = 0, resolvers: mix = {}, clients: clientMix = {}, overUdp = 3, ...knobs } = options
  const loadBalancers = world.loadBalancers.map((lb) => named(world, lb))
  const { region } = world
  const names = createNames({ spec, loadBalancers, region, seed, now: Date.now, knobs })
  const server = await startDnsServer(names.authority, port)
  const udp = {
    count: Math.min(overUdp, mix.count ?? defaultMix.count),
    ask: (question: Question) => askUdp(server, question)
  }
  const resolvers = createResolvers({ ...mix, seed, ask: names.authority, udp })
  const clients = createClients({ ...clientMix, seed, resolvers })
  const pools = spec.routes.map(
    (route) => [route.name, createPools(clients, route.record, () => portOf(world, route))] as const
  )
  const dns: LabDns = {
    ...names,
    host: server.host,
    port: server.port,
    routes: spec.routes,
    resolvers,
    clients,
    weights: (record, type = 'A') => weightsIn(names.zones, record, type),
    overwrite: (record, wanted) => overwriteRecord(names.zones, record, wanted)
  }
  return {
    dns,
    ways: Object.fromEntries(pools.map(([name, pool]) => [name, () => pool.reach()])),
    close: async () => {
      for (const [, pool] of pools) pool.close()
      await server.close()
    }
  }
}

type LoadBalancer = World['loadBalancers'][number]

function named(world: World, lb: LoadBalancer): NamedLoadBalancer {
  return {
    name: lb.name,
    dnsName: lbDnsName(lb, world.region),
    hostedZoneId: lbHostedZoneId,
    host: lb.host,
    dualstack: lb.ipAddressType === 'dualstack',
    healthy: () => isHealthy(world, lb)
  }
}

/** EvaluateTargetHealth: every target group of the load balancer needs a healthy target; one without targets has none. */
function isHealthy(world: World, lb: LoadBalancer): boolean {
  const groups = world.targetGroups.filter((group) => world.usedBy(group.arn).includes(lb))
  return groups.every((group) => group.registrations.some((one) => one.health.state === 'healthy'))
}

function portOf(world: World, route: DnsRouteSpec): number {
  const lb = world.loadBalancers.find((one) => one.name === route.old.loadBalancer)
  return lb?.listeners[0]?.port ?? 80
}
