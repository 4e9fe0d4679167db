/**
 * The routers there are, behind one: each route goes to the router of its type.
 */
import type { AlbRouteSpec, Route53RouteSpec, RouteKey, RouteSpec } from '../core/migration.ts'
import { albRouter, type AlbDeps } from './alb/alb.ts'
import { route53Router, type Route53Deps } from './route53/route53.ts'
import type { Change, Router } from './router.ts'

export type RouterDeps = AlbDeps & Route53Deps

export interface Routers {
  readonly alb: Router<AlbRouteSpec>
  readonly route53: Router<Route53RouteSpec>
}

export function makeRouter(deps: RouterDeps): Router {
  return dispatching({ alb: albRouter(deps), route53: route53Router(deps) })
}

/** Asks every router for its own routes only, all at once. */
export function dispatching({ alb, route53 }: Routers): Router {
  return {
    read: async (routes, call, changes) => {
      const own = byType(routes)
      return joined([alb.read(own.alb, call, changes), route53.read(own.route53, call, changes)])
    },
    write: async (changes, call) =>
      joined([alb.write(changes.filter(isAlbChange), call), route53.write(changes.filter(isDnsChange), call)]),
    health: async (routes, call) => {
      const own = byType(routes)
      return joined([alb.health(own.alb, call), route53.health(own.route53, call)])
    },
    resolve: async (routes, call) => {
      const own = byType(routes)
      const known = (await Promise.all([alb.resolve(own.alb, call), route53.resolve(own.route53, call)])).flat()
      return routes.map((route) => known.find(({ key }) => key === route.key) ?? route)
    },
    inspect: async (routes, call, writes) => {
      const own = byType(routes)
      const asked = [
        ...(own.alb.length > 0 ? [alb.inspect(own.alb, call, writes)] : []),
        ...(own.route53.length > 0 ? [route53.inspect(own.route53, call, writes)] : [])
      ]
      return (await Promise.all(asked)).flat()
    },
    quantise: (route, percents) =>
      route.type === 'alb' ? alb.quantise(route, percents) : route53.quantise(route, percents),
    byHand: (route, want, raw) =>
      route.type === 'alb' ? alb.byHand(route, want, raw) : route53.byHand(route, want, raw)
  }
}

function byType(routes: readonly RouteSpec[]) {
  return {
    alb: routes.filter((route) => route.type === 'alb'),
    route53: routes.filter((route) => route.type === 'route53')
  }
}

function isAlbChange(change: Change): change is Change<AlbRouteSpec> {
  return change.route.type === 'alb'
}

function isDnsChange(change: Change): change is Change<Route53RouteSpec> {
  return change.route.type === 'route53'
}

async function joined<T>(answers: readonly Promise<ReadonlyMap<RouteKey, T>>[]): Promise<ReadonlyMap<RouteKey, T>> {
  return new Map((await Promise.all(answers)).flatMap((answer) => [...answer]))
}
