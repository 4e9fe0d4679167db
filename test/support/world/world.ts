/**
 * A simulated AWS behind the SDK client's `send`: load balancers, target groups, CloudWatch, and users whose requests are
 * arithmetic. Everything happens on a virtual clock; the same seed gives the same world. Scenarios hold it by this interface.
 *
 *   const world = makeWorld({ clock, rps: 200, routes: ['web'] })
 *   world.new.errorRate = 0.2
 *   world.at('5m', () => world.foreign.setWeights('web', { old: 999, new: 0 }))
 *   const aws = makeAws({ clock, region: world.region, clientFor: world.client })
 */
import { formatDuration } from '../../../src/core/duration.ts'
import type { Migration, Route53RouteSpec, Side } from '../../../src/core/migration.ts'
import type { Instant, Ms } from '../../../src/core/time.ts'
import type { ClientFor } from '../../../src/aws/client.ts'
import type { Cancel, VirtualClock, When } from '../virtual.ts'
import { instantOf, spanOf } from '../virtual.ts'
import type { Behaviour } from './behaviour.ts'
import { build } from './build.ts'
import type { Switchboard, WorldClient } from './client.ts'
import { createClient } from './client.ts'
import type { Alarm, Cloud, DnsState } from './cloud.ts'
import { answersOf, dnsSplit, type DnsRoute } from './dnsRoute.ts'
import type { CallSent, Faults, Judge } from './faults.ts'
import { createFaults } from './faults.ts'
import type { Foreign } from './foreign.ts'
import { createForeign } from './foreign.ts'
import { customKey, type Query } from './metrics.ts'
import type { WriteRecord } from './log.ts'
import { describeWrite } from './log.ts'
import type { Route, Split } from './route.ts'
import { splitOf } from './route.ts'
import type { Rps, WorldOptions } from './spec.ts'
import { DEFAULT_REGION } from './spec.ts'
import type { TargetsSpec } from './targets.ts'
import type { Served, Standing } from './truth.ts'
import { historyOf, servedBetween } from './truth.ts'
import type { Zone } from './zone.ts'

export type Watcher = (call: CallSent, write: WriteRecord | null) => void

export interface World {
  readonly clock: VirtualClock
  readonly region: string
  readonly startedAt: Instant
  /** How the sides of all routes behave; set its properties at any time. */
  readonly old: Behaviour
  readonly new: Behaviour
  /** One route's sides, ARNs and spec. */
  route(name: string): {
    readonly old: Behaviour
    readonly new: Behaviour
    readonly arns: Route['arns']
    readonly spec: Route['spec']
  }
  /** For makeAws: clients whose writes are logged as by `sluice`. */
  readonly client: (...args: Parameters<ClientFor>) => WorldClient
  /** The same of a route of kind dns, with its zone. */
  name(name: string): {
    readonly old: Behaviour
    readonly new: Behaviour
    readonly loadBalancers: DnsRoute['loadBalancers']
    readonly spec: Route53RouteSpec
    readonly zone: Zone
  }
  /** Route 53 as a whole: set how long changes are PENDING, how long a zone is busy, what others send. */
  readonly dns: DnsState
  /** The same for a replica of another name. */
  clientFor(by: string): (...args: Parameters<ClientFor>) => WorldClient
  readonly faults: Faults
  readonly foreign: Foreign
  readonly targets: { set(route: string, side: Side, targets: TargetsSpec): void }
  readonly traffic: { set(rps: Rps, route?: string): void; stop(route?: string): void }
  readonly alarms: { set(name: string, state: Alarm['state']): void; remove(name: string): void }
  /** Metrics of somebody's own: the value of each period by its start, whatever the statistic; null: none. */
  readonly custom: {
    set(metric: Pick<Query, 'namespace' | 'metric' | 'dimensions'>, valueAt: (at: Instant) => number | null): void
  }
  /** Does `run` so long after the start. */
  at(when: When, run: () => unknown): Cancel
  /** Sees every call at the very instant of `send`; returns how to stop. */
  watch(watcher: Watcher): () => void
  /** Every write, foreign ones too, in the order of sending. */
  readonly log: readonly WriteRecord[]
  /** How many calls of an operation, or of all, were sent. */
  calls(operation?: string): number
  /** Share of a route's users on new now, 0 to 1: with records later than the data plane. */
  usersOnNew(route: string): number
  /** How the data plane splits a route now. */
  live(route: string): Split
  /** How the API was told to split it: the truth, whatever lagging reads say. */
  told(route: string): Split
  /** How the data plane stood from the start until now. */
  history(route: string): readonly Standing[]
  /** What users got between two moments, whole seconds; from the start until now where nothing is given. */
  served(from?: When, to?: When, route?: string): Served
  /** Milliseconds since the start. */
  elapsed(): Ms
  /** `5m30s` since the start, for traces. */
  stamp(at?: Instant): string
  /** The writes, one line each. */
  story(): readonly string[]
  /** The core's migration of these routes, without gates. */
  migration(name?: string, routes?: readonly string[]): Migration
}

/** A world that begins now, with `past` of traffic behind it. */
export function makeWorld(options: WorldOptions): World {
  const built = build(options)
  const { cloud, startedAt } = built
  const { clock } = options
  const anyNamed: Named = (name) => {
    const route = [...cloud.routes, ...cloud.names].find((one) => one.name === name)
    if (!route) throw new Error(`there is no route ${name}`)
    return route
  }
  const routeNamed = (name: string): Route => {
    const route = anyNamed(name)
    if (route.kind === 'dns') throw new Error(`route ${name} is records: ask name()`)
    return route
  }
  const { faults, judge } = createFaults({
    clock,
    startedAt,
    cloud,
    seed: options.seed ?? 1,
    latencyMs: spanOf(options.latency ?? 40),
    metricsDelayMs: spanOf(options.metrics?.delay ?? '60s')
  })
  const wires = createWires(options, cloud, judge)
  const clientFor = (by: string): World['client'] => {
    return (service, account, access) =>
      createClient(wires.board, { by, service, account, access, skewMs: options.skew ?? 0 })
  }
  return {
    clock,
    region: options.region ?? DEFAULT_REGION,
    startedAt,
    old: built.old,
    new: built.new,
    route: (name) => {
      const { arns, spec, ...route } = routeNamed(name)
      return { ...sidesOf(route), arns, spec }
    },
    name: (name) => {
      const route = anyNamed(name)
      if (route.kind !== 'dns') throw new Error(`route ${name} has no records: ask route()`)
      const { loadBalancers, spec, zone } = route
      return { ...sidesOf(route), loadBalancers, spec, zone }
    },
    dns: cloud.dns,
    client: clientFor('sluice'),
    clientFor,
    faults,
    foreign: createForeign(cloud, anyNamed, wires.board.log),
    ...changers(cloud, anyNamed),
    at: (when, run) => clock.at(instantOf(when, startedAt), run),
    watch: wires.watch,
    log: wires.board.log,
    calls: wires.calls,
    ...reporters(cloud, anyNamed, startedAt, wires.board.log)
  }
}

function createWires(options: WorldOptions, cloud: Cloud, judge: Judge) {
  const watchers = new Set<Watcher>()
  const counts = new Map<string, number>()
  const { late } = options.metrics ?? {}
  const board: Switchboard = {
    cloud,
    judge,
    log: [],
    metricsView: (region) => ({
      cloud,
      region,
      freshness: {
        delayMs: judge.metricsDelayMs,
        partial: options.metrics?.partial ?? true,
        lateShare: late?.share ?? 0,
        lateMs: spanOf(late?.after ?? 0)
      },
      skewMs: options.skew ?? 0,
      unusable: (query) => judge.unusable(query)
    }),
    sent: (call, writes) => {
      counts.set(call.operation, (counts.get(call.operation) ?? 0) + 1)
      cloud.clock.note(`${call.n} ${call.by} ${call.operation}`)
      for (const watcher of watchers) for (const write of writes.length > 0 ? writes : [null]) watcher(call, write)
    },
    nextCall: () => 1 + [...counts.values()].reduce((sum, n) => sum + n, 0)
  }
  const watch = (watcher: Watcher): (() => void) => {
    watchers.add(watcher)
    return () => void watchers.delete(watcher)
  }
  const calls = (operation?: string): number =>
    operation === undefined ? board.nextCall() - 1 : (counts.get(operation) ?? 0)
  return { board, watch, calls }
}

function sidesOf(route: Pick<Route, 'name' | 'flows'>): Record<Side, Behaviour> {
  const behaviourOf = (side: Side): Behaviour => {
    const flow = route.flows.find((one) => one.side === side)
    if (!flow) throw new Error(`${route.name} has no side ${side}`)
    return flow.behaviour
  }
  return { old: behaviourOf('old'), new: behaviourOf('new') }
}

type Named = (name: string) => Route | DnsRoute

function changers(cloud: Cloud, routeNamed: Named): Pick<World, 'targets' | 'traffic' | 'alarms' | 'custom'> {
  const setRps = (rps: Rps, route?: string): void => {
    cloud.settle()
    const all = [...cloud.routes.filter(({ backing }) => !backing), ...cloud.names]
    for (const one of route === undefined ? all : [routeNamed(route)]) one.rps = rps
  }
  return {
    targets: {
      set: (route, side, targets) => {
        const group = routeNamed(route).flows.find((flow) => flow.side === side)?.group
        if (group) cloud.setTargets(group, targets)
      }
    },
    traffic: { set: setRps, stop: (route) => setRps(0, route) },
    custom: { set: (metric, valueAt) => void cloud.custom.set(customKey(metric), valueAt) },
    alarms: {
      set: (name, state) => void cloud.alarms.set(name, { name, state, since: cloud.clock.now() }),
      remove: (name) => void cloud.alarms.delete(name)
    }
  }
}

type Reports = 'usersOnNew' | 'live' | 'told' | 'history' | 'served' | 'elapsed' | 'stamp' | 'story' | 'migration'

function reporters(
  cloud: Cloud,
  routeNamed: Named,
  startedAt: Instant,
  log: readonly WriteRecord[]
): Pick<World, Reports> {
  const now = (): Instant => cloud.clock.now()
  const instant = (when: When | undefined, otherwise: Instant): Instant =>
    when === undefined ? otherwise : instantOf(when, startedAt)
  return {
    usersOnNew: (name) => {
      cloud.look()
      return routeNamed(name).onNew
    },
    live: (name) => {
      const route = routeNamed(name)
      if (route.kind === 'dns') return dnsSplit(route.live.asOf(now()))
      return splitOf(route, route.live.asOf(now()).actions)
    },
    told: (name) => {
      const route = routeNamed(name)
      if (route.kind === 'dns') return dnsSplit(answersOf(route.spec, route.zone.control.newest(), ''))
      return splitOf(route, route.control.newest())
    },
    history: (name) => historyOf(routeNamed(name), now()),
    served: (from, to, name) =>
      servedBetween(
        cloud,
        name === undefined ? [...cloud.routes, ...cloud.names] : [routeNamed(name)],
        instant(from, startedAt),
        instant(to, now())
      ),
    elapsed: () => now() - startedAt,
    stamp: (at = now()) => formatDuration(at - startedAt),
    story: () => log.map((record) => describeWrite(record, startedAt)),
    migration: (name = 'shop', routes) => ({
      name,
      description: '',
      versions: null,
      routes: [...cloud.routes.filter(({ backing }) => !backing), ...cloud.names]
        .filter((one) => !routes || routes.includes(one.name))
        .map((one) => one.spec),
      gates: []
    })
  }
}
