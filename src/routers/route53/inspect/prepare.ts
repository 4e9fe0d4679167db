/**
 * FM-17: a simple or latency record cannot become weighted in place. The one atomic batch that prepares it: what stands is deleted and
 * created again as old with all the weight, new beside it with none. Nothing changes for users. Pure.
 */
import type { Change } from '@aws-sdk/client-route-53'
import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Route53RouteSpec } from '../../../core/migration.ts'
import { changeCommand } from '../byHand.ts'
import { textOf, wireName, type Group, type RecordSet } from '../records.ts'

const ALL = 100
const TTL_SECONDS = 60

/** Null where it takes a person: a weighted record holds one value, and what stands has more, or answers differently by place. */
export function preparing(
  route: Route53RouteSpec,
  groups: readonly Group[],
  newBalancer: LoadBalancer | null
): string | null {
  const changes = groups.map((group) => ofGroup(route, group, newBalancer))
  return changes.includes(null)
    ? null
    : changeCommand(
        route,
        changes.flatMap((some) => some ?? [])
      )
}

function ofGroup(route: Route53RouteSpec, group: Group, newBalancer: LoadBalancer | null): readonly Change[] | null {
  const plain = group.others.filter((set) => set.Weight === undefined)
  const base = group.old ?? plain[0]
  if (base === undefined) return null
  if ((base.ResourceRecords ?? []).length > 1) return null
  if (group.old === null && plain.some((set) => answerOf(set) !== answerOf(base))) return null
  const old: Change[] =
    group.old === null
      ? [
          ...plain.map((set) => ({ Action: 'DELETE' as const, ResourceRecordSet: set })),
          { Action: 'CREATE', ResourceRecordSet: weighted(route.old.setIdentifier, ALL, base) }
        ]
      : []
  const fresh: Change[] =
    group.new === null ? [{ Action: 'CREATE', ResourceRecordSet: newMember(route, group, base, newBalancer) }] : []
  return [...old, ...fresh]
}

function answerOf(set: RecordSet): string {
  return textOf(set, ['SetIdentifier', 'Region', 'Failover', 'GeoLocation', 'MultiValueAnswer', 'HealthCheckId', 'TTL'])
}

/** What the record answers is kept, how it was chosen is not. */
function weighted(SetIdentifier: string, Weight: number, base: RecordSet): RecordSet {
  const { Name, Type, TTL, ResourceRecords, AliasTarget } = base
  return {
    Name,
    Type,
    SetIdentifier,
    Weight,
    ...(TTL === undefined ? {} : { TTL }),
    ...(ResourceRecords === undefined || ResourceRecords.length === 0 ? {} : { ResourceRecords }),
    ...(AliasTarget === undefined ? {} : { AliasTarget })
  }
}

function newMember(
  route: Route53RouteSpec,
  { type }: Group,
  base: RecordSet,
  balancer: LoadBalancer | null
): RecordSet {
  const own = { Name: wireName(route.record), Type: type, SetIdentifier: route.new.setIdentifier, Weight: 0 }
  const dnsName = balancer?.DNSName ?? 'DNS-NAME-OF-NEWS-LOAD-BALANCER'
  if (base.AliasTarget === undefined && type === 'CNAME') {
    return { ...own, TTL: base.TTL ?? TTL_SECONDS, ResourceRecords: [{ Value: dnsName }] }
  }
  const AliasTarget = {
    HostedZoneId: balancer?.CanonicalHostedZoneId ?? 'ZONE-ID-OF-NEWS-LOAD-BALANCER',
    // A network load balancer has no such second name.
    DNSName: balancer?.Type === 'network' ? dnsName : `dualstack.${dnsName}`,
    EvaluateTargetHealth: base.AliasTarget?.EvaluateTargetHealth ?? false
  }
  return { ...own, AliasTarget }
}
