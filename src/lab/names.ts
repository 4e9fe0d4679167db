// ARNs by the names of the spec, for people and tests. Throws for a name that does not exist, so that a typing error is not an
// ARN that nobody finds.

import type { World } from './world.ts'

export interface LabArns {
  loadBalancer(name: string): string
  listener(name: string): string
  rule(name: string): string
  targetGroup(name: string): string
  /** Everything by kind and name, to be shown. */
  all(): Readonly<Record<string, Readonly<Record<string, string>>>>
}

interface Named {
  readonly name: string
  readonly arn: string
}

export function arnsOf(world: World): LabArns {
  const rules = world.listeners().flatMap((listener) => listener.rules)
  const kinds = {
    loadBalancers: world.loadBalancers,
    listeners: world.listeners(),
    rules,
    targetGroups: world.targetGroups
  } satisfies Readonly<Record<string, readonly Named[]>>
  const find = (kind: keyof typeof kinds, name: string): string => {
    const found = kinds[kind].find((one) => one.name === name)
    if (found === undefined) {
      throw new Error(`${kind}: no ${name}; there are ${kinds[kind].map((one) => one.name).join(', ')}`)
    }
    return found.arn
  }
  return {
    loadBalancer: (name) => find('loadBalancers', name),
    listener: (name) => find('listeners', name),
    rule: (name) => find('rules', name),
    targetGroup: (name) => find('targetGroups', name),
    all: () =>
      Object.fromEntries(
        Object.entries(kinds).map(([kind, list]) => [kind, Object.fromEntries(list.map((one) => [one.name, one.arn]))])
      )
  }
}
