/**
 * Other writers: a person at the console, Terraform, a controller. What they change is changed at once, and stands in the log
 * as by `foreign`. Faults do not touch them.
 */
import type { Share } from '../../../src/core/share.ts'
import type { Actions, Forward } from './action.ts'
import { forwardOf, withForward } from './action.ts'
import { targetGroupArn } from './arn.ts'
import type { Cloud } from './cloud.ts'
import type { WriteRecord } from './log.ts'
import type { Route } from './route.ts'
import { splitOf } from './route.ts'

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
  /** Deletes the rule or listener. */
  remove(route: string): void
}

const BY = 'foreign'

export function createForeign(cloud: Cloud, routeNamed: (name: string) => Route, log: WriteRecord[]): Foreign {
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
    setWeights: (name, weights) =>
      edit(name, (forward, { arns }) => weigh(weigh(forward, arns.old, weights.old), arns.new, weights.new)),
    detach: (name) =>
      edit(name, (forward, { arns }) => ({ ...forward, groups: forward.groups.filter(({ arn }) => arn !== arns.new) })),
    setStickiness: (name, stickySeconds) => edit(name, (forward) => ({ ...forward, stickySeconds })),
    setOther: (name, group, weight) =>
      edit(name, (forward, { region }) => weigh(forward, targetGroupArn(region, group), weight)),
    setActions: (name, actions) => write(routeNamed(name), actions),
    setTags: (arn, tags) => void cloud.tags.set(arn, { ...tags }),
    remove: (name) => cloud.remove(routeNamed(name))
  }
}
