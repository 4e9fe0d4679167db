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

export interface SideSpec {
  readonly targetGroup: string
  readonly vars: Readonly<Record<string, string>>
  /** Where this side's measurements are read; the route's account where the side names none. */
  readonly account: AccountRef
}

/** Provider identity of what is moved, never the YAML name: `alb:<listener or rule ARN>`. Two shifts may not hold the same one. */
export type RouteKey = string

export interface AlbRouteSpec {
  readonly name: string
  readonly type: 'alb'
  readonly key: RouteKey
  /** The listener whose default action is moved, or the rule; exactly one. */
  readonly target: { readonly kind: 'listener' | 'rule'; readonly arn: string }
  readonly account: AccountRef
  readonly old: SideSpec
  readonly new: SideSpec
}

/** A union of one today; every switch over `type` must stay exhaustive. */
export type RouteSpec = AlbRouteSpec

export interface Migration {
  readonly name: string
  readonly description: string
  readonly versions: { readonly from: string; readonly to: string } | null
  readonly routes: readonly RouteSpec[]
  readonly gates: readonly GateSpec[]
}

export const SIDES = ['old', 'new'] as const
export type Side = (typeof SIDES)[number]
