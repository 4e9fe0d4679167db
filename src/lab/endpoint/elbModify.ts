// ModifyRule and ModifyListener: the two calls that move traffic. The whole list of actions is replaced, last writer wins,
// nothing is merged; there is no version to compare with, as at AWS.

import { dimensionOf } from '../arn.ts'
import type { Action, Opaque } from '../action.ts'
import { forwardOf, newest } from '../action.ts'
import type { Listener, LoadBalancer, Rule, World } from '../world.ts'
import { readActions } from './actionReader.ts'
import { describeListener, describeRule } from './elbShapes.ts'
import type { ElbCall } from './elbCall.ts'
import { listenerByArn, ruleByArn } from './elbFind.ts'
import { list, text } from './query.ts'
import type { QueryInput } from './query.ts'
import { AwsError, invalid } from './service.ts'

export const modifiers: Readonly<Record<string, ElbCall>> = {
  ModifyRule: (world, input) => {
    refuseOthers(input, ['RuleArn', 'Actions'])
    const [loadBalancer, rule] = ruleByArn(world, required(input, 'RuleArn'))
    if (rule.priority === 'default') {
      throw new AwsError('OperationNotPermitted', `Default rule '${rule.arn}' cannot be modified`)
    }
    changeActions(world, loadBalancer, rule, list(input, 'Actions'))
    return { Rules: [describeRule(rule, newest(rule.actions))] }
  },
  ModifyListener: (world, input) => {
    refuseOthers(input, ['ListenerArn', 'DefaultActions'])
    const [loadBalancer, listener] = listenerByArn(world, required(input, 'ListenerArn'))
    changeActions(world, loadBalancer, listener.defaultRule, list(input, 'DefaultActions'))
    return { Listeners: [answer(loadBalancer, listener)] }
  }
}

const answer = (loadBalancer: LoadBalancer, listener: Listener) =>
  describeListener(loadBalancer, listener, newest(listener.defaultRule.actions))

function required(input: QueryInput, key: string): string {
  const value = text(input, key)
  if (value === undefined) throw invalid(`${key} is required`)
  return value
}

/** AWS changes more than actions; the lab says plainly that it does not, instead of ignoring it. */
function refuseOthers(input: QueryInput, known: readonly string[]): void {
  const other = Object.keys(input).find((key) => ![...known, 'Action', 'Version'].includes(key))
  if (other !== undefined) throw invalid(`The lab changes actions only, not ${other}`)
}

function changeActions(world: World, loadBalancer: LoadBalancer, rule: Rule, raw: readonly Opaque[] | undefined): void {
  if (raw === undefined) throw invalid('The lab changes actions only: specify them')
  const actions = readActions(raw, newest(rule.actions))
  checkGroups(world, loadBalancer, actions)
  world.change(rule, loneOrder(actions, rule))
}

/** For a lone action AWS tells an order in rules and none in listeners, whatever was sent. */
function loneOrder(actions: readonly Action[], rule: Rule): readonly Action[] {
  const [only] = actions
  if (only === undefined || actions.length > 1) return actions
  const { order: _order, ...rest } = only
  return [rule.priority === 'default' ? rest : { ...rest, order: 1 }]
}

function checkGroups(world: World, loadBalancer: LoadBalancer, actions: readonly Action[]): void {
  for (const { arn } of forwardOf(actions)?.groups ?? []) {
    if (!/^arn:[^:]+:elasticloadbalancing:[^:]*:\d+:targetgroup\//.test(arn)) {
      throw invalid(`'${arn}' is not a valid target group ARN`)
    }
    if (world.targetGroup(arn) === undefined) {
      throw new AwsError('TargetGroupNotFound', `One or more target groups not found`)
    }
    const elsewhere = world.usedBy(arn).filter((one) => one !== loadBalancer)
    if (elsewhere.length > 0) {
      const told = `The following target groups cannot be associated with more than one load balancer: ${dimensionOf(arn)}`
      throw new AwsError('TargetGroupAssociationLimit', told)
    }
  }
}
