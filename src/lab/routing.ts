// Which action meets a request and which target group a forward action chooses. Pure but for the dice handed in.

import type { Action, Forward } from './action.ts'
import type { Random } from './random.ts'
import type { Listener, Rule } from './world.ts'

const patterns = new Map<string, RegExp>()

/** A path pattern of ALB: `*` any number of characters, `?` exactly one, case counts. */
function matches(pattern: string, path: string): boolean {
  const known = patterns.get(pattern)
  if (known !== undefined) return known.test(path)
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const made = new RegExp(`^${source}$`)
  patterns.set(pattern, made)
  return made.test(path)
}

/** The first rule in order of priority whose path pattern matches, else the default rule. */
export function ruleFor(listener: Listener, url: string): Rule {
  const path = url.split('?')[0] ?? '/'
  return listener.rules.find((rule) => rule.paths.some((pattern) => matches(pattern, path))) ?? listener.defaultRule
}

export function routingAction(actions: readonly Action[]): Action | undefined {
  return actions.find((action) => ['forward', 'redirect', 'fixed-response'].includes(action.type))
}

/**
 * A group by weight, drawn anew for each request; a group at 0 is never drawn. Nothing where all weights are 0: AWS does not
 * document it, and a lab that answers 503 shows the mistake.
 */
export function drawGroup(forward: Forward, random: Random): string | undefined {
  const [only] = forward.groups
  // With a single group the weight has no meaning.
  if (forward.groups.length === 1) return only?.arn
  const total = forward.groups.reduce((sum, group) => sum + group.weight, 0)
  let dice = random() * total
  for (const group of forward.groups) {
    if (dice < group.weight) return group.arn
    dice -= group.weight
  }
  return undefined
}
