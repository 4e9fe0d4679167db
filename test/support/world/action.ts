/**
 * The actions of a listener or rule, in the SDK's own shape: what a write may be, what a read tells of it, and what the data
 * plane makes of it. Facts: API model of ELBv2 (Action, ForwardActionConfig) and the listener pages of the ELB guide.
 */
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { invalid, Refusal } from './failures.ts'

export type Actions = readonly Action[]

/** The forward action, normalised. */
export interface Forward {
  readonly groups: readonly { readonly arn: string; readonly weight: number }[]
  /** null: stickiness is off. */
  readonly stickySeconds: number | null
}

const ROUTING = ['forward', 'redirect', 'fixed-response']
const MAX_WEIGHT = 999
const MAX_GROUPS = 5
const MAX_STICKY_SECONDS = 604_800

/** Actions are never changed in place, and asked about every second. */
const parsed = new WeakMap<Actions, Forward | null>()

/** What goes where; null where nothing is forwarded. A single group has all, whatever its weight. */
export function forwardOf(actions: Actions): Forward | null {
  const known = parsed.get(actions)
  if (known !== undefined) return known
  const forward = parseForward(actions)
  parsed.set(actions, forward)
  return forward
}

function parseForward(actions: Actions): Forward | null {
  const action = actions.find((one) => one.Type === 'forward')
  if (!action) return null
  const tuples = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn }]
  const alone = tuples.length === 1
  const sticky = action.ForwardConfig?.TargetGroupStickinessConfig
  return {
    groups: tuples.map((tuple) => ({
      arn: tuple.TargetGroupArn ?? '',
      weight: alone ? (tuple.Weight ?? 1) : (tuple.Weight ?? 0)
    })),
    stickySeconds: sticky?.Enabled ? (sticky.DurationSeconds ?? null) : null
  }
}

export function forwardAction(groups: Forward['groups'], stickySeconds: number | null): Action {
  const stickiness = stickySeconds === null ? { Enabled: false } : { Enabled: true, DurationSeconds: stickySeconds }
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: stickiness
    }
  }
}

/** The same actions with another forward action in its place. */
export function withForward(actions: Actions, forward: Forward): Actions {
  const next = forwardAction(forward.groups, forward.stickySeconds)
  return actions.map((one) => (one.Type === 'forward' ? { ...next, ...(one.Order && { Order: one.Order }) } : one))
}

/** What AWS refuses in a write. Throws Refusal. */
export function checkActions(actions: Actions): void {
  const routing = actions.filter((one) => ROUTING.includes(one.Type ?? ''))
  if (routing.length !== 1) {
    throw new Refusal('InvalidLoadBalancerActionException', 'You must specify exactly one routing action')
  }
  const last = actions.toSorted((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).at(-1)
  if (last !== routing[0]) throw new Refusal('InvalidLoadBalancerActionException', 'The last action must route')
  for (const one of actions) checkAction(one)
}

function checkAction(action: Action): void {
  const oidc = action.AuthenticateOidcConfig
  if (oidc && !oidc.ClientSecret && !oidc.UseExistingClientSecret) {
    throw invalid('A client secret must be specified, or UseExistingClientSecret')
  }
  if (action.Type !== 'forward') return
  const tuples = action.ForwardConfig?.TargetGroups
  if (!tuples) {
    if (!action.TargetGroupArn) throw invalid('A forward action needs a target group')
    return
  }
  if (action.TargetGroupArn && (tuples.length !== 1 || tuples[0]?.TargetGroupArn !== action.TargetGroupArn)) {
    throw new Refusal('InvalidLoadBalancerActionException', 'TargetGroupArn and ForwardConfig do not agree')
  }
  checkWeights(tuples.map((tuple) => tuple.Weight))
  if (new Set(tuples.map((tuple) => tuple.TargetGroupArn)).size !== tuples.length) throw invalid('Duplicate group')
  const sticky = action.ForwardConfig?.TargetGroupStickinessConfig
  const seconds = sticky?.DurationSeconds
  if (sticky?.Enabled && (seconds === undefined || seconds < 1 || seconds > MAX_STICKY_SECONDS)) {
    throw invalid('Stickiness needs DurationSeconds from 1 to 604800')
  }
}

/** All weights 0 is documented nowhere; the world refuses it, so that nobody comes to rely on it. */
function checkWeights(weights: readonly (number | undefined)[]): void {
  if (weights.length === 0) throw invalid('A forward action needs a target group')
  if (weights.length > MAX_GROUPS) throw new Refusal('TooManyTargetGroupsException', 'At most 5 groups an action')
  if (weights.length === 1) return
  for (const weight of weights) {
    if (weight === undefined) throw invalid('A weight must be specified for every target group')
    if (!Number.isInteger(weight) || weight < 0 || weight > MAX_WEIGHT) throw invalid('Weight must be from 0 to 999')
  }
  if (weights.every((weight) => weight === 0)) throw invalid('At least one weight must be above 0')
}

const tellings = new WeakMap<Actions, Action[]>()

/** What Describe* tells: single groups in both forms with default weight and stickiness, and never a client secret. Frozen. */
export function toldActions(actions: Actions): Action[] {
  const known = tellings.get(actions) ?? frozen(tell(actions))
  tellings.set(actions, known)
  return known
}

function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part as object)
  return Object.freeze(value)
}

function tell(actions: Actions): Action[] {
  return actions.map((action) => {
    const told = structuredClone(action)
    if (told.AuthenticateOidcConfig) {
      delete told.AuthenticateOidcConfig.ClientSecret
      delete told.AuthenticateOidcConfig.UseExistingClientSecret
    }
    const forward = told.Type === 'forward' ? forwardOf([told]) : null
    if (!forward) return told
    const [first] = forward.groups
    const alone = forward.groups.length === 1 && first ? { TargetGroupArn: first.arn } : {}
    return { ...told, ...alone, ForwardConfig: forwardAction(forward.groups, forward.stickySeconds).ForwardConfig }
  })
}
