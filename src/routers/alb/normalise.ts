/**
 * Actions as read, to what two reads can be compared by: equal states are equal however AWS spelt them. Pure.
 */
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Share } from '../../core/share.ts'
import { canonical } from '../canonical.ts'
import { forwardAction, groupsOf, stickySecondsOf, type Actions, type Sides } from './actions.ts'

export interface Normal {
  readonly kind: 'normal'
  readonly share: Share
  readonly attached: boolean
  readonly stickySeconds: number | null
  readonly shape: string
}

/** The rule is there, but has no share of old and new that could be compared with another. */
export interface Shapeless {
  readonly kind: 'shapeless'
  readonly code: 'not_forwarding' | 'no_weight'
  readonly detail: string
}

export function normalise(actions: Actions, sides: Sides): Normal | Shapeless {
  const forward = forwardAction(actions)
  if (forward === null) {
    const types = actions.map((action) => action.Type).join(', ')
    return { kind: 'shapeless', code: 'not_forwarding', detail: `no forward action, but: ${types}` }
  }
  const groups = groupsOf(forward)
  const old = groups.find((group) => group.arn === sides.old)
  const fresh = groups.find((group) => group.arn === sides.new)
  if (old === undefined && fresh === undefined) {
    return { kind: 'shapeless', code: 'not_forwarding', detail: 'forwards to neither old nor new' }
  }
  const share = { old: old?.weight ?? 0, new: fresh?.weight ?? 0 }
  if (share.old + share.new === 0) {
    return { kind: 'shapeless', code: 'no_weight', detail: 'old and new both have weight 0' }
  }
  return {
    kind: 'normal',
    share,
    attached: fresh !== undefined,
    stickySeconds: stickySecondsOf(forward),
    shape: shapeOf(actions, forward, sides)
  }
}

/** Everything but the weights of old and new and new's presence, as one text. */
function shapeOf(actions: Actions, forward: Action, sides: Sides): string {
  return JSON.stringify(
    canonical({
      before: inOrder(actions)
        .filter((action) => action !== forward)
        .map(withoutOrder),
      others: groupsOf(forward)
        .filter((group) => group.arn !== sides.old && group.arn !== sides.new)
        .toSorted((a, b) => (a.arn < b.arn ? -1 : 1)),
      stickySeconds: stickySecondsOf(forward)
    })
  )
}

/** AWS carries actions out by `Order`, not as they are listed. */
function inOrder(actions: Actions): Actions {
  return actions.toSorted((a, b) => (a.Order ?? 0) - (b.Order ?? 0))
}

/** The place in the list says it; and no two spellings of the client secret may differ. */
function withoutOrder(ordered: Action): object {
  const { Order: _order, ...action } = ordered
  if (action.AuthenticateOidcConfig === undefined) return action
  const { ClientSecret: _secret, UseExistingClientSecret: _existing, ...oidc } = action.AuthenticateOidcConfig
  return { ...action, AuthenticateOidcConfig: oidc }
}
