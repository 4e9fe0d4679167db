/**
 * One route as AWS holds it: a listener's default action or a rule, with its target groups, what the API was told and what the
 * data plane does. Changes only through `change`.
 */
import type { AlbRouteSpec, Side } from '../../../src/core/migration.ts'
import type { Share } from '../../../src/core/share.ts'
import type { Instant } from '../../../src/core/time.ts'
import type { Actions, Forward } from './action.ts'
import { forwardAction, forwardOf } from './action.ts'
import { balancerArn, listenerArn, ruleArn, targetGroupArn } from './arn.ts'
import type { Behaviour } from './behaviour.ts'
import type { History } from './history.ts'
import { createHistory } from './history.ts'
import type { RouteOptions, Rps, Tags } from './spec.ts'
import { DEFAULT_REGION } from './spec.ts'
import type { Tally } from './tally.ts'
import type { TargetGroup } from './targets.ts'

/** A state in the data plane, and by whose write it came. */
export interface Live {
  readonly actions: Actions
  readonly by: string
}

/** Where requests of a route end up. `other`: a third group in the action. */
export interface Flow {
  readonly side: Side | 'other'
  readonly group: TargetGroup
  readonly behaviour: Behaviour
  readonly tally: Tally
}

export interface Route {
  readonly name: string
  readonly kind: 'listener' | 'rule'
  readonly alb: string
  readonly region: string
  readonly arns: {
    readonly loadBalancer: string
    readonly listener: string
    /** Its own, or the listener's default rule. */
    readonly rule: string
    readonly old: string
    readonly new: string
  }
  readonly spec: AlbRouteSpec
  /** It only stands behind records: no migration moves it. */
  readonly backing: boolean
  /** Its listener is one of TLS. */
  readonly tls: boolean
  readonly flows: readonly Flow[]
  /** What the API was told. */
  readonly control: History<Actions>
  readonly live: History<Live>
  rps: Rps
  gone: boolean
  /** Until when its traffic is counted. */
  countedTo: Instant
  /** Share of users on new; differs from the weights only by stickiness. */
  onNew: number
}

/** How a route splits, for people and for checkers. */
export interface Split extends Share {
  /** New stands in the action. */
  readonly attached: boolean
  readonly stickySeconds: number | null
}

export const kindOf = ({ kind }: RouteOptions): Route['kind'] => (kind === 'listener' ? 'listener' : 'rule')

export function arnsOf(options: RouteOptions, region: string): Route['arns'] {
  const { name, alb = 'main' } = options
  const kind = kindOf(options)
  const listener = kind === 'listener' ? name : 'https'
  const pair = options.groupsOf ?? name
  return {
    loadBalancer: balancerArn(region, alb),
    listener: listenerArn(region, alb, listener),
    rule: ruleArn(region, alb, listener, kind === 'listener' ? 'default' : name),
    old: targetGroupArn(region, `${pair}-old`),
    new: targetGroupArn(region, `${pair}-new`)
  }
}

export function specOf(options: RouteOptions, arns: Route['arns'], region: string): AlbRouteSpec {
  const { name, roleArn } = options
  const kind = kindOf(options)
  const account = { region, ...(roleArn && { roleArn }) }
  const arn = kind === 'listener' ? arns.listener : arns.rule
  return {
    name,
    type: 'alb',
    key: `alb:${arn}`,
    target: { kind, arn },
    account,
    old: { targetGroup: arns.old, vars: {}, account },
    new: { targetGroup: arns.new, vars: {}, account }
  }
}

function firstActions(options: RouteOptions, arns: Route['arns'], region: string): Actions {
  const weights = options.weights ?? { old: 1, new: 0 }
  const attached = (options.attached ?? false) || weights.new > 0
  const others = Object.entries(options.others ?? {})
  const groups = [
    { arn: arns.old, weight: weights.old },
    ...(attached ? [{ arn: arns.new, weight: weights.new }] : []),
    ...others.map(([name, weight]) => ({ arn: targetGroupArn(region, name), weight }))
  ]
  const actions = [...(options.before ?? []), forwardAction(groups, options.stickySeconds ?? null)]
  return actions.length === 1 ? actions : actions.map((action, at) => ({ ...action, Order: at + 1 }))
}

export function createRoute(
  options: RouteOptions & { readonly rps: Rps },
  flows: readonly Flow[],
  trafficFrom: Instant
): Route {
  const region = options.region ?? DEFAULT_REGION
  const arns = arnsOf(options, region)
  const actions = firstActions(options, arns, region)
  const route: Route = {
    name: options.name,
    kind: kindOf(options),
    alb: options.alb ?? 'main',
    region,
    arns,
    spec: specOf(options, arns, region),
    backing: false,
    tls: true,
    flows,
    control: createHistory(trafficFrom, actions),
    live: createHistory<Live>(trafficFrom, { actions, by: 'start' }),
    rps: options.rps,
    gone: false,
    countedTo: trafficFrom,
    onNew: 0
  }
  route.onNew = fractionFor(forwardOf(actions), arns.new)
  return route
}

/** A listener that forwards to one group alone: what an alias of a record leads to. */
export function createBacking(name: string, alb: string, group: TargetGroup, from: Instant, tls: boolean): Route {
  const { region } = group
  const options: RouteOptions & { readonly rps: Rps } = { name, kind: 'listener', alb, region, rps: 0 }
  const actions: Actions = [forwardAction([{ arn: group.arn, weight: 1 }], null)]
  return {
    ...createRoute(options, [], from),
    backing: true,
    tls,
    control: createHistory(from, actions),
    live: createHistory<Live>(from, { actions, by: 'start' })
  }
}

/** The share that the weights give to a group. */
export function fractionFor(forward: Forward | null, arn: string): number {
  const groups = forward?.groups ?? []
  if (groups.length === 1) return groups[0]?.arn === arn ? 1 : 0
  const sum = groups.reduce((total, group) => total + group.weight, 0)
  return sum === 0 ? 0 : (groups.find((group) => group.arn === arn)?.weight ?? 0) / sum
}

export function splitOf(route: Route, actions: Actions): Split {
  const forward = forwardOf(actions)
  const groups = forward?.groups ?? []
  const weightOf = (arn: string): number => groups.find((group) => group.arn === arn)?.weight ?? 0
  return {
    old: weightOf(route.arns.old),
    new: weightOf(route.arns.new),
    attached: groups.some((group) => group.arn === route.arns.new),
    stickySeconds: forward?.stickySeconds ?? null
  }
}

/** Every tag set that a route's resources may have, by ARN. */
export function tagsOf(options: RouteOptions, arns: Route['arns']): readonly (readonly [string, Tags])[] {
  const own = options.kind === 'listener' ? arns.listener : arns.rule
  return [
    [own, options.tags ?? {}],
    [arns.old, options.old?.tags ?? {}],
    [arns.new, options.new?.tags ?? {}]
  ]
}
