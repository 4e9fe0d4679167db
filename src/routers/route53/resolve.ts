/**
 * Which load balancer each side's records answer with, where the migration does not say: found from the alias, or from the value of
 * a CNAME. What cannot be found stays null.
 */
import type { Call } from '../../core/call.ts'
import type { DnsSideSpec, Route53RouteSpec, Side } from '../../core/migration.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../aws/aws.ts'
import type { Clock } from '../../clock.ts'
import type { Balancers } from './balancers.ts'
import { readSets } from './read.ts'
import { groupsOf, type RecordSet, type RecordSets } from './records.ts'

/** Throws AwsFailure where records or load balancers cannot be read. */
export async function resolveRoutes(
  aws: Aws & TurnTaking,
  clock: Clock,
  balancers: Balancers,
  routes: readonly Route53RouteSpec[],
  call: Call
): Promise<readonly Route53RouteSpec[]> {
  const vague = routes.filter((route) => route.old.loadBalancer === null || route.new.loadBalancer === null)
  if (vague.length === 0) return routes
  const found = await readSets(aws, clock, vague, call)
  const resolved = routes.map(async (route): Promise<Route53RouteSpec> => {
    const sets = found.get(route.key)?.sets
    if (sets === undefined) return route
    if (sets instanceof AwsFailure) throw sets
    const side = (which: Side) => sideOf(balancers, aws, route, which, sets, call)
    const [old, fresh] = await Promise.all([side('old'), side('new')])
    return { ...route, old, new: fresh }
  })
  return Promise.all(resolved)
}

async function sideOf(
  balancers: Balancers,
  aws: Aws & TurnTaking,
  route: Route53RouteSpec,
  which: Side,
  sets: RecordSets,
  call: Call
): Promise<DnsSideSpec> {
  const side = route[which]
  const target = groupsOf(route, sets).flatMap((group) => targetOf(group[which]) ?? [])[0]
  if (side.loadBalancer !== null || target === undefined) return side
  const found = await balancers.byDnsName({ aws, account: side.account, call }, target)
  // A network load balancer counts no requests: it is known for its targets, where the side has measurements of its own.
  const fits = found?.Type === 'application' || (found?.Type === 'network' && side.measure !== undefined)
  return { ...side, loadBalancer: fits ? (found.LoadBalancerArn ?? null) : null }
}

/** The name that a set leads to; null where it holds addresses. */
export function targetOf(set: RecordSet | null): string | null {
  if (set === null) return null
  if (set.AliasTarget !== undefined) return set.AliasTarget.DNSName ?? null
  return set.Type === 'CNAME' ? (set.ResourceRecords?.[0]?.Value ?? null) : null
}
