/**
 * The calls of the ELBv2 API that the router makes, with their batch sizes and pages. Throws AwsFailure only.
 */
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Action,
  type Listener,
  type Rule,
  type Tag,
  type TargetGroup
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AlbRouteSpec } from '../../core/migration.ts'
import type { Answered, Turn } from '../../aws/aws.ts'
import type { Actions } from './actions.ts'
import { allPages, inBatches, type Got } from '../elb/batches.ts'
import type { As } from '../elb/targets.ts'

/** AWS takes at most so many ARNs at once. */
const BATCH = 20

/** Actions of rules, or default actions of listeners; answers for every ARN. */
export function actionsByArn(
  as: As,
  kind: AlbRouteSpec['target']['kind'],
  arns: readonly string[]
): Promise<ReadonlyMap<string, Got<Actions>>> {
  switch (kind) {
    case 'rule':
      return inBatches<Actions>(
        arns,
        BATCH,
        async (RuleArns) => mapOf(await describeRules(as, { RuleArns }), 'RuleArn', (rule) => rule.Actions ?? []),
        'RuleNotFound'
      )
    case 'listener':
      return inBatches<Actions>(
        arns,
        BATCH,
        async (ListenerArns) =>
          mapOf(
            await describeListeners(as, { ListenerArns }),
            'ListenerArn',
            (listener) => listener.DefaultActions ?? []
          ),
        'ListenerNotFound'
      )
  }
}

/** Every rule of a load balancer, the default ones among them. */
export async function rulesOf(
  as: As,
  LoadBalancerArn: string
): Promise<readonly { readonly listener: string; readonly rule: Rule }[]> {
  const listeners = await describeListeners(as, { LoadBalancerArn })
  const lists = listeners.map(async ({ ListenerArn = '' }) => {
    const rules = await describeRules(as, { ListenerArn })
    return rules.map((rule) => ({ listener: ListenerArn, rule }))
  })
  return (await Promise.all(lists)).flat()
}

function describeRules(as: As, input: { RuleArns: string[] } | { ListenerArn: string }): Promise<readonly Rule[]> {
  return allPages(async (Marker) => {
    const command = new DescribeRulesCommand({ ...input, ...marked(Marker) })
    const { output } = await as.aws.send('elbv2', as.account, command, as.call)
    return { items: output.Rules ?? [], next: output.NextMarker }
  })
}

function describeListeners(
  as: As,
  input: { ListenerArns: string[] } | { LoadBalancerArn: string }
): Promise<readonly Listener[]> {
  return allPages(async (Marker) => {
    const command = new DescribeListenersCommand({ ...input, ...marked(Marker) })
    const { output } = await as.aws.send('elbv2', as.account, command, as.call)
    return { items: output.Listeners ?? [], next: output.NextMarker }
  })
}

export function targetGroupsByArn(as: As, arns: readonly string[]): Promise<ReadonlyMap<string, Got<TargetGroup>>> {
  const fetch = async (TargetGroupArns: string[]) => {
    const groups = await allPages(async (Marker) => {
      const command = new DescribeTargetGroupsCommand({ TargetGroupArns, ...marked(Marker) })
      const { output } = await as.aws.send('elbv2', as.account, command, as.call)
      return { items: output.TargetGroups ?? [], next: output.NextMarker }
    })
    return mapOf(groups, 'TargetGroupArn', (group) => group)
  }
  return inBatches<TargetGroup>(arns, BATCH, fetch, 'TargetGroupNotFound')
}

export function tagsByArn(as: As, arns: readonly string[]): Promise<ReadonlyMap<string, Got<readonly Tag[]>>> {
  const fetch = async (ResourceArns: string[]) => {
    const { output } = await as.aws.send('elbv2', as.account, new DescribeTagsCommand({ ResourceArns }), as.call)
    return mapOf(output.TagDescriptions ?? [], 'ResourceArn', ({ Tags }) => Tags ?? [])
  }
  return inBatches<readonly Tag[]>(arns, BATCH, fetch, 'ResourceNotFound')
}

/** Attributes of a target group, by their names. */
export async function attributesOf(as: As, TargetGroupArn: string): Promise<Readonly<Record<string, string>>> {
  const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn })
  const { output } = await as.aws.send('elbv2', as.account, command, as.call)
  return Object.fromEntries((output.Attributes ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

export function turnToWrite(as: As): Promise<Turn> {
  return as.aws.turn('elbv2', as.account, 'write', as.call)
}

/** A listener's default action can't be written as a rule. */
export function modify(
  as: As,
  target: AlbRouteSpec['target'],
  actions: Action[],
  turn: Turn
): Promise<Answered<object>> {
  const command =
    target.kind === 'rule'
      ? new ModifyRuleCommand({ RuleArn: target.arn, Actions: actions })
      : new ModifyListenerCommand({ ListenerArn: target.arn, DefaultActions: actions })
  return as.aws.send<object>('elbv2', as.account, command, as.call, turn)
}

function mapOf<K extends string, T extends { readonly [key in K]?: string | undefined }, V>(
  items: readonly T[],
  key: K,
  value: (item: T) => V
): ReadonlyMap<string, V> {
  return new Map(items.map((item) => [item[key] ?? '', value(item)]))
}

function marked(Marker: string | undefined): { Marker?: string } {
  return Marker === undefined ? {} : { Marker }
}
