/**
 * The load balancers behind records: by ARN, by the DNS name that an alias names, and their target groups. What seldom changes
 * is kept for a while, as health is read every few seconds. Throws AwsFailure only.
 */
import {
  DescribeCapacityReservationCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  type Listener,
  type LoadBalancer
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { callerOf } from '../../core/account.ts'
import type { Instant, Ms } from '../../core/time.ts'
import type { Clock } from '../../clock.ts'
import { allPages, inBatches, type Got } from '../elb/batches.ts'
import type { As } from '../elb/targets.ts'
import { plainName } from './records.ts'

export interface Balancers {
  /** ARNs of the target groups that the load balancer forwards to. */
  targetGroups(as: As, arn: string): Promise<readonly string[]>
  /** By the name that an alias or a CNAME holds; null where this region and account has no such load balancer. */
  byDnsName(as: As, dnsName: string): Promise<LoadBalancer | null>
}

const GROUPS_GOOD_MS: Ms = 30_000
const LIST_GOOD_MS: Ms = 300_000
const BATCH = 20

export function makeBalancers(clock: Clock): Balancers {
  const groups = keeping<readonly string[]>(clock, GROUPS_GOOD_MS)
  const lists = keeping<readonly LoadBalancer[]>(clock, LIST_GOOD_MS)
  return {
    targetGroups: (as, arn) => groups(`${callerOf(as.account)}\n${arn}`, () => targetGroupsOf(as, arn)),
    byDnsName: async (as, dnsName) => {
      const wanted = balancerName(dnsName)
      const all = await lists(callerOf(as.account), () => everyBalancer(as))
      return all.find(({ DNSName }) => balancerName(DNSName ?? '') === wanted) ?? null
    }
  }
}

/** `dualstack.shop-1.eu-west-1.elb.amazonaws.com.` and the name that ELB tells are one. */
export function balancerName(dnsName: string): string {
  return plainName(dnsName).replace(/^dualstack\./, '')
}

export function balancersByArn(as: As, arns: readonly string[]): Promise<ReadonlyMap<string, Got<LoadBalancer>>> {
  const fetch = async (LoadBalancerArns: string[]) => {
    const { output } = await as.aws.send(
      'elbv2',
      as.account,
      new DescribeLoadBalancersCommand({ LoadBalancerArns }),
      as.call
    )
    return new Map((output.LoadBalancers ?? []).map((one) => [one.LoadBalancerArn ?? '', one]))
  }
  return inBatches<LoadBalancer>(arns, BATCH, fetch, 'LoadBalancerNotFound')
}

export function listenersOf(as: As, LoadBalancerArn: string): Promise<readonly Listener[]> {
  return allPages(async (Marker) => {
    const command = new DescribeListenersCommand({ LoadBalancerArn, ...(Marker === undefined ? {} : { Marker }) })
    const { output } = await as.aws.send('elbv2', as.account, command, as.call)
    return { items: output.Listeners ?? [], next: output.NextMarker }
  })
}

/** Load balancer capacity units that are reserved; 0 where none are. */
export async function reservedUnits(as: As, LoadBalancerArn: string): Promise<number> {
  const command = new DescribeCapacityReservationCommand({ LoadBalancerArn })
  const { output } = await as.aws.send('elbv2', as.account, command, as.call)
  return output.MinimumLoadBalancerCapacity?.CapacityUnits ?? 0
}

async function targetGroupsOf(as: As, LoadBalancerArn: string): Promise<readonly string[]> {
  const groups = await allPages(async (Marker) => {
    const command = new DescribeTargetGroupsCommand({ LoadBalancerArn, ...(Marker === undefined ? {} : { Marker }) })
    const { output } = await as.aws.send('elbv2', as.account, command, as.call)
    return { items: output.TargetGroups ?? [], next: output.NextMarker }
  })
  return groups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? [])
}

/** ELBv2 finds nothing by DNS name: FM-05, every page is read. */
function everyBalancer(as: As): Promise<readonly LoadBalancer[]> {
  return allPages(async (Marker) => {
    const command = new DescribeLoadBalancersCommand(Marker === undefined ? {} : { Marker })
    const { output } = await as.aws.send('elbv2', as.account, command, as.call)
    return { items: output.LoadBalancers ?? [], next: output.NextMarker }
  })
}

/** Answers, and only answers, are kept. */
function keeping<T>(clock: Clock, goodMs: Ms) {
  const kept = new Map<string, { readonly at: Instant; readonly value: T }>()
  return async (key: string, fetch: () => Promise<T>): Promise<T> => {
    const known = kept.get(key)
    if (known !== undefined && clock.now() - known.at <= goodMs) return known.value
    const at = clock.now()
    const value = await fetch()
    kept.set(key, { at, value })
    return value
  }
}
