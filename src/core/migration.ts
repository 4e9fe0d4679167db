/**
 * What moves: the routes of a migration, each with its two sides. Parsed and validated by src/config, frozen into the
 * shift at its start. CONTRACT section 3.
 */
import type { GateSpec } from './policy.ts'

/** Where an AWS call goes: one region, optionally through a role. Credentials come from the SDK's chain. */
export interface AccountRef {
  readonly region: string
  readonly roleArn?: string
  readonly externalId?: string
}

/** Where a gate, or a side's own measurements, are read, as far as it says so itself; `region: null`: that of the side. */
export interface OwnAccount {
  readonly region: string | null
  readonly roleArn?: string
  readonly externalId?: string
}

/** One metric of CloudWatch that counts. Values of `dimensions` may hold `$side`, `$route` and the side's vars. */
export interface CountedMetric {
  readonly namespace: string
  readonly metric: string
  readonly stat: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** A side that is counted by metrics of its owner's choice, not by its load balancer's: behind an NLB, or gRPC. */
export interface MeasureSpec {
  /** Added up; at least one each. */
  readonly requests: readonly CountedMetric[]
  readonly errors: readonly CountedMetric[]
  /** Null: the side's own. */
  readonly account: OwnAccount | null
}

export interface SideSpec {
  readonly targetGroup: string
  readonly vars: Readonly<Record<string, string>>
  /** Where this side's measurements are read; the route's account where the side names none. */
  readonly account: AccountRef
  /** Absent: it is counted by its load balancer. */
  readonly measure?: MeasureSpec
}

/** Provider identity of what is moved, never the YAML name: `alb:<listener or rule ARN>`, `route53:<zone>/<name>/<types>`. */
export type RouteKey = string

interface RouteCommon {
  readonly name: string
  readonly key: RouteKey
  /** Where the provider's calls for this route go. */
  readonly account: AccountRef
}

/** Controllers that write what they own by themselves. */
export const CONTROLLERS = ['aws-load-balancer-controller', 'ack', 'crossplane'] as const
export type ControllerName = (typeof CONTROLLERS)[number]

export interface AlbRouteSpec extends RouteCommon {
  readonly type: 'alb'
  /** Controllers (true: all) that may own what is moved: its owner knows that they will write over what Sluice writes. */
  readonly allowOwner?: true | readonly ControllerName[]
  /** The listener whose default action is moved, or the rule; exactly one. */
  readonly target: { readonly kind: 'listener' | 'rule'; readonly arn: string }
  readonly old: SideSpec
  readonly new: SideSpec
}

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

export interface DnsSideSpec {
  readonly setIdentifier: string
  /** ARN of the load balancer that this side's records answer with; null until preflight has found it from the alias. */
  readonly loadBalancer: string | null
  /** Of a shared load balancer only these target groups are this side; null: the whole load balancer. */
  readonly targetGroups: readonly string[] | null
  readonly vars: Readonly<Record<string, string>>
  /** Where this side's measurements and health are read. */
  readonly account: AccountRef
  /** Absent: it is counted by its load balancer. */
  readonly measure?: MeasureSpec
}

/** Weighted records of one name; all types and both members move in one batch. */
export interface Route53RouteSpec extends RouteCommon {
  readonly type: 'route53'
  /** Without `/hostedzone/`. */
  readonly hostedZone: string
  /** Lower case, without the trailing dot; `*` as it is. */
  readonly record: string
  readonly recordTypes: readonly RecordType[]
  /** external-dns owns these records, and its owner knows that it will write over what Sluice writes. */
  readonly allowExternalDns?: true
  readonly old: DnsSideSpec
  readonly new: DnsSideSpec
}

/** Every switch over `type` must stay exhaustive. */
export type RouteSpec = AlbRouteSpec | Route53RouteSpec

/** What no two active shifts may hold at once: the listener or rule, or each type of the record. */
export function claimsOf(route: RouteSpec): readonly RouteKey[] {
  switch (route.type) {
    case 'alb':
      return [route.key]
    case 'route53':
      return route.recordTypes.map((type) => `route53:${route.hostedZone}/${route.record}/${type}`)
  }
}

/** What tells two routes' measurements apart: those with the same pair of sides are one measurement (CONTRACT 3). */
export function measurementOf(route: RouteSpec): string {
  switch (route.type) {
    case 'alb':
      return JSON.stringify(SIDES.map((side) => [route[side].targetGroup, ownCounts(route, side)]))
    case 'route53':
      return JSON.stringify(
        SIDES.map((side) => [route[side].loadBalancer, route[side].targetGroups, ownCounts(route, side)])
      )
  }
}

/** What may differ between two routes to the same targets: `$route` and vars stand for other values. */
function ownCounts({ name, ...route }: RouteSpec, side: Side): unknown {
  const { measure, vars } = route[side]
  return measure === undefined ? null : [measure, vars, name]
}

/** Names of the routes, the first of those that are one measurement. */
export function onceMeasured(routes: readonly RouteSpec[]): readonly string[] {
  return [...Map.groupBy(routes, measurementOf).values()].flatMap(([first]) => first?.name ?? [])
}

export interface Migration {
  readonly name: string
  readonly description: string
  readonly versions: { readonly from: string; readonly to: string } | null
  readonly routes: readonly RouteSpec[]
  readonly gates: readonly GateSpec[]
}

export const SIDES = ['old', 'new'] as const
export type Side = (typeof SIDES)[number]
