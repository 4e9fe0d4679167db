/**
 * The actions of a rule, or a listener's default actions: as read, as text, and the forward action among them. Pure.
 */
import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AlbRouteSpec } from '../../core/migration.ts'

export type Actions = readonly Action[]

/** Target group ARNs of the two sides. */
export interface Sides {
  readonly old: string
  readonly new: string
}

export interface Group {
  readonly arn: string
  readonly weight: number
}

export function sidesOf(route: AlbRouteSpec): Sides {
  return { old: route.old.targetGroup, new: route.new.targetGroup }
}

/** A rule has exactly one routing action; null where it is not a forward. */
export function forwardAction(actions: Actions): Action | null {
  return actions.find((action) => action.Type === 'forward') ?? null
}

/** `TargetGroupArn` and `ForwardConfig` are two spellings; a weight that was left out is 1, and 0 is a weight. */
export function groupsOf(forward: Action): readonly Group[] {
  const tuples: readonly TargetGroupTuple[] = forward.ForwardConfig?.TargetGroups ?? []
  if (tuples.length === 0)
    return forward.TargetGroupArn === undefined ? [] : [{ arn: forward.TargetGroupArn, weight: 1 }]
  const groups = tuples.map((tuple) => ({ arn: tuple.TargetGroupArn ?? '', weight: tuple.Weight ?? 1 }))
  const [only] = groups
  // Alone a group gets everything, whatever its weight says.
  return groups.length === 1 && only !== undefined ? [{ arn: only.arn, weight: 1 }] : groups
}

/** Longest duration that AWS allows: what to assume where stickiness is on and nothing says for how long. */
const LONGEST_STICKY_SECONDS = 604_800

/** Group stickiness of the action, in seconds; null where it is off. */
export function stickySecondsOf(forward: Action): number | null {
  const config = forward.ForwardConfig?.TargetGroupStickinessConfig
  return config?.Enabled === true ? (config.DurationSeconds ?? LONGEST_STICKY_SECONDS) : null
}

export function rawOf(actions: Actions): string {
  return JSON.stringify(actions)
}

/** The inverse of rawOf; null where the text is not a list of actions. */
export function actionsOf(raw: string): Actions | null {
  try {
    const parsed: unknown = JSON.parse(raw)
    return Array.isArray(parsed) && parsed.every(isAction) ? parsed : null
  } catch {
    return null
  }
}

function isAction(value: unknown): value is Action {
  return typeof value === 'object' && value !== null && 'Type' in value && typeof value.Type === 'string'
}
