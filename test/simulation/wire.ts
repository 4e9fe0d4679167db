/**
 * What AWS really answered: reads of rules, of health, of measurements, noted as they arrive at the process. The checker
 * judges by these and by the truth of the world, never by what the system remembers.
 */
import type {
  DescribeListenersCommandOutput,
  DescribeRulesCommandOutput,
  DescribeTargetHealthCommandOutput
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch'
import type { ListResourceRecordSetsCommandOutput } from '@aws-sdk/client-route-53'
import type { AwsClient, ClientFor } from '../../src/aws/client.ts'
import type { Clock } from '../../src/clock.ts'
import type { Share } from '../../src/core/share.ts'
import type { Instant } from '../../src/core/time.ts'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import { repeats, waitAfter } from '../support/sdkReads.ts'
import { forwardOf } from '../support/world/action.ts'
import type { World } from '../support/world/world.ts'
import { toldName } from '../support/world/zone.ts'

export interface Sighting {
  readonly askedAt: Instant
  readonly at: Instant
  readonly share: Share
}

export interface HealthSeen {
  readonly askedAt: Instant
  readonly at: Instant
  readonly healthy: number
}

export interface Wire {
  /** Clients for one life; what they bring is noted. Reads are retried as the SDK does. */
  clientFor(by: string, clock: Clock): ClientFor
  /** Reads of a route's weights, oldest first. */
  sightings(route: string): readonly Sighting[]
  health(targetGroup: string): readonly HealthSeen[]
  /** Values that a complete answer held, by metric and target group (or load balancer) dimension, then by start of the period. */
  measured(metric: string, targetGroup: string): ReadonlyMap<Instant, ReadonlySet<number>>
}

const KEPT = 400

export function makeWire(world: World, routeNames: readonly string[]): Wire {
  const sightings = new Map<string, Sighting[]>()
  const healths = new Map<string, HealthSeen[]>()
  const measured = new Map<string, Map<Instant, Set<number>>>()
  const specs = world.migration().routes.filter(({ name }) => routeNames.includes(name))
  const byArn = new Map(
    specs.flatMap((spec) => (spec.type === 'alb' ? [[spec.target.arn, { name: spec.name, ...sidesOf(spec) }]] : []))
  )
  const byRecord = specs.flatMap((spec) => (spec.type === 'route53' ? [spec] : []))
  const keep = <T>(lists: Map<string, T[]>, key: string, item: T): void => {
    const list = lists.get(key) ?? []
    list.push(item)
    if (list.length > KEPT) list.splice(0, KEPT / 2)
    lists.set(key, list)
  }
  const sawActions = (arn: string | undefined, actions: Parameters<typeof forwardOf>[0], askedAt: Instant): void => {
    const route = byArn.get(arn ?? '')
    const forward = forwardOf(actions)
    if (!route || !forward) return
    const weight = (of: string): number => forward.groups.find((group) => group.arn === of)?.weight ?? 0
    const share = { old: weight(route.old), new: weight(route.new) }
    keep(sightings, route.name, { askedAt, at: world.clock.now(), share })
  }
  /** Only a list that holds both members of the name tells its weights. */
  const sawRecords = (
    { ResourceRecordSets: sets = [] }: ListResourceRecordSetsCommandOutput,
    askedAt: Instant
  ): void => {
    for (const { name, record, recordTypes, ...spec } of byRecord) {
      const own = sets.filter((set) => set.Name === toldName(record) && set.Type === recordTypes[0])
      const weight = (side: 'old' | 'new') => own.find((set) => set.SetIdentifier === spec[side].setIdentifier)?.Weight
      const share = { old: weight('old') ?? 0, new: weight('new') ?? 0 }
      if (own.length > 1) keep(sightings, name, { askedAt, at: world.clock.now(), share })
    }
  }
  const sawMetrics = (input: GetMetricDataCommandInput, output: GetMetricDataCommandOutput): void => {
    const queries = new Map((input.MetricDataQueries ?? []).map((query) => [query.Id, query.MetricStat?.Metric]))
    for (const result of output.MetricDataResults ?? []) {
      const metric = queries.get(result.Id)
      const dimension = (of: string) => metric?.Dimensions?.find(({ Name }) => Name === of)?.Value
      const group = dimension('TargetGroup') ?? dimension('LoadBalancer')
      if (result.StatusCode !== 'Complete' || !metric || group === undefined) continue
      const key = `${metric.MetricName} ${group}`
      const values = measured.get(key) ?? new Map<Instant, Set<number>>()
      measured.set(key, values)
      result.Timestamps?.forEach((time, i) => {
        const known = values.get(time.getTime()) ?? new Set()
        values.set(time.getTime(), known.add(result.Values?.[i] ?? NaN))
      })
    }
  }
  const saw = (operation: string, input: object, output: object, askedAt: Instant): void => {
    if (operation === 'DescribeRules') {
      for (const rule of (output as DescribeRulesCommandOutput).Rules ?? []) {
        sawActions(rule.RuleArn, rule.Actions ?? [], askedAt)
      }
    } else if (operation === 'DescribeListeners') {
      for (const listener of (output as DescribeListenersCommandOutput).Listeners ?? []) {
        sawActions(listener.ListenerArn, listener.DefaultActions ?? [], askedAt)
      }
    } else if (operation === 'DescribeTargetHealth') {
      const states = (output as DescribeTargetHealthCommandOutput).TargetHealthDescriptions ?? []
      const healthy = states.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length
      const { TargetGroupArn: arn = '' } = input as { TargetGroupArn?: string }
      keep(healths, arn, { askedAt, at: world.clock.now(), healthy })
    } else if (operation === 'ListResourceRecordSets') {
      sawRecords(output as ListResourceRecordSetsCommandOutput, askedAt)
    } else if (operation === 'GetMetricData') {
      sawMetrics(input as GetMetricDataCommandInput, output as GetMetricDataCommandOutput)
    }
  }
  return {
    clientFor: (by, clock) => (service, account, access) => {
      const client = world.clientFor(by)(service, account, access)
      const send: AwsClient['send'] = async (command, options) => {
        for (let attempt = 1; ; attempt += 1) {
          const askedAt = world.clock.now()
          try {
            const output = await client.send(command, options)
            saw(command.constructor.name.replace(/Command$/, ''), command.input, output, askedAt)
            return output
          } catch (err) {
            if (!repeats(access, attempt, err)) throw err
            await clock.sleep(waitAfter(attempt))
          }
        }
      }
      return { ...client, send }
    },
    sightings: (route) => sightings.get(route) ?? [],
    health: (group) => healths.get(group) ?? [],
    measured: (metric, group) => measured.get(`${metric} ${group}`) ?? new Map()
  }
}

const sidesOf = ({ old, new: fresh }: AlbRouteSpec) => ({ old: old.targetGroup, new: fresh.targetGroup })
