// An action as ELBv2 tells it. A lone group comes back in both forms, the old TargetGroupArn and a ForwardConfig with default
// stickiness, whatever was sent; groups come back in AWS's order, not the caller's.

import type { Action } from '../action.ts'
import type { Tree } from './query.ts'

export function describeActions(actions: readonly Action[]): readonly Tree[] {
  return actions.map(describeAction)
}

function describeAction(action: Action): Tree {
  const head = { Type: action.type, Order: action.order }
  if (action.forward === undefined)
    return { ...head, ...(action.settings as Readonly<Record<string, Tree>> | undefined) }
  const { groups, stickiness } = action.forward
  return {
    ...head,
    TargetGroupArn: groups.length === 1 ? groups[0]?.arn : undefined,
    ForwardConfig: {
      // By the id at the end of the ARN: an order that means nothing to the caller, like AWS's.
      TargetGroups: groups
        .toSorted((one, other) => (idOf(one.arn) < idOf(other.arn) ? -1 : 1))
        .map((group) => ({ TargetGroupArn: group.arn, Weight: group.weight })),
      TargetGroupStickinessConfig: { Enabled: stickiness.enabled, DurationSeconds: stickiness.seconds }
    }
  }
}

const idOf = (arn: string): string => arn.slice(arn.lastIndexOf('/'))
