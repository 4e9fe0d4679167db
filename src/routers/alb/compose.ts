/**
 * What stands, plus what is wanted, to the actions to write. Everything that is not named in the want is kept as found, because
 * AWS replaces the whole list. Pure; never gives back a state in which nobody gets traffic.
 */
import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Want } from '../../core/shift.ts'
import { AwsFailure } from '../../aws/aws.ts'
import { LARGEST_WEIGHT } from '../thousandths.ts'
import { forwardAction, groupsOf, type Actions, type Group, type Sides } from './actions.ts'

/** Throws AwsFailure `bug` where the want cannot be written. */
export function compose(actions: Actions, sides: Sides, want: Want): Action[] {
  const forward = forwardAction(actions)
  if (forward === null) throw bug('NoForward', 'there is no forward action to change')
  for (const weight of [want.share.old, want.share.new]) {
    if (!Number.isInteger(weight) || weight < 0 || weight > LARGEST_WEIGHT) {
      throw bug('BadWeight', `a weight is an integer from 0 to ${LARGEST_WEIGHT}, not ${weight}`)
    }
  }
  const groups = wantedGroups(groupsOf(forward), sides, want)
  if (groups.every((group) => group.weight === 0)) throw bug('AllZero', 'every weight would be 0')
  return actions.map((action) => (action === forward ? forwarding(forward, groups, want) : kept(action)))
}

/** Found groups keep their places; old always stands, new unless it shall not. */
function wantedGroups(found: readonly Group[], sides: Sides, want: Want): readonly Group[] {
  const { share, attached } = want
  if (attached === false && share.new > 0)
    throw bug('WeightOnNothing', 'new shall have weight and not stand in the action')
  const weights = new Map<string, number | null>([[sides.old, share.old]])
  const stands = found.some((group) => group.arn === sides.new)
  if (attached === false) weights.set(sides.new, null)
  else if (attached === true || stands || share.new > 0) weights.set(sides.new, share.new)
  const kept = found.flatMap((group) => {
    const weight = weights.get(group.arn)
    weights.delete(group.arn)
    if (weight === null) return []
    return [{ arn: group.arn, weight: weight ?? group.weight }]
  })
  const added = [...weights].flatMap(([arn, weight]) => (weight === null ? [] : [{ arn, weight }]))
  return [...kept, ...added]
}

/** `TargetGroupArn` may only stand beside a single group: it is left out. */
function forwarding(found: Action, groups: readonly Group[], want: Want): Action {
  const { TargetGroupArn: _single, ...forward } = found
  const tuples: TargetGroupTuple[] = groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight }))
  const config = { ...forward.ForwardConfig, TargetGroups: tuples }
  return {
    ...forward,
    ForwardConfig: want.unstick ? { ...config, TargetGroupStickinessConfig: { Enabled: false } } : config
  }
}

/** AWS never tells a client secret: it must be asked to keep the one it has. */
function kept(action: Action): Action {
  if (action.Type !== 'authenticate-oidc' || action.AuthenticateOidcConfig === undefined) return { ...action }
  const { ClientSecret: _secret, ...oidc } = action.AuthenticateOidcConfig
  return { ...action, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } }
}

function bug(code: string, detail: string): AwsFailure {
  return new AwsFailure(detail, { kind: 'bug', code })
}
