/**
 * The router of Route 53: moves users by the weights of a name's records, old's and new's, all record types in one batch. It is told
 * zone, name and set identifiers, and writes nothing else.
 */
import type { Route53RouteSpec, RouteKey } from '../../core/migration.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Router } from '../router.ts'
import { makeBalancers } from './balancers.ts'
import { commandsByHand } from './byHand.ts'
import { tlsHandshake, type Handshake } from './handshake.ts'
import { readHealth } from './health.ts'
import { inspectRoutes } from './inspect/inspect.ts'
import { makeZone, type Zone } from './lane.ts'
import { readingOf, readSets, syncs } from './read.ts'
import { setsOf, type RecordSets } from './records.ts'
import { resolveRoutes } from './resolve.ts'
import { weightsOf } from './weights.ts'
import { writeBatch } from './write.ts'
import type { Writing } from './writing.ts'

export interface Route53Deps {
  readonly aws: Aws & TurnTaking
  readonly clock: Clock
  /** 0 to 1, for pauses; Math.random where none is given. */
  readonly random?: () => number
  /** How certificates are looked at; a real TLS handshake where none is given. */
  readonly handshake?: Handshake
}

export function route53Router(deps: Route53Deps): Router<Route53RouteSpec> {
  const { aws, clock, random = Math.random, handshake = tlsHandshake(clock) } = deps
  const balancers = makeBalancers(clock)
  /** What a rollback builds on when it can't read. One small entry for each route ever read. */
  const lastRead = new Map<RouteKey, RecordSets>()
  const zones = new Map<string, Zone>()
  const writing: Writing = {
    aws,
    clock,
    random,
    cached: (key) => lastRead.get(key) ?? null
  }

  /** One for each zone, as whoever it is written to. */
  const zoneOf = ({ account, hostedZone }: Route53RouteSpec): Zone => {
    const key = [hostedZone, account.roleArn ?? '', account.externalId ?? ''].join('\n')
    const place = { account, zone: hostedZone }
    const zone = zones.get(key) ?? makeZone(clock, (jobs, clearance) => writeBatch(writing, place, jobs, clearance))
    zones.set(key, zone)
    return zone
  }

  return {
    async read(routes, call, changes = new Map()) {
      const [found, inSync] = await Promise.all([readSets(aws, clock, routes, call), syncs(aws, routes, changes, call)])
      return new Map(
        routes.flatMap((route) => {
          const one = found.get(route.key)
          if (one === undefined) return []
          const reading = readingOf(route, one, inSync.get(route.key))
          if (reading.kind === 'reading' && !(one.sets instanceof AwsFailure)) {
            lastRead.set(route.key, setsOf(route, one.sets))
          }
          return [[route.key, reading] as const]
        })
      )
    },
    async write(changes, call) {
      const outcomes = changes.map(async (change) => {
        return [change.route.key, await zoneOf(change.route).put(change, call)] as const
      })
      return new Map(await Promise.all(outcomes))
    },
    health: (routes, call) => readHealth(aws, clock, balancers, routes, call),
    resolve: (routes, call) => resolveRoutes(aws, clock, balancers, routes, call),
    inspect: (routes, call, writes) => inspectRoutes({ aws, clock, balancers, handshake }, routes, call, writes),
    quantise: (_route, percents) => percents.map(weightsOf),
    byHand: commandsByHand
  }
}
