/**
 * Everything that preflight reads of records, their zone and the load balancers behind them, before it judges anything. Failures are
 * kept as data: which of them matter is for the findings to say.
 */
import type { HostedZone, ResourceRecordSetProtection } from '@aws-sdk/client-route-53'
import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Call } from '../../../core/call.ts'
import type { DnsSideSpec, Route53RouteSpec, Side } from '../../../core/migration.ts'
import type { TargetsHealth } from '../../../core/observation.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../../aws/aws.ts'
import type { Clock } from '../../../clock.ts'
import { byAccount, type Got } from '../../elb/batches.ts'
import { targetsHealthOf, type As } from '../../elb/targets.ts'
import { balancersByArn, listenersOf, reservedUnits, type Balancers } from '../balancers.ts'
import type { Writes } from '../../router.ts'
import type { Handshake, Shown } from '../handshake.ts'
import { caught } from '../health.ts'
import type { RecordSets } from '../records.ts'
import { hostedZone, isInSync, protectionsIn, setsByName, setsUnder } from '../requests.ts'
import { ownerNames } from './aboutOwners.ts'
import { affixedOwners, parentOf } from './affixes.ts'
import { ledWithin, type Led } from './led.ts'
import { swapRights, type SwapAnswer } from './swapRights.ts'

export interface Looking {
  readonly aws: Aws & TurnTaking
  readonly clock: Clock
  readonly balancers: Balancers
  readonly handshake: Handshake
}

export interface SideFacts {
  /** Null where nobody knows which one it is. */
  readonly balancer: Got<LoadBalancer> | null
  /** By ARN, of every target group of the load balancer. */
  readonly groups: Got<ReadonlyMap<string, Got<TargetsHealth>>>
}

export interface Facts {
  readonly route: Route53RouteSpec
  /** Every record of the name, of all types. */
  readonly sets: Got<RecordSets>
  /** What stands where external-dns would say that it owns them. */
  readonly owners: readonly Got<RecordSets>[]
  readonly zone: Got<HostedZone>
  readonly led: Got<readonly Led[]>
  readonly protections: Got<readonly ResourceRecordSetProtection[]>
  /** How the right to ask for changes was refused; null where it was not. */
  readonly noGetChange: AwsFailure | null
  /** What Route 53 made of a swap that cannot be carried out; null where it was not asked. */
  readonly swap: SwapAnswer | null
  readonly sides: Readonly<Record<Side, SideFacts>>
  /** Of new's load balancer. */
  readonly reserved: Got<number> | null
  readonly certificates: Got<readonly { readonly port: number; readonly shown: Shown }[]>
}

export async function gather(
  looking: Looking,
  routes: readonly Route53RouteSpec[],
  call: Call,
  writes?: Writes
): Promise<readonly Facts[]> {
  const places = byAccount(routes).flatMap(({ account, routes: ofAccount }) =>
    [...Map.groupBy(ofAccount, ({ hostedZone: zone }) => zone)].map(([zone, members]) => {
      return ofZone(looking, { aws: looking.aws, account, call }, zone, members, writes)
    })
  )
  return (await Promise.all(places)).flat()
}

const NOT_ASKED: ReadonlyMap<string, SwapAnswer> = new Map()

async function ofZone(
  looking: Looking,
  as: As,
  zoneId: string,
  routes: readonly Route53RouteSpec[],
  writes: Writes | undefined
): Promise<readonly Facts[]> {
  const names = routes.flatMap((route) => [route.record, ...ownerNames(route)])
  const parents = [...new Set(routes.flatMap((route) => parentOf(route) ?? []))]
  const [byName, zone, protections, noGetChange, beside] = await Promise.all([
    setsByName(as, zoneId, names),
    caught(hostedZone(as, zoneId)),
    caught(protectionsIn(as, zoneId)),
    rightToGetChange(as),
    Promise.all(parents.map((parent) => caught(setsUnder(as, zoneId, parent))))
  ])
  const affixed = (route: Route53RouteSpec): Got<RecordSets> => {
    const found = beside[parents.indexOf(parentOf(route) ?? '')] ?? []
    return found instanceof AwsFailure ? found : affixedOwners(route, found)
  }
  const setsOf = (route: Route53RouteSpec) => byName.get(route.record) ?? []
  const swaps = writes === 'swap' ? await swapRights(looking.clock, as, zoneId, routes, setsOf) : NOT_ASKED
  const facts = routes.map(async (route): Promise<Facts> => {
    const [old, fresh] = await Promise.all([ofSide(looking, route.old, as.call), ofSide(looking, route.new, as.call)])
    const { balancer } = fresh
    const own = balancer === null || balancer instanceof AwsFailure ? null : balancer
    const asNew = { ...as, account: route.new.account }
    const [led, reserved, certificates] = await Promise.all([
      caught(ledWithin(as, route, setsOf(route))),
      own === null ? null : caught(reservedUnits(asNew, own.LoadBalancerArn ?? '')),
      own === null ? [] : shownBy(looking, asNew, route, own)
    ])
    const sets = setsOf(route)
    const swap = swaps.get(route.key) ?? null
    const owners = [...ownerNames(route).map((name) => byName.get(name) ?? []), affixed(route)]
    return {
      route,
      sets,
      owners,
      led,
      zone,
      protections,
      noGetChange,
      swap,
      sides: { old, new: fresh },
      reserved,
      certificates
    }
  })
  return Promise.all(facts)
}

/** No change has this id: "there is no such change" is what those hear who may ask. */
const NO_CHANGE = 'C00000000SLUICE'

async function rightToGetChange(as: As): Promise<AwsFailure | null> {
  const answer = await caught(isInSync(as, NO_CHANGE))
  return answer instanceof AwsFailure ? answer : null
}

async function ofSide({ aws, balancers }: Looking, side: DnsSideSpec, call: Call): Promise<SideFacts> {
  const { loadBalancer: arn } = side
  if (arn === null) return { balancer: null, groups: new Map() }
  const as: As = { aws, account: side.account, call }
  const [found, groups] = await Promise.all([balancersByArn(as, [arn]), caught(balancers.targetGroups(as, arn))])
  const balancer = found.get(arn) ?? null
  if (groups instanceof AwsFailure) return { balancer, groups }
  const health = groups.map(async (group) => [group, await caught(targetsHealthOf(as, group))] as const)
  return { balancer, groups: new Map(await Promise.all(health)) }
}

/** Every door of new's load balancer through which clients would come with TLS. */
async function shownBy(
  { handshake }: Looking,
  as: As,
  route: Route53RouteSpec,
  balancer: LoadBalancer
): Promise<Facts['certificates']> {
  const listeners = await caught(listenersOf(as, balancer.LoadBalancerArn ?? ''))
  if (listeners instanceof AwsFailure) return listeners
  const ports = listeners.flatMap(({ Protocol, Port }) =>
    Port !== undefined && (Protocol === 'HTTPS' || Protocol === 'TLS') ? [Port] : []
  )
  // Of a wildcard any name will do.
  const servername = route.record.replace(/^\*/, 'sluice-preflight')
  const doors = ports.map(async (port) => {
    return { port, shown: await handshake({ host: balancer.DNSName ?? '', port, servername }, as.call) }
  })
  return Promise.all(doors)
}
