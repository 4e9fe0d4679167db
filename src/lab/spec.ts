// What a lab is made of, as data: clusters, target groups, load balancers with listeners and rules; and the default shop.
// Never starts anything.

import type { Action } from './action.ts'
import type { Behaviour } from './behaviour.ts'
import type { DnsSpec } from './dns/spec.ts'

/** Weights by the name of the target group. */
export type ForwardSpec = Readonly<Record<string, number>>

interface ActionsSpec {
  readonly forward: ForwardSpec
  /** Rule-level stickiness for so many seconds; absent = off. */
  readonly stickySeconds?: number
  /** Actions before the forward one, such as authenticate-oidc. */
  readonly before?: readonly Action[]
}

export interface RuleSpec extends ActionsSpec {
  readonly name: string
  readonly paths: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
}

export interface ListenerSpec extends ActionsSpec {
  readonly name: string
  readonly port?: number
  readonly rules?: readonly RuleSpec[]
  readonly tags?: Readonly<Record<string, string>>
}

export interface LoadBalancerSpec {
  readonly name: string
  /** A loopback address; 127.0.0.1 if absent. */
  readonly host?: string
  /** `ipv4` if absent; a dualstack one has answers for AAAA too. */
  readonly ipAddressType?: 'ipv4' | 'dualstack'
  readonly listeners: readonly ListenerSpec[]
  readonly tags?: Readonly<Record<string, string>>
}

export interface ClusterSpec {
  readonly name: string
  readonly targets: number
  readonly behaviour?: Partial<Behaviour>
}

export interface TargetGroupSpec {
  readonly name: string
  readonly cluster: string
  /** Name of the listener or rule that this group serves: pairs the two sides of a route in the migration. */
  readonly route: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
}

export interface LabSpec {
  readonly clusters: readonly ClusterSpec[]
  readonly targetGroups: readonly TargetGroupSpec[]
  readonly loadBalancers: readonly LoadBalancerSpec[]
  /** Hosted zones and the routes that are moved in them; none if absent. */
  readonly dns?: DnsSpec
}

/**
 * A shop on one ALB: the listener's default action (`web`) and the rule /api/* (`api`) forward to old alone. New's groups are
 * in no rule, so their targets are `unused` until somebody attaches them at weight 0, as in a real migration.
 */
export function shopSpec(): LabSpec {
  return {
    clusters: [
      { name: 'old', targets: 3 },
      { name: 'new', targets: 3 }
    ],
    targetGroups: ['old', 'new'].flatMap((cluster) =>
      ['web', 'api'].map((route) => ({ name: `shop-${cluster}-${route}`, cluster, route }))
    ),
    loadBalancers: [
      {
        name: 'shop',
        listeners: [
          {
            name: 'web',
            forward: { 'shop-old-web': 1 },
            rules: [{ name: 'api', paths: ['/api/*'], forward: { 'shop-old-api': 1 } }]
          }
        ]
      }
    ]
  }
}
