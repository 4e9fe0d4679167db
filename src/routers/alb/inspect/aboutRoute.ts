/**
 * What stands against moving one rule or listener, seen from its own actions. Pure.
 */
import type { AlbRouteSpec } from '../../../core/migration.ts'
import type { Finding } from '../../../core/shift.ts'
import { AwsFailure } from '../../../aws/aws.ts'
import { forwardAction, groupsOf, sidesOf, stickySecondsOf, type Actions, type Group } from '../actions.ts'
import { ownerOf, shortName } from '../arn.ts'
import { normalise } from '../normalise.ts'
import type { Facts } from './facts.ts'
import { mustRead } from './unread.ts'

/** AWS: target groups per action, not adjustable. */
const MOST_GROUPS = 5

export function aboutRoute(route: AlbRouteSpec, facts: Facts): readonly Finding[] {
  const owner = ownerOf(route.target.arn)
  if (owner?.family !== 'app') {
    const detail = `${route.target.arn} is no listener or rule of an application load balancer`
    return [blocker(route, 'not_an_alb', detail, 'name a listener or rule whose ARN holds `/app/`')]
  }
  const actions = facts.found.get(route.key)?.actions
  if (actions === undefined) return []
  if (actions instanceof AwsFailure) return [unread(route, actions)]
  return [...defaultRule(route, facts), ...aboutActions(route, actions)]
}

function unread(route: AlbRouteSpec, failure: AwsFailure): Finding {
  const { kind, arn } = route.target
  if (!failure.gone) return mustRead(failure, route.name, kind === 'rule' ? 'DescribeRules' : 'DescribeListeners')
  return blocker(
    route,
    `${kind}_not_found`,
    `${arn} does not exist`,
    `correct the ${kind}'s ARN, its region and its account`
  )
}

function defaultRule(route: AlbRouteSpec, facts: Facts): readonly Finding[] {
  const owner = ownerOf(route.target.arn)
  const rules = facts.rules.get(owner?.loadBalancer ?? '')
  if (route.target.kind !== 'rule' || rules === undefined || rules instanceof AwsFailure) return []
  const own = rules.find(({ rule }) => rule.RuleArn === route.target.arn)
  if (own?.rule.IsDefault !== true) return []
  const detail = `${route.target.arn} is the default rule of its listener, which can't be changed as a rule`
  return [blocker(route, 'default_rule', detail, `write \`listener: ${own.listener}\` instead of \`rule:\``)]
}

function aboutActions(route: AlbRouteSpec, actions: Actions): readonly Finding[] {
  const sides = sidesOf(route)
  const state = normalise(actions, sides)
  const forward = forwardAction(actions)
  if (forward === null || (state.kind === 'shapeless' && state.code === 'not_forwarding')) {
    const detail = `${route.target.arn}: ${state.kind === 'shapeless' ? state.detail : ''}`
    return [blocker(route, 'not_forwarding', detail, 'let it forward to old before the shift is started')]
  }
  const groups = groupsOf(forward)
  const findings: Finding[] = []
  if (!groups.some((group) => group.arn === sides.old)) {
    const detail = `${route.target.arn} does not forward to old (${shortName(sides.old)}), so there is no way back`
    findings.push(blocker(route, 'old_not_forwarded', detail, 'add old to the action, at weight 0 if need be'))
  } else if (state.kind === 'shapeless') {
    findings.push(blocker(route, state.code, `${route.target.arn}: ${state.detail}`, 'give old a weight'))
  }
  return [...findings, ...otherGroups(route, groups), ...stickiness(route, stickySecondsOf(forward))]
}

function otherGroups(route: AlbRouteSpec, groups: readonly Group[]): readonly Finding[] {
  const sides = sidesOf(route)
  const others = groups.filter(({ arn }) => arn !== sides.old && arn !== sides.new)
  const findings = others
    .filter(({ weight }) => weight > 0)
    .map(({ arn, weight }) =>
      blocker(
        route,
        'third_group',
        `${shortName(arn)} gets traffic as well (weight ${weight}): percents of new would mean nothing`,
        `set its weight to 0, or take ${arn} out of the action`
      )
    )
  const full = groups.length >= MOST_GROUPS && !groups.some(({ arn }) => arn === sides.new)
  if (!full) return findings
  const detail = `the action holds ${groups.length} target groups already, and AWS allows ${MOST_GROUPS}`
  return [...findings, blocker(route, 'no_room', detail, 'take a target group of weight 0 out of the action')]
}

function stickiness(route: AlbRouteSpec, seconds: number | null): readonly Finding[] {
  if (seconds === null) return []
  return [
    {
      severity: 'info',
      code: 'sticky',
      route: route.name,
      detail: `stickiness is on for ${seconds} s: clients stay at their side whatever the weights are`,
      remedy: 'a rollback releases it unless the policy says `stickiness: keep`'
    }
  ]
}

export function blocker(route: AlbRouteSpec, code: string, detail: string, remedy: string): Finding {
  return { severity: 'blocker', code, route: route.name, detail, remedy }
}
