// The Describe… calls of ELBv2. They tell what was written, as the API sees it, and never what the data plane does yet.

import { healthOf } from '../targetGroup.ts'
import type { Listener, LoadBalancer, World } from '../world.ts'
import type { ElbCall, Elbv2Knobs } from './elbCall.ts'
import { listenerByArn, loadBalancerByArn, ruleByArn, taggedByArn, targetGroupByArn } from './elbFind.ts'
import {
  describeListener,
  describeLoadBalancer,
  describeRule,
  describeTarget,
  describeTargetGroup
} from './elbShapes.ts'
import { pageOf, pageSize } from './paging.ts'
import type { QueryInput, Tree } from './query.ts'
import { fields, list, text, texts } from './query.ts'
import { AwsError, invalid } from './service.ts'

type PagedOn = 'LoadBalancers' | 'Listeners' | 'Rules' | 'TargetGroups'

function paged(name: PagedOn, all: readonly Tree[], input: QueryInput, knobs: Elbv2Knobs): Tree {
  const page = pageOf(all, text(input, 'Marker'), pageSize(text(input, 'PageSize'), knobs.pageSize))
  return { [name]: page.items, NextMarker: page.next }
}

export const describers: Readonly<Record<string, ElbCall>> = {
  DescribeLoadBalancers: (world, input, knobs) => {
    const arns = texts(input, 'LoadBalancerArns')
    const names = texts(input, 'Names')
    if (arns.length > 0 && names.length > 0) throw invalid('Load balancer names and ARNs cannot be specified together')
    const chosen = named(world, names) ?? arns.map((arn) => loadBalancerByArn(world, arn))
    const all = names.length + arns.length === 0 ? world.loadBalancers : chosen
    return paged(
      'LoadBalancers',
      all.map((one) => describeLoadBalancer(one, world.region)),
      input,
      knobs
    )
  },

  DescribeListeners: (world, input, knobs) => {
    const of = text(input, 'LoadBalancerArn')
    const arns = texts(input, 'ListenerArns')
    if ((of === undefined) === (arns.length === 0)) {
      throw invalid('Either a load balancer ARN or listener ARNs must be specified')
    }
    const tell = ([lb, one]: readonly [LoadBalancer, Listener]) =>
      describeListener(lb, one, world.told(one.defaultRule))
    if (of === undefined) return { Listeners: arns.map((arn) => tell(listenerByArn(world, arn))) }
    const lb = loadBalancerByArn(world, of)
    return paged(
      'Listeners',
      lb.listeners.map((one) => tell([lb, one])),
      input,
      knobs
    )
  },

  DescribeRules: (world, input, knobs) => {
    const of = text(input, 'ListenerArn')
    const arns = texts(input, 'RuleArns')
    if ((of === undefined) === (arns.length === 0))
      throw invalid('Either a listener ARN or rule ARNs must be specified')
    const rules = of === undefined ? arns.map((arn) => ruleByArn(world, arn)[1]) : rulesOf(listenerByArn(world, of)[1])
    return paged(
      'Rules',
      rules.map((one) => describeRule(one, world.told(one))),
      input,
      knobs
    )
  },

  DescribeTargetGroups: (world, input, knobs) => {
    const of = text(input, 'LoadBalancerArn')
    const arns = texts(input, 'TargetGroupArns')
    const names = texts(input, 'Names')
    if ([of !== undefined, arns.length > 0, names.length > 0].filter(Boolean).length > 1) {
      throw invalid('Only one of load balancer ARN, target group ARNs and names can be specified')
    }
    const lb = of === undefined ? undefined : loadBalancerByArn(world, of)
    const wanted =
      arns.length + names.length > 0
        ? [...arns.map((arn) => targetGroupByArn(world, arn)), ...byName(world, names)]
        : world.targetGroups
    const all = wanted.filter((one) => lb === undefined || world.usedBy(one.arn).includes(lb))
    return paged(
      'TargetGroups',
      all.map((one) => describeTargetGroup(one, world.usedBy(one.arn))),
      input,
      knobs
    )
  },

  DescribeTargetGroupAttributes: (world, input) => {
    const group = targetGroupByArn(world, text(input, 'TargetGroupArn') ?? '')
    return { Attributes: [...group.attributes].map(([Key, Value]) => ({ Key, Value })) }
  },

  DescribeTags: (world, input) => {
    const arns = texts(input, 'ResourceArns')
    if (arns.length === 0 || arns.length > 20)
      throw invalid(`Between 1 and 20 resource ARNs are allowed, not ${arns.length}`)
    const tell = (arn: string): Tree => ({
      ResourceArn: arn,
      Tags: [...taggedByArn(world, arn).tags].map(([Key, Value]) => ({ Key, Value }))
    })
    return { TagDescriptions: arns.map(tell) }
  },

  DescribeTargetHealth
}

const rulesOf = (listener: Listener) => [...listener.rules, listener.defaultRule]

function named(world: World, names: readonly string[]): readonly LoadBalancer[] | undefined {
  if (names.length === 0) return undefined
  return names.map((name) => {
    const found = world.loadBalancers.find((one) => one.name === name)
    if (found === undefined) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${name}]' not found`)
    return found
  })
}

function byName(world: World, names: readonly string[]) {
  return names.map((name) => {
    const found = world.targetGroup(name)
    if (found === undefined) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found')
    return found
  })
}

/** Not paginated, as at AWS. Targets that were asked for and are not registered are told so. */
function DescribeTargetHealth(world: World, input: QueryInput): Tree {
  const group = targetGroupByArn(world, text(input, 'TargetGroupArn') ?? '')
  const attached = world.usedBy(group.arn).length > 0
  const anomalies = texts(input, 'Include').some((one) => one === 'All' || one === 'AnomalyDetection')
  const asked = list(input, 'Targets')?.map(fields)
  const isAsked = (port: number): boolean => asked?.some((one) => Number(text(one, 'Port')) === port) ?? true
  const known = group.registrations.filter((one) => isAsked(one.pod.port))
  const missing = (asked ?? []).filter((one) => !known.some((other) => String(other.pod.port) === text(one, 'Port')))
  const notRegistered = {
    State: 'unused',
    Reason: 'Target.NotRegistered',
    Description: 'Target is not registered to the target group'
  }
  return {
    TargetHealthDescriptions: [
      ...known.map((one) => describeTarget(one, healthOf(one, attached), anomalies)),
      ...missing.map((one) => ({
        Target: { Id: text(one, 'Id'), Port: text(one, 'Port') },
        TargetHealth: notRegistered
      }))
    ]
  }
}
