/**
 * Short forms for tests of the world: one call, one answer, as much virtual time as it needs.
 */
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { ModifyListenerCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Access, AwsCommand } from '../../../src/aws/client.ts'
import type { Share } from '../../../src/core/share.ts'
import type { Instant } from '../../../src/core/time.ts'
import { dimensionOf } from './arn.ts'
import type { World } from './world.ts'

export interface AskOptions {
  readonly region?: string
  readonly access?: Access
  readonly signal?: AbortSignal
}

const SERVICES: Readonly<Record<string, 'cloudwatch'>> = {
  GetMetricDataCommand: 'cloudwatch',
  DescribeAlarmsCommand: 'cloudwatch'
}

/** Sends a command without waiting for anything. */
export function sending<O extends object>(world: World, command: AwsCommand<O>, options: AskOptions = {}): Promise<O> {
  const { region = world.region, access = 'write', signal = new AbortController().signal } = options
  const service = SERVICES[command.constructor.name] ?? 'elbv2'
  return world.client(service, { region }, access).send(command, { abortSignal: signal })
}

/** Sends a command and lets time pass until it is answered. */
export function ask<O extends object>(world: World, command: AwsCommand<O>, options: AskOptions = {}): Promise<O> {
  return world.clock.complete(sending(world, command, options))
}

/** The write that brings a route to these weights; both groups stand in the action. */
export function weigh(world: World, name: string, weights: Share): ModifyRuleCommand | ModifyListenerCommand {
  const { arns, spec } = world.route(name)
  const TargetGroups = [
    { TargetGroupArn: arns.old, Weight: weights.old },
    { TargetGroupArn: arns.new, Weight: weights.new }
  ]
  const actions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }]
  return spec.target.kind === 'rule'
    ? new ModifyRuleCommand({ RuleArn: spec.target.arn, Actions: actions })
    : new ModifyListenerCommand({ ListenerArn: spec.target.arn, DefaultActions: actions })
}

export interface Asked {
  readonly metric: string
  /** Absent: of the load balancer as a whole. */
  readonly side?: 'old' | 'new'
}

/** GetMetricData for sums of a route's metrics; the answers come in the same order. */
export function sums(
  world: World,
  route: string,
  asked: readonly Asked[],
  window: { readonly from: Instant; readonly to: Instant; readonly period?: number },
  more: Partial<GetMetricDataCommand['input']> = {}
): GetMetricDataCommand {
  const { arns } = world.route(route)
  return new GetMetricDataCommand({
    StartTime: new Date(window.from),
    EndTime: new Date(window.to),
    ScanBy: 'TimestampAscending',
    MetricDataQueries: asked.map(({ metric, side }, n) => ({
      Id: `q${n}`,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/ApplicationELB',
          MetricName: metric,
          Dimensions: [
            ...(side ? [{ Name: 'TargetGroup', Value: dimensionOf(arns[side]) }] : []),
            { Name: 'LoadBalancer', Value: dimensionOf(arns.loadBalancer) }
          ]
        },
        Period: window.period ?? 60,
        Stat: 'Sum'
      }
    })),
    ...more
  })
}
