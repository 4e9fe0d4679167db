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
import type { Flow, Route } from './route.ts'
import { arnsOf, createRoute, tagsOf } from './route.ts'
import type { RouteOptions, SideOptions, WorldOptions } from './spec.ts'
import { DEFAULT_REGION } from './spec.ts'
import { createTally } from './tally.ts'
import type { TargetGroup } from './targets.ts'
import { createTargetGroup } from './targets.ts'
import { createTraffic } from './traffic.ts'

export interface Built {
  readonly cloud: Cloud
  readonly startedAt: Instant
  readonly old: Behaviour
  readonly new: Behaviour
}

const DEFAULT_RPS = 100
const DEFAULT_TARGETS = 3

interface Site {
  readonly groups: Map<string, TargetGroup>
  readonly behaviours: { readonly old: Behaviour; readonly new: Behaviour; readonly other: Behaviour }
  readonly healthyAfterMs: Ms
  readonly changing: () => void
}

function groupFor(site: Site, route: RouteOptions, name: string, side: SideOptions): TargetGroup {
  const { alb = 'main', region = DEFAULT_REGION } = route
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
    ...Object.keys(route.others ?? {}).map((name) => flow('other', name, {})),
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
  const all = options.routes.map((route): RouteOptions => {
    const one = typeof route === 'string' ? { name: route } : route
    return { ...one, region: one.region ?? region }
  })
  checkNames(all)
  const routes: Route[] = all.map((one) =>
    createRoute({ ...one, rps: one.rps ?? rps }, flowsFor(site, one), trafficFrom)
  )
  const tags = all.flatMap((one) => tagsOf(one, arnsOf(one, one.region ?? region)))
  cloud = createCloud({
    clock,
    routes,
    groups,
    tags: new Map(tags.map(([arn, of]) => [arn, { ...of }])),
    alarms: new Map(),
    traffic: createTraffic({
      routes,
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
