// How ELBv2 words a load balancer, listener, rule, target group and target: members and values as AWS sends them. Pure.

import type { Action } from '../action.ts'
import { lbDnsName, lbHostedZoneId } from '../lbName.ts'
import { healthPath } from '../podServer.ts'
import type { Health, Registration, TargetGroup } from '../targetGroup.ts'
import type { Listener, LoadBalancer, Rule } from '../world.ts'
import { describeActions } from './actionWriter.ts'
import type { Tree } from './query.ts'

export const vpcId = 'vpc-0123456789abcdef0'
const zones = ['a', 'c', 'd']

export function describeLoadBalancer(one: LoadBalancer, region: string): Tree {
  return {
    LoadBalancerArn: one.arn,
    DNSName: lbDnsName(one, region),
    CanonicalHostedZoneId: lbHostedZoneId,
    CreatedTime: new Date(one.createdAt).toISOString(),
    LoadBalancerName: one.name,
    Scheme: 'internet-facing',
    VpcId: vpcId,
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: zones.map((zone, at) => ({
      ZoneName: `${region}${zone}`,
      SubnetId: `subnet-0${at}23456789abcdef0`
    })),
    SecurityGroups: ['sg-0123456789abcdef0'],
    IpAddressType: one.ipAddressType
  }
}

export function describeListener(lb: LoadBalancer, one: Listener, actions: readonly Action[]): Tree {
  return {
    ListenerArn: one.arn,
    LoadBalancerArn: lb.arn,
    Port: one.port,
    Protocol: 'HTTP',
    DefaultActions: describeActions(actions)
  }
}

export function describeRule(one: Rule, actions: readonly Action[]): Tree {
  const paths = [...one.paths]
  return {
    RuleArn: one.arn,
    Priority: String(one.priority),
    Conditions:
      one.priority === 'default'
        ? []
        : [{ Field: 'path-pattern', Values: paths, PathPatternConfig: { Values: paths } }],
    Actions: describeActions(
      one.priority === 'default' ? actions.map((action) => ({ ...action, order: action.order ?? 1 })) : actions
    ),
    IsDefault: one.priority === 'default'
  }
}

export function describeTargetGroup(one: TargetGroup, usedBy: readonly LoadBalancer[]): Tree {
  return {
    TargetGroupArn: one.arn,
    TargetGroupName: one.name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: vpcId,
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    // AWS allows 5 s at least; the lab checks faster than it says here.
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
    HealthCheckPath: healthPath,
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: usedBy.map((lb) => lb.arn),
    TargetType: 'ip',
    ProtocolVersion: 'HTTP1',
    IpAddressType: 'ipv4'
  }
}

export function describeTarget(one: Registration, health: Health, anomalies: boolean): Tree {
  return {
    Target: { Id: one.pod.host, Port: one.pod.port, AvailabilityZone: one.zone },
    HealthCheckPort: String(one.pod.port),
    TargetHealth: { State: health.state, Reason: health.reason, Description: health.description },
    AnomalyDetection: anomalies ? { Result: 'normal', MitigationInEffect: 'no' } : undefined
  }
}
