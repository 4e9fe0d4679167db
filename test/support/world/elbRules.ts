/**
 * ELBv2's reads of listeners and rules, perhaps as they were a while ago. Throws Refusal for what AWS refuses. Facts: API model;
 * one unknown ARN fails the whole call.
 */
import type * as Sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { toldActions } from './action.ts'
import { ruleArn } from './arn.ts'
import { notFound } from './failures.ts'
import { paged } from './page.ts'
import type { Route } from './route.ts'
import { pageOf, pick, routesIn, unique, type View } from './view.ts'

const told = ({ cloud }: View, route: Route): Sdk.Action[] =>
  toldActions(route.control.asOf(cloud.clock.now() - cloud.readLagMs))

const NOT_FOUND: Sdk.Action[] = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }]

/** Listeners by ARN; a listener that no listener-kind route owns answers 404 by default. */
function listenersIn(view: View): Sdk.Listener[] {
  const listeners = unique(routesIn(view), (route) => route.arns.listener)
  return listeners.map((route, at) => ({
    ListenerArn: route.arns.listener,
    LoadBalancerArn: route.arns.loadBalancer,
    // Nobody shall try to look at the certificate of a load balancer that is not there.
    ...(!route.tls ? { Port: 80, Protocol: 'HTTP' as const } : { Port: 443 + at, Protocol: 'HTTPS' as const }),
    DefaultActions: route.kind === 'listener' ? told(view, route) : NOT_FOUND
  }))
}

export function describeListeners(view: View, input: Sdk.DescribeListenersCommandInput) {
  const all = listenersIn(view)
  if (input.ListenerArns) {
    const listeners = pick(
      input.ListenerArns,
      all,
      (one) => one.ListenerArn ?? '',
      () => notFound('Listener')
    )
    return { Listeners: listeners }
  }
  const own = all.filter((one) => one.LoadBalancerArn === input.LoadBalancerArn)
  if (own.length === 0) throw notFound('LoadBalancer')
  const { items, next } = paged(own, pageOf(view, input))
  return { Listeners: items, NextMarker: next }
}

function rulesIn(view: View): Sdk.Rule[] {
  return routesIn(view).map((route, at) => ({
    RuleArn: route.arns.rule,
    Priority: route.kind === 'listener' ? 'default' : String((at + 1) * 10),
    Conditions: route.kind === 'listener' ? [] : [{ Field: 'path-pattern', Values: [`/${route.name}/*`] }],
    Actions: told(view, route),
    IsDefault: route.kind === 'listener'
  }))
}

/** Of a listener whose default action no route moves. */
function defaultRule(owners: readonly Route[]): Sdk.Rule {
  const [owner] = owners
  const arn = owner ? ruleArn(owner.region, owner.alb, 'https', 'default') : ''
  return { RuleArn: arn, Priority: 'default', Conditions: [], Actions: NOT_FOUND, IsDefault: true }
}

export function describeRules(view: View, input: Sdk.DescribeRulesCommandInput) {
  const all = rulesIn(view)
  if (input.RuleArns) {
    return {
      Rules: pick(
        input.RuleArns,
        all,
        (one) => one.RuleArn ?? '',
        () => notFound('Rule')
      )
    }
  }
  const owners = routesIn(view).filter((route) => route.arns.listener === input.ListenerArn)
  if (owners.length === 0) throw notFound('Listener')
  const arns = new Set(owners.map((route) => route.arns.rule))
  const own = all.filter((one) => arns.has(one.RuleArn ?? ''))
  if (!own.some((one) => one.IsDefault)) own.push(defaultRule(owners))
  const { items, next } = paged(own, pageOf(view, input))
  return { Rules: items, NextMarker: next }
}
