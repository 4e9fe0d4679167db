/**
 * The router of application load balancers: moves a listener's default action, or a rule, by the weights of its target
 * groups. It is told ARNs and never searches for anything.
 */
import type { AlbRouteSpec, RouteKey } from '../../core/migration.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Router } from '../router.ts'
import { shareOf } from '../thousandths.ts'
import type { Actions } from './actions.ts'
import { commandsByHand } from './byHand.ts'
import { readHealth } from './health.ts'
import { inspectRoutes } from './inspect/inspect.ts'
import { readActions, readingOf } from './read.ts'
import { writeOne } from './write.ts'

export interface AlbDeps {
  readonly aws: Aws & TurnTaking
  readonly clock: Clock
  /** 0 to 1, for pauses; Math.random where none is given. */
  readonly random?: () => number
}

export function albRouter({ aws, clock, random = Math.random }: AlbDeps): Router<AlbRouteSpec> {
  /** What a rollback builds on when it can't read. One small entry for each route ever read. */
  const lastRead = new Map<RouteKey, Actions>()

  return {
    async read(routes, call) {
      const found = await readActions(aws, clock, routes, call)
      return new Map(
        routes.flatMap((route) => {
          const one = found.get(route.key)
          if (one === undefined) return []
          if (!(one.actions instanceof AwsFailure)) lastRead.set(route.key, one.actions)
          return [[route.key, readingOf(route, one)] as const]
        })
      )
    },
    async write(changes, call) {
      const writing = { aws, clock, random, cached: (key: RouteKey) => lastRead.get(key) ?? null }
      const outcomes = changes.map(async (change) => [change.route.key, await writeOne(writing, change, call)] as const)
      return new Map(await Promise.all(outcomes))
    },
    resolve: async (routes) => routes,
    health: (routes, call) => readHealth(aws, clock, routes, call),
    inspect: (routes, call) => inspectRoutes(aws, clock, routes, call),
    quantise: (_route, percents) => percents.map(shareOf),
    byHand: commandsByHand
  }
}
