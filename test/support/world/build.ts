/**
 * Builds what exists in a world from what a scenario says: routes with their flows, target groups, tags.
 */
import type { Instant, Ms } from '../../../src/core/time.ts'
import { spanOf } from '../virtual.ts'
import { balancerArn, targetGroupArn } from './arn.ts'
import type { Behaviour } from './behaviour.ts'
import { createBehaviour } from './behaviour.ts'
import type { Cloud } from './cloud.ts'
import { createCloud } from './cloud.ts'
import { albsOf, createDnsRoute, DEFAULT_ZONE, firstRecords, type DnsRoute } from './dnsRoute.ts'
import { hashOf, streamOf } from './random.ts'
import { createResolvers } from './resolvers.ts'
import type { Flow, Route } from './route.ts'
import { arnsOf, createBacking, createRoute, tagsOf } from './route.ts'
import type { RouteOptions, SideOptions, WorldOptions } from './spec.ts'
import { DEFAULT_REGION } from './spec.ts'
import { createTally } from './tally.ts'
import type { TargetGroup } from './targets.ts'
import { createTargetGroup } from './targets.ts'
import { createTraffic } from './traffic.ts'
import { createZone, type Zone } from './zone.ts'

export interface Built {
  readonly cloud: Cloud
  readonly startedAt: Instant
  readonly old: Behaviour
  readonly new: Behaviour
}

const DEFAULT_RPS = 100
const DEFAULT_TARGETS = 3
const DEFAULT_RESOLVERS = 500

interface Site {
  readonly groups: Map<string, TargetGroup>
  readonly behaviours: { readonly old: Behaviour; readonly new: Behaviour; readonly other: Behaviour }
  readonly healthyAfterMs: Ms
  readonly changing: () => void
}

function groupFor(site: Site, route: RouteOptions, name: string, side: SideOptions): TargetGroup {
  const { region = DEFAULT_REGION } = route
  const alb = route.kind === 'dns' ? name : (route.alb ?? 'main')
  const arn = targetGroupArn(region, name)
  const known = site.groups.get(arn)
  if (known) return known
  const facts = { name, arn, region, balancerArn: balancerArn(region, alb), healthyAfterMs: site.healthyAfterMs }
  const group = createTargetGroup(facts, side.targets ?? { healthy: DEFAULT_TARGETS }, side.attributes)
  site.groups.set(arn, group)
  return group
}

function ownBehaviour(side: SideOptions): Partial<Behaviour> {
  const { targets: _targets, tags: _tags, attributes: _attributes, ...own } = side
  return own
}

/** New first and old last: what nobody else takes is old's. */
function flowsFor(site: Site, route: RouteOptions): readonly Flow[] {
  const pair = route.groupsOf ?? route.name
  const flow = (side: Flow['side'], name: string, options: SideOptions): Flow => ({
    side,
    group: groupFor(site, route, name, options),
    behaviour: createBehaviour(site.behaviours[side], ownBehaviour(options), site.changing),
    tally: createTally()
  })
  return [
    flow('new', `${pair}-new`, route.new ?? {}),
    ...(route.kind === 'dns' ? [] : Object.keys(route.others ?? {})).map((name) => flow('other', name, {})),
    flow('old', `${pair}-old`, route.old ?? {})
  ]
}

function checkNames(routes: readonly RouteOptions[]): void {
  const names = new Set(routes.map((route) => route.name))
  if (names.size < routes.length) throw new Error('two routes have the same name')
  for (const { groupsOf } of routes) {
    if (groupsOf !== undefined && !names.has(groupsOf)) throw new Error(`there is no route ${groupsOf}`)
  }
}

type Regional = RouteOptions & { readonly region: string }

/** One zone for each name of a zone, with the records of its routes. */
function zonesFor(routes: readonly Regional[], from: Instant): readonly Zone[] {
  const byName = Map.groupBy(routes, (route) => route.zone ?? DEFAULT_ZONE)
  return [...byName].map(([name, members]) => {
    const id = `Z${hashOf(name).toString(36).toUpperCase().padStart(8, '0')}SLUICE`
    return createZone(
      id,
      name,
      from,
      members.flatMap((route) => firstRecords(route, route.region))
    )
  })
}

interface Naming {
  readonly options: WorldOptions
  readonly site: Site
  readonly zones: readonly Zone[]
  readonly from: Instant
}

function nameFor({ options, site, zones, from }: Naming, route: Regional): DnsRoute {
  const zone = zones.find(({ name }) => name === (route.zone ?? DEFAULT_ZONE))
  if (!zone) throw new Error(`no zone for ${route.name}`)
  const resolving = {
    counts: options.counts ?? 'exact',
    many: options.dns?.resolvers ?? DEFAULT_RESOLVERS,
    random: streamOf(options.seed ?? 1, `${route.name} resolvers`)
  }
  return createDnsRoute(
    { ...route, rps: route.rps ?? options.rps ?? DEFAULT_RPS },
    {
      zone,
      flows: flowsFor(site, route),
      from,
      resolvers: (share, ttlMs) => options.dns?.users ?? createResolvers(from, share, ttlMs, resolving)
    }
  )
}

/** Behind each side of a record stands a load balancer that forwards to one group alone. */
function backingsOf(route: DnsRoute, options: RouteOptions, from: Instant): readonly Route[] {
  const albs = albsOf(options.groupsOf ?? options.name)
  return route.flows.flatMap(({ side, group }) =>
    side === 'other' ? [] : [createBacking(`${route.name} ${side}`, albs[side], group, from, options.tls ?? false)]
  )
}

export function build(options: WorldOptions): Built {
  const { clock, seed = 1, counts = 'exact', rps = DEFAULT_RPS, region = DEFAULT_REGION } = options
  const startedAt = clock.now()
  const second = 1000
  const trafficFrom = Math.floor((startedAt - spanOf(options.past ?? '15m')) / second) * second
  let cloud: Cloud | null = null
  const changing = (): void => cloud?.settle()
  const behaviours = {
    old: createBehaviour(null, {}, changing),
    new: createBehaviour(null, {}, changing),
    other: createBehaviour(null, {}, changing)
  }
  const groups = new Map<string, TargetGroup>()
  const site: Site = { groups, behaviours, healthyAfterMs: spanOf(options.healthyAfter ?? '15s'), changing }
  const all = options.routes.map((route): Regional => {
    const one = typeof route === 'string' ? { name: route } : route
    return { ...one, region: one.region ?? region }
  })
  checkNames(all)
  const byWeight = all.filter(({ kind }) => kind !== 'dns')
  const byName = all.filter(({ kind }) => kind === 'dns')
  const zones = zonesFor(byName, trafficFrom)
  const names = byName.map((one) => nameFor({ options, site, zones, from: trafficFrom }, one))
  const routes: Route[] = [
    ...byWeight.map((one) => createRoute({ ...one, rps: one.rps ?? rps }, flowsFor(site, one), trafficFrom)),
    ...byName.flatMap((one, i) => {
      const name = names[i]
      return name ? backingsOf(name, one, trafficFrom) : []
    })
  ]
  const tags = all.flatMap((one) => tagsOf(one, arnsOf(one, one.region)))
  cloud = createCloud({
    clock,
    routes,
    names,
    zones,
    dns: {
      pendingMs: spanOf(options.dns?.pending ?? '30s'),
      busyMs: spanOf(options.dns?.busy ?? '1s'),
      othersPerSecond: options.dns?.othersPerSecond ?? 0,
      requests: []
    },
    groups,
    tags: new Map(tags.map(([arn, of]) => [arn, { ...of }])),
    alarms: new Map(),
    custom: new Map(),
    traffic: createTraffic({
      routes: [...routes.filter((one) => !one.backing), ...names],
      from: trafficFrom,
      startedAt,
      seed,
      counts,
      visitMs: spanOf(options.visit ?? '10m')
    }),
    trafficFrom,
    pageSize: options.pageSize ?? 400,
    dataPlaneLagMs: spanOf(options.dataPlaneLag ?? '2s'),
    readLagMs: 0
  })
  return { cloud, startedAt, old: behaviours.old, new: behaviours.new }
}
