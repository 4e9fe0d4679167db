/**
 * ELBv2's writes: what is sent replaces what was, whole; the last writer wins. Throws Refusal for what AWS refuses.
 */
import type * as Sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Actions } from './action.ts'
import { toldActions } from './action.ts'
import type { View } from './view.ts'
import { invalid, notFound, Refusal } from './failures.ts'
import type { Route } from './route.ts'

/** What a write command means; null where the input is none or names nothing that is known. */
export interface Write {
  readonly operation: 'ModifyRule' | 'ModifyListener'
  readonly arn: string
  readonly actions: Actions | null
}

export function writeOf(operation: string, input: object): Write | null {
  if (operation === 'ModifyRule') {
    const { RuleArn, Actions: actions } = input as Sdk.ModifyRuleCommandInput
    return { operation, arn: RuleArn ?? '', actions: actions ?? null }
  }
  if (operation === 'ModifyListener') {
    const { ListenerArn, DefaultActions } = input as Sdk.ModifyListenerCommandInput
    return { operation, arn: ListenerArn ?? '', actions: DefaultActions ?? null }
  }
  return null
}

/** The route that a write is about, gone or not. */
export function routeOf(view: View, write: Write): Route | null {
  return (
    view.cloud.routes.find((route) =>
      write.operation === 'ModifyRule'
        ? route.arns.rule === write.arn
        : route.kind === 'listener' && route.arns.listener === write.arn
    ) ?? null
  )
}

/** Carries it out and gives the answer's output. */
export function perform(view: View, write: Write, by: string): object {
  const route = routeOf(view, write)
  const inReach = route !== null && !route.gone && route.region === view.region
  if (!inReach) throw notFound(write.operation === 'ModifyRule' ? 'Rule' : 'Listener')
  if (write.operation === 'ModifyRule' && route.kind === 'listener') {
    throw new Refusal('OperationNotPermittedException', 'Default rules cannot be modified')
  }
  if (!write.actions) throw invalid('There is nothing to change')
  view.cloud.change(route, write.actions, by)
  const actions = toldActions(write.actions)
  return write.operation === 'ModifyRule'
    ? { Rules: [{ RuleArn: route.arns.rule, Actions: actions, IsDefault: false }] }
    : {
        Listeners: [
          { ListenerArn: route.arns.listener, LoadBalancerArn: route.arns.loadBalancer, DefaultActions: actions }
        ]
      }
}
