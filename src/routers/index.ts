/**
 * The routers there are, behind one: each route goes to the router of its type.
 */
import type { Call } from '../core/call.ts'
import type { RouteKey, RouteSpec } from '../core/migration.ts'
import { albRouter, type AlbDeps } from './alb/alb.ts'
import type { Router } from './router.ts'

export type RouterDeps = AlbDeps

export function makeRouter(deps: RouterDeps): Router {
  return dispatching({ alb: albRouter(deps) })
}

/** Asks every router for its own routes only, all at once. */
export function dispatching(routers: Readonly<Record<RouteSpec['type'], Router>>): Router {
  return {
    read: (routes, call) => perType(routes, (router, own) => router.read(own, call)),
    health: (routes, call) => perType(routes, (router, own) => router.health(own, call)),
    write: (changes, call) =>
      splitBy(
        changes,
        (change) => change.route.type,
        (router, own) => router.write(own, call)
      ),
    inspect: async (routes, call: Call) => {
      const types = Map.groupBy(routes, (route) => route.type)
      const findings = [...types].map(([type, own]) => routers[type].inspect(own, call))
      return (await Promise.all(findings)).flat()
    },
    quantise: (route, percents) => routers[route.type].quantise(route, percents),
    byHand: (route, want, raw) => routers[route.type].byHand(route, want, raw)
  }

  function perType<T>(
    routes: readonly RouteSpec[],
    ask: (router: Router, own: readonly RouteSpec[]) => Promise<ReadonlyMap<RouteKey, T>>
  ): Promise<ReadonlyMap<RouteKey, T>> {
    return splitBy(routes, (route) => route.type, ask)
  }

  async function splitBy<I, T>(
    items: readonly I[],
    typeOf: (item: I) => RouteSpec['type'],
    ask: (router: Router, own: readonly I[]) => Promise<ReadonlyMap<RouteKey, T>>
  ): Promise<ReadonlyMap<RouteKey, T>> {
    const answers = [...Map.groupBy(items, typeOf)].map(([type, own]) => ask(routers[type], own))
    return new Map((await Promise.all(answers)).flatMap((answer) => [...answer]))
  }
}
