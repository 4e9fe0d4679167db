/**
 * ELBv2's reads of load balancers, target groups, their health, and tags. Throws Refusal for what AWS refuses. Facts: API model;
 * one unknown ARN fails the whole call.
 */
import type * as Sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { dnsNameOf, ELB_ZONE_ID } from './dnsRoute.ts'
import { notFound } from './failures.ts'
import { paged } from './page.ts'
import { groupsIn, pageOf, pick, routesIn, unique, type View } from './view.ts'
import { healthOf, type TargetGroup } from './targets.ts'

export function describeLoadBalancers(view: View, input: Sdk.DescribeLoadBalancersCommandInput) {
  const all: Sdk.LoadBalancer[] = unique(routesIn(view), (route) => route.arns.loadBalancer).map((route) => ({
    LoadBalancerArn: route.arns.loadBalancer,
    LoadBalancerName: route.alb,
    DNSName: dnsNameOf(route.alb, route.region),
    CanonicalHostedZoneId: ELB_ZONE_ID,
    Scheme: 'internet-facing',
    Type: 'application',
    IpAddressType: 'ipv4',
    State: { Code: 'active' }
  }))
  if (input.LoadBalancerArns) {
    const missing = () => notFound('LoadBalancer')
    return { LoadBalancers: pick(input.LoadBalancerArns, all, (one) => one.LoadBalancerArn ?? '', missing) }
  }
  const named = input.Names ? all.filter((one) => input.Names?.includes(one.LoadBalancerName ?? '')) : all
  if (input.Names && named.length < input.Names.length) throw notFound('LoadBalancer')
  const { items, next } = paged(named, pageOf(view, input))
  return { LoadBalancers: items, NextMarker: next }
}

export function describeTargetGroups(view: View, input: Sdk.DescribeTargetGroupsCommandInput) {
  const all: Sdk.TargetGroup[] = groupsIn(view).map((group) => ({
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: 'HTTP',
    Port: 8080,
    ProtocolVersion: 'HTTP1',
    TargetType: 'ip',
    HealthCheckEnabled: true,
    HealthCheckPath: '/healthz',
    HealthCheckIntervalSeconds: 15,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
    LoadBalancerArns: group.attachedAt === null ? [] : [group.balancerArn]
  }))
  if (input.TargetGroupArns) {
    const missing = () => notFound('TargetGroup')
    return { TargetGroups: pick(input.TargetGroupArns, all, (one) => one.TargetGroupArn ?? '', missing) }
  }
  const wanted = (one: Sdk.TargetGroup): boolean =>
    (!input.LoadBalancerArn || (one.LoadBalancerArns ?? []).includes(input.LoadBalancerArn)) &&
    (!input.Names || input.Names.includes(one.TargetGroupName ?? ''))
  const { items, next } = paged(all.filter(wanted), pageOf(view, input))
  return { TargetGroups: items, NextMarker: next }
}

/** Nobody reserved anything. */
export function describeCapacityReservation(view: View, input: Sdk.DescribeCapacityReservationCommandInput) {
  if (!routesIn(view).some((route) => route.arns.loadBalancer === input.LoadBalancerArn)) throw notFound('LoadBalancer')
  return { CapacityReservationState: [] }
}

function groupAt(view: View, arn: string | undefined): TargetGroup {
  const group = groupsIn(view).find((one) => one.arn === arn)
  if (!group) throw notFound('TargetGroup')
  return group
}

export function describeTargetHealth(view: View, input: Sdk.DescribeTargetHealthCommandInput) {
  return { TargetHealthDescriptions: healthOf(groupAt(view, input.TargetGroupArn), view.cloud.clock.now()) }
}

export function describeTargetGroupAttributes(view: View, input: Sdk.DescribeTargetGroupAttributesCommandInput) {
  const { attributes } = groupAt(view, input.TargetGroupArn)
  return { Attributes: [...attributes].map(([Key, Value]) => ({ Key, Value })) }
}

function kindOf(arn: string): Parameters<typeof notFound>[0] {
  if (arn.includes(':targetgroup/')) return 'TargetGroup'
  if (arn.includes(':loadbalancer/')) return 'LoadBalancer'
  return arn.includes(':listener/') ? 'Listener' : 'Rule'
}

export function describeTags(view: View, input: Sdk.DescribeTagsCommandInput) {
  const arns = input.ResourceArns ?? []
  const existing = [...routesIn(view).flatMap((route) => Object.values(route.arns)), ...view.cloud.groups.keys()]
  const missing = () => notFound(kindOf(arns.find((arn) => !existing.includes(arn)) ?? ''))
  const found = pick(arns, existing, (arn) => arn, missing)
  return {
    TagDescriptions: found.map((arn) => ({
      ResourceArn: arn,
      Tags: Object.entries(view.cloud.tags.get(arn) ?? {}).map(([Key, Value]) => ({ Key, Value }))
    }))
  }
}
