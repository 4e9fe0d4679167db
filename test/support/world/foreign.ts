/**
 * Other writers: a person at the console, Terraform, a controller. What they change is changed at once, and stands in the log
 * as by `foreign`. Faults do not touch them.
 */
import type { Share } from '../../../src/core/share.ts'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { Actions, Forward } from './action.ts'
import { forwardOf, withForward } from './action.ts'
import { targetGroupArn } from './arn.ts'
import type { Cloud } from './cloud.ts'
import { dnsSplit, type DnsRoute } from './dnsRoute.ts'
import type { WriteRecord } from './log.ts'
import type { Route } from './route.ts'
import { splitOf } from './route.ts'
import { toldName, type RecordSets } from './zone.ts'

export interface Foreign {
  /** Other weights for old and new; new is attached if it was not. */
  setWeights(route: string, weights: Share): void
  /** Takes new out of the action. */
  detach(route: string): void
  setStickiness(route: string, seconds: number | null): void
  /** Puts a third group of the route's load balancer into the action (it must be one of the route's `others`), or changes its weight. */
  setOther(route: string, group: string, weight: number): void
  setActions(route: string, actions: Actions): void
  setTags(arn: string, tags: Readonly<Record<string, string>>): void
  /** Deletes the rule, the listener, or every record of the name. */
  remove(route: string): void
  /** Changes the records of a name, all its types at once; what `change` leaves out is deleted. */
  setRecords(route: string, change: (sets: RecordSets) => RecordSets): void
}

const BY = 'foreign'

export function createForeign(cloud: Cloud, anyNamed: (name: string) => Route | DnsRoute, log: WriteRecord[]): Foreign {
  const routeNamed = (name: string): Route => {
    const route = anyNamed(name)
    if (route.kind === 'dns') throw new Error(`${name} is records: they have weights only`)
    return route
  }
  const edit53 = (route: DnsRoute, change: (sets: RecordSets) => RecordSets): void => {
    const { zone, spec } = route
    const own = zone.control.newest().filter((set) => set.Name === toldName(spec.record))
    const next = change(own)
    const now = cloud.clock.now()
    const changes = [
      ...own.map((set) => ({ Action: 'DELETE' as const, ResourceRecordSet: set })),
      ...next.map((set) => ({ Action: 'CREATE' as const, ResourceRecordSet: set }))
    ]
    cloud.changeRecords(zone, changes, BY)
    const weightOf = (side: 'old' | 'new') =>
      next.find(({ SetIdentifier }) => SetIdentifier === spec[side].setIdentifier)?.Weight ?? 0
    log.push({
      call: null,
      by: BY,
      operation: 'ChangeResourceRecordSets',
      route: route.name,
      arn: spec.key,
      split: dnsSplit({ old: weightOf('old'), new: weightOf('new') }),
      sentAt: now,
      landedAt: now,
      answeredAt: now,
      outcome: 'accepted'
    })
  }
  const weighing = (route: DnsRoute, weights: Share) => (set: ResourceRecordSet) => {
    if (set.SetIdentifier === route.spec.old.setIdentifier) return { ...set, Weight: weights.old }
    return set.SetIdentifier === route.spec.new.setIdentifier ? { ...set, Weight: weights.new } : set
  }
  const write = (route: Route, actions: Actions): void => {
    const now = cloud.clock.now()
    cloud.change(route, actions, BY)
    log.push({
      call: null,
      by: BY,
      operation: route.kind === 'listener' ? 'ModifyListener' : 'ModifyRule',
      route: route.name,
      arn: route.kind === 'listener' ? route.arns.listener : route.arns.rule,
      split: splitOf(route, actions),
      sentAt: now,
      landedAt: now,
      answeredAt: now,
      outcome: 'accepted'
    })
  }
  const edit = (name: string, change: (forward: Forward, route: Route) => Forward): void => {
    const route = routeNamed(name)
    const actions = route.control.newest()
    const forward = forwardOf(actions)
    if (!forward) throw new Error(`${name} forwards nothing`)
    write(route, withForward(actions, change(forward, route)))
  }
  const weigh = (forward: Forward, arn: string, weight: number): Forward => {
    const known = forward.groups.some((group) => group.arn === arn)
    const groups = forward.groups.map((group) => (group.arn === arn ? { arn, weight } : group))
    return { ...forward, groups: known ? groups : [...groups, { arn, weight }] }
  }
  return {
    setWeights: (name, weights) => {
      const route = anyNamed(name)
      if (route.kind === 'dns') return edit53(route, (sets) => sets.map(weighing(route, weights)))
      edit(name, (forward, { arns }) => weigh(weigh(forward, arns.old, weights.old), arns.new, weights.new))
    },
    detach: (name) => {
      const route = anyNamed(name)
      const gone = (set: ResourceRecordSet) =>
        route.kind === 'dns' && set.SetIdentifier === route.spec.new.setIdentifier
      if (route.kind === 'dns') return edit53(route, (sets) => sets.filter((set) => !gone(set)))
      edit(name, (forward, { arns }) => ({ ...forward, groups: forward.groups.filter(({ arn }) => arn !== arns.new) }))
    },
    setStickiness: (name, stickySeconds) => edit(name, (forward) => ({ ...forward, stickySeconds })),
    setOther: (name, group, weight) =>
      edit(name, (forward, { region }) => weigh(forward, targetGroupArn(region, group), weight)),
    setActions: (name, actions) => write(routeNamed(name), actions),
    setTags: (arn, tags) => void cloud.tags.set(arn, { ...tags }),
    remove: (name) => {
      const route = anyNamed(name)
      if (route.kind === 'dns') edit53(route, () => [])
      else cloud.remove(route)
    },
    setRecords: (name, change) => {
      const route = anyNamed(name)
      if (route.kind !== 'dns') throw new Error(`${name} has no records`)
      edit53(route, change)
    }
  }
}
