/**
 * What the other rules of the same load balancers do with the same target groups: traffic that a shift would leave behind.
 * Pure.
 */
import type { AlbRouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { forwardAction, groupsOf } from '../actions.ts'
import { shortName } from '../arn.ts'
import type { Facts, PlacedRule } from './facts.ts'
import { couldRead } from './unread.ts'

export function aboutRules(facts: Facts): readonly Finding[] {
  return [...facts.rules.values()].flatMap((rules) =>
    rules instanceof AwsFailure
      ? [couldRead(rules, null, 'DescribeListeners and DescribeRules', 'rules that no route names')]
      : rules.flatMap((placed) => forgotten(placed, facts.routes))
  )
}

/** A rule that forwards to old or new, and that no route moves. */
function forgotten(placed: PlacedRule, routes: readonly AlbRouteSpec[]): readonly Finding[] {
  if (routes.some((route) => isOf(placed, route))) return []
  const forward = forwardAction(placed.rule.Actions ?? [])
  if (forward === null) return []
  const arns = groupsOf(forward).map(({ arn }) => arn)
  const route = routes.find((one) => arns.includes(one.old.targetGroup) || arns.includes(one.new.targetGroup))
  if (route === undefined) return []
  const side = arns.includes(route.old.targetGroup) ? 'old' : 'new'
  const thing =
    placed.rule.IsDefault === true
      ? `the default action of ${placed.listener}`
      : `${placed.rule.RuleArn ?? 'a rule'} (${conditionsOf(placed)})`
  return [
    {
      severity: 'warning',
      code: 'forgotten_rule',
      route: route.name,
      detail: `${thing} forwards to ${side} too (${shortName(route[side].targetGroup)}), and no route of this shift moves it`,
      remedy:
        'add it to the migration as a route, or leave it on purpose: its traffic stays, and is counted with that side'
    }
  ]
}

function isOf({ rule, listener }: PlacedRule, route: AlbRouteSpec): boolean {
  switch (route.target.kind) {
    case 'rule':
      return rule.RuleArn === route.target.arn
    case 'listener':
      return rule.IsDefault === true && listener === route.target.arn
  }
}

/** Enough for a person to know the rule by: `priority 10, host-header shop.example.com`. */
function conditionsOf({ rule }: PlacedRule): string {
  const conditions = (rule.Conditions ?? []).map(({ Field, Values, HostHeaderConfig, PathPatternConfig }) => {
    const values = HostHeaderConfig?.Values ?? PathPatternConfig?.Values ?? Values ?? []
    return [Field ?? '', ...values].join(' ').trim()
  })
  return [`priority ${rule.Priority ?? '?'}`, ...conditions].join(', ')
}

/** Two routes with the same pair of target groups: AWS counts their requests together. */
export function sharedPairs(routes: readonly AlbRouteSpec[]): readonly Finding[] {
  const pairs = Map.groupBy(routes, (route) => `${route.old.targetGroup} ${route.new.targetGroup}`)
  return [...pairs.values()].flatMap(([first, ...rest]) =>
    first === undefined || rest.length === 0
      ? []
      : [
          {
            severity: 'info' as const,
            code: 'same_measurement',
            route: first.name,
            detail: `${[first, ...rest].map(({ name }) => name).join(', ')} have the same pair of target groups: they are one measurement`,
            remedy: 'nothing, unless they must be judged apart: then give them target groups of their own'
          }
        ]
  )
}
