// Finds things of the world by ARN, with AWS's errors for ARNs that are malformed or name nothing.

import type { Listener, LoadBalancer, Rule, World } from '../world.ts'
import type { TargetGroup } from '../targetGroup.ts'
import { AwsError, invalid } from './service.ts'

function checkArn(arn: string, resource: string, noun: string): void {
  if (!new RegExp(`^arn:[^:]+:elasticloadbalancing:[^:]*:\\d+:${resource}/`).test(arn)) {
    throw invalid(`'${arn}' is not a valid ${noun} ARN`)
  }
}

export function loadBalancerByArn(world: World, arn: string): LoadBalancer {
  checkArn(arn, 'loadbalancer', 'load balancer')
  const found = world.loadBalancers.find((one) => one.arn === arn)
  if (found === undefined) throw new AwsError('LoadBalancerNotFound', `Load balancer '${arn}' not found`)
  return found
}

export function listenerByArn(world: World, arn: string): readonly [LoadBalancer, Listener] {
  checkArn(arn, 'listener', 'listener')
  for (const loadBalancer of world.loadBalancers) {
    const found = loadBalancer.listeners.find((one) => one.arn === arn)
    if (found !== undefined) return [loadBalancer, found]
  }
  throw new AwsError('ListenerNotFound', 'One or more listeners not found')
}

export function ruleByArn(world: World, arn: string): readonly [LoadBalancer, Rule] {
  checkArn(arn, 'listener-rule', 'listener rule')
  for (const loadBalancer of world.loadBalancers) {
    for (const listener of loadBalancer.listeners) {
      const found = [...listener.rules, listener.defaultRule].find((one) => one.arn === arn)
      if (found !== undefined) return [loadBalancer, found]
    }
  }
  throw new AwsError('RuleNotFound', 'One or more rules not found')
}

export function targetGroupByArn(world: World, arn: string): TargetGroup {
  checkArn(arn, 'targetgroup', 'target group')
  const found = world.targetGroup(arn)
  if (found === undefined) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found')
  return found
}

/** Whatever has tags: DescribeTags takes ARNs of every kind. */
export function taggedByArn(world: World, arn: string): { readonly arn: string; readonly tags: Map<string, string> } {
  const resource = arn.split(':')[5] ?? ''
  if (resource.startsWith('loadbalancer/')) return loadBalancerByArn(world, arn)
  if (resource.startsWith('listener-rule/')) return ruleByArn(world, arn)[1]
  if (resource.startsWith('listener/')) return listenerByArn(world, arn)[1]
  return targetGroupByArn(world, arn)
}
