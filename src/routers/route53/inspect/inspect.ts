/**
 * Preflight of records: what stands against moving these routes, as findings with a remedy. Writes nothing.
 */
import type { Call } from '../../../core/call.ts'
import type { Route53RouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import type { Writes } from '../../router.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { resolveRoutes } from '../resolve.ts'
import { aboutBalancers } from './aboutBalancers.ts'
import { aboutHealth } from './aboutHealth.ts'
import { aboutOwners } from './aboutOwners.ts'
import { aboutRecords } from './aboutRecords.ts'
import { aboutRights } from './aboutRights.ts'
import { aboutZone } from './aboutZone.ts'
import { gather, type Facts, type Looking } from './facts.ts'

/** Throws AwsFailure only where no route at all could be read, and trying again may help. */
export async function inspectRoutes(
  looking: Looking,
  routes: readonly Route53RouteSpec[],
  call: Call,
  writes?: Writes
): Promise<readonly Finding[]> {
  const facts = await gather(looking, await withBalancers(looking, routes, call), call, writes)
  const blind = nothingRead(facts)
  if (blind !== null) throw blind
  const now = looking.clock.now()
  return facts.flatMap((one) => [
    ...aboutRecords(one),
    ...aboutZone(one),
    ...aboutRights(one),
    ...aboutOwners(one),
    ...aboutHealth(one),
    ...aboutBalancers(one, now)
  ])
}

/** As they are where it cannot be read: that is said of each record then. */
async function withBalancers(
  { aws, clock, balancers }: Looking,
  routes: readonly Route53RouteSpec[],
  call: Call
): Promise<readonly Route53RouteSpec[]> {
  try {
    return await resolveRoutes(aws, clock, balancers, routes, call)
  } catch (error) {
    if (error instanceof AwsFailure) return routes
    throw error
  }
}

/** The first failure, where every route met a passing one. */
function nothingRead(facts: readonly Facts[]): AwsFailure | null {
  const passing = facts.filter(({ sets }) => sets instanceof AwsFailure && sets.kind !== 'refused')
  const sets = passing[0]?.sets
  return passing.length === facts.length && sets instanceof AwsFailure ? sets : null
}
