/**
 * The dashboard of a migration that the catalogue has, with what its newest shift found out: the load balancers of records stand in
 * no file. Reads the store alone.
 */
import { dashboardOf, type DashboardBody } from '../core/dashboard.ts'
import type { RouteSpec } from '../core/migration.ts'
import { ShiftError } from '../errors.ts'
import type { Store } from '../stores/store.ts'
import type { Catalogue } from './sluice.ts'

export interface DashboardDeps {
  readonly catalogue: Catalogue
  readonly store: Store
  /** Where the daemon's own metrics are. */
  readonly region?: string
}

/** Throws `migration_not_found`. */
export async function dashboardFor({ catalogue, store, region }: DashboardDeps, name: string): Promise<DashboardBody> {
  const found = catalogue.migrations().find((one) => one.name === name)
  if (!found) throw new ShiftError('migration_not_found', `there is no migration ${JSON.stringify(name.slice(0, 100))}`)
  const { items } = await store.list({ migration: name, limit: 1 })
  const learned = items[0]?.routeSpecs ?? []
  return dashboardOf({ ...found.value, routes: found.value.routes.map((route) => filled(route, learned)) }, region)
}

function filled(route: RouteSpec, learned: readonly RouteSpec[]): RouteSpec {
  const same = learned.find(({ key }) => key === route.key)
  if (route.type !== 'route53' || same?.type !== 'route53') return route
  const side = (of: 'old' | 'new') => ({
    ...route[of],
    loadBalancer: route[of].loadBalancer ?? same[of].loadBalancer
  })
  return { ...route, old: side('old'), new: side('new') }
}
