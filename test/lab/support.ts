// What the tests of the lab share: a lab that ends with its test, the real SDK clients against it, and waiting for conditions
// instead of for time.

import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Test } from 'tap'
import { dimensionOf } from '../../src/lab/arn.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { startLab } from '../../src/lab/lab.ts'
import type { LabOptions } from '../../src/lab/options.ts'

export interface Bench {
  readonly lab: Lab
  readonly elb: ElasticLoadBalancingV2Client
  readonly cloudwatch: CloudWatchClient
}

/** A lab in a hurry: no propagation delay, fast checks, pods that answer at once. */
export async function aLab(t: Test, options: LabOptions = {}): Promise<Bench> {
  const lab = await startLab({ propagationMs: 0, healthCheckMs: 60, drainMs: 20, partialShare: 0, ...options })
  for (const cluster of lab.clusters) cluster.set({ latencyMs: 0, jitterMs: 0 })
  const access = {
    endpoint: lab.endpoint,
    region: lab.region,
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
    maxAttempts: 1
  }
  const elb = new ElasticLoadBalancingV2Client(access)
  const cloudwatch = new CloudWatchClient(access)
  t.teardown(async () => {
    elb.destroy()
    cloudwatch.destroy()
    await lab.close()
  })
  return { lab, elb, cloudwatch }
}

/** CloudWatch without its delays: what was counted is visible at once. */
export const quick = { metricDelayMs: 0, periodMs: 50, showUnfinished: true } satisfies LabOptions

/** Asks again until it is so; the limit is for a lab that is broken, not for one that is slow. */
export async function until(what: string, so: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + limitMs
  while (!(await so())) {
    if (performance.now() > giveUpAt) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const forward = (lab: Lab, weights: Readonly<Record<string, number>>, stickySeconds?: number): Action => ({
  Type: 'forward',
  ForwardConfig: {
    TargetGroups: Object.entries(weights).map(([name, Weight]) => ({
      TargetGroupArn: lab.arns.targetGroup(name),
      Weight
    })),
    ...(stickySeconds === undefined
      ? {}
      : { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: stickySeconds } })
  }
})

/** So many users' requests, a few at a time; how many each side answered. */
export async function ask(lab: Lab, count: number, path = '/', user?: number): Promise<Record<string, number>> {
  const sides: Record<string, number> = {}
  const one = async (): Promise<void> => {
    const { side } = await lab.traffic.sendOne(path, user)
    sides[side] = (sides[side] ?? 0) + 1
  }
  for (let sent = 0; sent < count; sent += 25) {
    await Promise.all(Array.from({ length: Math.min(25, count - sent) }, one))
  }
  return sides
}

export function metric(lab: Lab, name: string, targetGroup?: string, stat = 'Sum', period = 1): MetricDataQuery {
  const dimensions = [{ Name: 'LoadBalancer', Value: dimensionOf(lab.arns.loadBalancer('shop')) }]
  if (targetGroup !== undefined) {
    dimensions.push({ Name: 'TargetGroup', Value: dimensionOf(lab.arns.targetGroup(targetGroup)) })
  }
  const id = `q_${name}_${targetGroup ?? 'lb'}_${stat}`.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return {
    Id: id,
    MetricStat: {
      Metric: { Namespace: 'AWS/ApplicationELB', MetricName: name, Dimensions: dimensions },
      Period: period,
      Stat: stat
    }
  }
}

/** The sum of all visible points of a query over the last minute; nothing where there is no point. */
export async function total({ cloudwatch }: Bench, query: MetricDataQuery): Promise<number | undefined> {
  const now = Date.now()
  const answer = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - 60_000),
      EndTime: new Date(now + 5000),
      MetricDataQueries: [query]
    })
  )
  const values = answer.MetricDataResults?.[0]?.Values ?? []
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}
