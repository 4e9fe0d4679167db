/**
 * How a checker says that something is wrong. The name of a law is short and stable: shrinking keeps it, tests name it.
 */
import type { Share } from '../../src/core/share.ts'
import { compareShares, sameShare, tenthsOfShare } from '../../src/core/share.ts'
import type { RouteState, Shift } from '../../src/core/shift.ts'
import { dimensionOf, targetGroupArn } from '../support/world/arn.ts'
import type { Stage } from './stage.ts'

export interface Violation {
  readonly law: string
  readonly text: string
  readonly at: string
}

export interface Court {
  readonly violations: Violation[]
  accuse(law: string, text: string): void
  must(law: string, holds: boolean, text: () => string): void
}

export function openCourt(stage: Stage): Court {
  const violations: Violation[] = []
  const accuse = (law: string, text: string): void => {
    stage.say(`✘  ${law}: ${text}`)
    violations.push({ law, text, at: stage.world.stamp() })
  }
  return {
    violations,
    accuse,
    must: (law, holds, text) => {
      if (!holds) accuse(law, text())
    }
  }
}

export const percent = (share: Share): string => `${tenthsOfShare(share) / 10} %`
export const isAbove = (a: Share, b: Share): boolean => compareShares(a, b) > 0
export { sameShare }

/** Of the truth: what the API was told, old alone in the action being all for old. */
export function toldShare(stage: Stage, route: string): Share {
  const { old, new: fresh } = stage.world.told(route)
  return old + fresh === 0 ? { old: 1, new: 0 } : { old, new: fresh }
}

export function routeOf(shift: Shift, name: string): RouteState {
  const route = shift.routes.find((candidate) => candidate.name === name)
  if (!route) throw new Error(`no route ${name}`)
  return route
}

export function isDns(stage: Stage, route: string): boolean {
  return stage.scenario.routes.some(({ name, kind }) => name === route && kind === 'dns')
}

/** Somebody has deleted it; of records, one of the two members is enough. */
export function isGone(stage: Stage, route: string): boolean {
  const gone = isDns(stage, route) ? ['remove', 'detach'] : ['remove']
  return stage.foreign.some((act) => act.route === route && gone.includes(act.what))
}

export function targetGroup(stage: Stage, route: string, side: 'old' | 'new'): string {
  return targetGroupArn(stage.world.region, `${route}-${side}`)
}

/** Under which dimension a side's requests are counted: its target group; behind records the load balancer. */
export function counter(stage: Stage, route: string, side: 'old' | 'new'): string {
  if (!isDns(stage, route)) return dimensionOf(targetGroup(stage, route, side))
  return dimensionOf(stage.world.name(route).loadBalancers[side])
}

/** How much an honest system may not know: what changed so recently that its eyes could not show it. */
export function blur(stage: Stage): number {
  const lag = stage.scenario.acts.reduce(
    (most, { deed }) => (deed.kind === 'readLag' ? Math.max(most, deed.lagMs) : most),
    0
  )
  return lag + 3 * stage.scenario.latencyMs
}
