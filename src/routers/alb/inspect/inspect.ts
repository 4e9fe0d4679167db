/**
 * Preflight of the load balancers: what stands against moving these routes, as findings with a remedy. Writes nothing.
 */
import type { Call } from '../../../core/call.ts'
import type { AlbRouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure, type Aws, type TurnTaking } from '../../../aws/aws.ts'
import type { Clock } from '../../../clock.ts'
import { byAccount } from '../../elb/batches.ts'
import { aboutGroups } from './aboutGroups.ts'
import { aboutOwners } from './aboutOwners.ts'
import { aboutRoute } from './aboutRoute.ts'
import { aboutRules, sharedPairs } from './aboutRules.ts'
import { gather, type Facts } from './facts.ts'

/** Throws AwsFailure only where no route at all could be read, and trying again may help. */
export async function inspectRoutes(
  aws: Aws & TurnTaking,
  clock: Clock,
  routes: readonly AlbRouteSpec[],
  call: Call
): Promise<readonly Finding[]> {
  const accounts = byAccount(routes)
  const facts = await Promise.all(accounts.map((one) => gather(aws, clock, one.account, one.routes, call)))
  const blind = nothingRead(facts)
  if (blind !== null) throw blind
  return [...facts.flatMap(findingsOf), ...sharedPairs(routes)]
}

function findingsOf(facts: Facts): readonly Finding[] {
  return [
    ...facts.routes.flatMap((route) => [...aboutRoute(route, facts), ...aboutGroups(route, facts)]),
    ...aboutRules(facts),
    ...aboutOwners(facts)
  ]
}

/** The first failure, where every route met a passing one. */
function nothingRead(facts: readonly Facts[]): AwsFailure | null {
  const found = facts.flatMap((one) => [...one.found.values()].map(({ actions }) => actions))
  const passing = found.filter((actions) => actions instanceof AwsFailure && actions.kind !== 'refused')
  const [first] = passing
  return passing.length === found.length && first instanceof AwsFailure ? first : null
}
