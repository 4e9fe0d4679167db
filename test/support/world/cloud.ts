/**
 * Everything that exists in the simulated AWS, and the one place where any of it changes. Knows nothing of calls and faults.
 */
import type { Instant, Ms } from '../../../src/core/time.ts'
import type { Change } from '@aws-sdk/client-route-53'
import type { VirtualClock } from '../virtual.ts'
import type { Actions } from './action.ts'
import { checkActions, forwardOf } from './action.ts'
import { notFound, Refusal } from './failures.ts'
import { answersOf, type DnsRoute } from './dnsRoute.ts'
import type { Route } from './route.ts'
import type { TargetGroup, TargetsSpec } from './targets.ts'
import { completeTargets } from './targets.ts'
import type { Traffic } from './traffic.ts'
import { applied, type Zone, type ZoneChange } from './zone.ts'

export interface Alarm {
  readonly name: string
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  readonly since: Instant
}

/** What is true of Route 53 as a whole; may be changed while running. */
export interface DnsState {
  pendingMs: Ms
  busyMs: Ms
  othersPerSecond: number
  /** When the requests of the last second came. */
  requests: readonly Instant[]
}

export interface Cloud {
  readonly clock: VirtualClock
  /** Listeners and rules; behind records too. */
  readonly routes: readonly Route[]
  /** Routes that are records. */
  readonly names: readonly DnsRoute[]
  readonly zones: readonly Zone[]
  readonly dns: DnsState
  readonly groups: ReadonlyMap<string, TargetGroup>
  readonly tags: Map<string, Record<string, string>>
  readonly alarms: Map<string, Alarm>
  /** Metrics of others' namespaces by customKey: the value of the period that begins at an instant. */
  readonly custom: Map<string, (at: Instant) => number | null>
  readonly traffic: Traffic
  /** Start of the tallies' second 0. */
  readonly trafficFrom: Instant
  readonly pageSize: number
  /** From a write to the data plane; may be changed while running. */
  dataPlaneLagMs: Ms
  /** Reads tell rules and listeners as they were so long ago. */
  readLagMs: Ms
  /** Counts what happened until now; to be called before anything changes. */
  settle(): void
  /** Counts the seconds that are over; for reads, so that looking never changes what is counted. */
  look(): void
  /** Replaces the actions of a route. Throws Refusal where AWS would. */
  change(route: Route, actions: Actions, by: string): void
  /** Changes a zone, all or nothing; name servers follow once it is INSYNC. Throws Refusal where Route 53 would. */
  changeRecords(zone: Zone, changes: readonly Change[], by: string): ZoneChange
  setTargets(group: TargetGroup, targets: TargetsSpec): void
  remove(route: Route): void
}

export type CloudParts = Omit<Cloud, 'settle' | 'look' | 'change' | 'changeRecords' | 'setTargets' | 'remove'>

const SECOND: Ms = 1000

export function createCloud(parts: CloudParts): Cloud {
  const { clock } = parts
  const settle = (): void => parts.traffic.countTo(clock.now())
  const look = (): void => {
    const over = clock.now() - parts.trafficFrom
    parts.traffic.countTo(parts.trafficFrom + over - (over % SECOND))
  }
  const cloud: Cloud = {
    ...parts,
    settle,
    look,
    change: (route, actions, by) => {
      checkActions(actions)
      checkGroups(cloud, route, actions)
      settle()
      const now = clock.now()
      const copy: Actions = structuredClone(actions)
      route.control.write(now, copy)
      route.live.write(now + cloud.dataPlaneLagMs, { actions: copy, by })
      attach(cloud, now)
    },
    changeRecords: (zone, changes, by) => changeRecords(cloud, zone, changes, by),
    setTargets: (group, targets) => {
      settle()
      group.targets = completeTargets(targets)
    },
    remove: (route) => {
      settle()
      route.gone = true
      attach(cloud, clock.now())
    }
  }
  attach(cloud, -Infinity)
  return cloud
}

function changeRecords(cloud: Cloud, zone: Zone, changes: readonly Change[], by: string): ZoneChange {
  const after = applied(zone, zone.control.newest(), changes)
  cloud.settle()
  const now = cloud.clock.now()
  zone.control.write(now, after)
  const syncAt = now + cloud.dns.pendingMs
  for (const route of cloud.names.filter((one) => one.zone === zone)) {
    const next = answersOf(route.spec, after, by)
    const { by: _by, ...before } = route.live.newest()
    const { by: _mine, ...wanted } = next
    if (JSON.stringify(before) !== JSON.stringify(wanted)) route.live.write(syncAt, next)
  }
  const change = { id: `C${String(zone.changes.length + 1).padStart(4, '0')}${zone.id.slice(0, 8)}`, at: now, syncAt }
  zone.changes.push(change)
  return change
}

function checkGroups(cloud: Cloud, route: Route, actions: Actions): void {
  for (const { arn } of forwardOf(actions)?.groups ?? []) {
    const group = cloud.groups.get(arn)
    if (!group) throw notFound('TargetGroup')
    if (group.balancerArn !== route.arns.loadBalancer) {
      throw new Refusal('TargetGroupAssociationLimitException', 'The target group is on another load balancer')
    }
  }
}

/** Groups that an action names have been attached since some time; those that none names are not. */
function attach(cloud: Cloud, now: Instant): void {
  const named = new Set(
    cloud.routes
      .filter((route) => !route.gone)
      .flatMap((route) => forwardOf(route.control.newest())?.groups.map((group) => group.arn) ?? [])
  )
  for (const group of cloud.groups.values()) group.attachedAt = named.has(group.arn) ? (group.attachedAt ?? now) : null
}
