// Somebody else who changes weights behind Sluice's back: a controller, a person, Terraform. Writes straight into the world,
// past the API and its faults; for drift only, never for what Sluice should do itself.

import type { Action } from './action.ts'
import { forwardOf, newest } from './action.ts'
import type { ForwardSpec } from './spec.ts'
import type { Rule, World } from './world.ts'

/** The rule of this name, or the default rule of the listener of this name. */
export function ruleNamed(world: World, name: string): Rule {
  const found = world.rules().find((rule) => rule.name === name)
  if (found === undefined) {
    throw new Error(
      `no listener or rule ${name}; there are ${[...new Set(world.rules().map((rule) => rule.name))].join(', ')}`
    )
  }
  return found
}

/** The weights written in a rule, by the name of the target group. */
export function weightsOf(world: World, name: string): Readonly<Record<string, number>> {
  const groups = forwardOf(newest(ruleNamed(world, name).actions))?.groups ?? []
  return Object.fromEntries(groups.map((group) => [world.targetGroup(group.arn)?.name ?? group.arn, group.weight]))
}

/** Replaces the forward action; the actions before it stay. `stickySeconds`: absent = as it was, 0 = off. */
export function overwrite(world: World, name: string, forward: ForwardSpec, stickySeconds?: number): void {
  const rule = ruleNamed(world, name)
  const before = newest(rule.actions)
  const was = forwardOf(before)?.stickiness ?? { enabled: false }
  const stickiness =
    stickySeconds === undefined
      ? was
      : stickySeconds > 0
        ? { enabled: true, seconds: stickySeconds }
        : { enabled: false }
  const made = world.forwardAction(forward, stickiness)
  const swapped = (action: Action): Action => (action.forward === undefined ? action : { ...action, ...made })
  world.change(rule, before.map(swapped))
}
