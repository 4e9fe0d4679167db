/**
 * Aliases that lead to records of their own zone: they answer with the TTL of these, of which an alias itself says nothing. Throws
 * AwsFailure only. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
 */
import type { Route53RouteSpec } from '../../../core/migration.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import type { Got } from '../../elb/batches.ts'
import type { As } from '../../elb/targets.ts'
import { groupsOf, plainName, ttlOf, type RecordSets } from '../records.ts'
import { setsByName } from '../requests.ts'

export interface Led {
  readonly setIdentifier: string
  /** The name that it leads to. */
  readonly to: string
  readonly ttlSeconds: number
}

export async function ledWithin(as: As, route: Route53RouteSpec, sets: Got<RecordSets>): Promise<readonly Led[]> {
  if (sets instanceof AwsFailure) return []
  const aliases = groupsOf(route, sets).flatMap(({ type, old, new: fresh }) =>
    [old, fresh].flatMap((set) => {
      const { HostedZoneId, DNSName } = set?.AliasTarget ?? {}
      const own = HostedZoneId?.replace(/^\/hostedzone\//, '') === route.hostedZone
      return own ? [{ type, setIdentifier: set?.SetIdentifier ?? '', to: plainName(DNSName ?? '') }] : []
    })
  )
  if (aliases.length === 0) return []
  const names = aliases.map(({ to }) => to)
  const found = await setsByName(as, route.hostedZone, names)
  return aliases.flatMap(({ type, setIdentifier, to }) => {
    const there = found.get(to) ?? []
    if (there instanceof AwsFailure) throw there
    const ttls = there.filter(({ Type }) => Type === type).flatMap((set) => ttlOf(set) ?? [])
    return ttls.length === 0 ? [] : [{ setIdentifier, to, ttlSeconds: Math.max(...ttls) }]
  })
}
