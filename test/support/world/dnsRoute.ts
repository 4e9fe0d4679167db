/**
 * Weighted records of one name in a simulated zone, the load balancer that each side answers with, and the users who follow late.
 */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { RecordType, Route53RouteSpec, Side } from '../../../src/core/migration.ts'
import type { Share } from '../../../src/core/share.ts'
import type { Instant, Ms } from '../../../src/core/time.ts'
import { balancerArn } from './arn.ts'
import { createHistory, type History } from './history.ts'
import type { Resolvers } from './resolvers.ts'
import type { Flow, Split } from './route.ts'
import type { RouteOptions, Rps } from './spec.ts'
import { plainName, toldName, type RecordSets, type Zone } from './zone.ts'

/** What the name servers answer. */
export interface Answers extends Share {
  /** Share of answers that are new's, 0 to 1; null: there is no answer at all. */
  readonly onNew: number | null
  readonly ttlMs: Ms
  readonly by: string
}

export interface DnsRoute {
  readonly kind: 'dns'
  readonly name: string
  readonly region: string
  readonly spec: Route53RouteSpec
  readonly zone: Zone
  readonly loadBalancers: Readonly<Record<Side, string>>
  readonly flows: readonly Flow[]
  readonly live: History<Answers>
  resolvers: Resolvers
  rps: Rps
  /** The zone no longer answers for it. */
  gone: boolean
  countedTo: Instant
  /** Share of users on new. */
  onNew: number
}

export const IDENTIFIERS = { old: 'blue', new: 'green' } as const
const ALIAS_TTL_MS: Ms = 60_000
export const ELB_ZONE_ID = 'Z14GRHDCWA56QT'

/** As DescribeLoadBalancers tells it. */
export const dnsNameOf = (alb: string, region: string): string => `${alb}-1234567890.${region}.elb.amazonaws.com`

export const albsOf = (name: string): Readonly<Record<Side, string>> => ({ old: `${name}-old`, new: `${name}-new` })

export function recordOf(options: RouteOptions): string {
  return plainName(options.record ?? `${options.name}.${options.zone ?? DEFAULT_ZONE}`)
}

export const DEFAULT_ZONE = 'example.com'

export function dnsSpecOf(options: RouteOptions, region: string, zone: Zone): Route53RouteSpec {
  const { name, roleArn, types = ['A'] } = options
  const account = { region, ...(roleArn && { roleArn }) }
  const record = recordOf(options)
  const albs = albsOf(options.groupsOf ?? name)
  const side = (which: Side) => ({
    setIdentifier: IDENTIFIERS[which],
    loadBalancer: options.unnamed ? null : balancerArn(region, albs[which]),
    targetGroups: null,
    vars: {},
    account
  })
  return {
    name,
    type: 'route53',
    key: `route53:${zone.id}/${record}/${types.join('+')}`,
    account,
    hostedZone: zone.id,
    record,
    recordTypes: types,
    old: side('old'),
    new: side('new')
  }
}

/** Both members of every type, with the weights that the scenario begins with. */
export function firstRecords(options: RouteOptions, region: string): RecordSets {
  const { types = ['A'], weights = { old: 100, new: 0 }, ttl } = options
  const alias = options.alias ?? ttl === undefined
  const albs = albsOf(options.groupsOf ?? options.name)
  const values = { A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1', '2001:db8::2'] } as const
  const target = (type: RecordType, which: Side): Partial<ResourceRecordSet> => {
    const DNSName = dnsNameOf(albs[which], region)
    if (alias && type !== 'CNAME') {
      return {
        AliasTarget: { HostedZoneId: ELB_ZONE_ID, DNSName: `dualstack.${DNSName}.`, EvaluateTargetHealth: false }
      }
    }
    const value = type === 'CNAME' ? DNSName : values[type][which === 'old' ? 0 : 1]
    return { TTL: ttl ?? 60, ResourceRecords: [{ Value: value }] }
  }
  return types.flatMap((Type) =>
    (['old', 'new'] as const).map((which) => ({
      Name: toldName(recordOf(options)),
      Type,
      SetIdentifier: IDENTIFIERS[which],
      Weight: weights[which],
      ...target(Type, which)
    }))
  )
}

/** What name servers make of these sets. Where record types differ, users of each are counted alike. */
export function answersOf(spec: Route53RouteSpec, sets: RecordSets, by: string): Answers {
  const name = toldName(spec.record)
  const types = spec.recordTypes.map((type) => {
    const group = sets.filter((set) => set.Name === name && set.Type === type)
    const weight = (side: Side) =>
      group.find(({ SetIdentifier }) => SetIdentifier === spec[side].setIdentifier)?.Weight ?? null
    return { group, old: weight('old'), new: weight('new') }
  })
  const [first] = types
  const shares = types.flatMap((one) => {
    if (one.old === null && one.new === null) return []
    const sum = (one.old ?? 0) + (one.new ?? 0)
    // All zero means equal shares, of those that stand.
    if (sum === 0) return [(one.new === null ? 0 : 1) / (Number(one.old !== null) + Number(one.new !== null))]
    return [(one.new ?? 0) / sum]
  })
  const ttls = types.flatMap(({ group }) => group.map(({ TTL }) => (TTL === undefined ? ALIAS_TTL_MS : TTL * 1000)))
  return {
    old: first?.old ?? 0,
    new: first?.new ?? 0,
    onNew: shares.length === 0 ? null : shares.reduce((a, b) => a + b, 0) / shares.length,
    ttlMs: Math.max(ALIAS_TTL_MS / 60, ...ttls),
    by
  }
}

export function createDnsRoute(
  options: RouteOptions & { readonly rps: Rps; readonly region: string },
  parts: {
    readonly zone: Zone
    readonly flows: readonly Flow[]
    readonly from: Instant
    readonly resolvers: (share: number, ttlMs: Ms) => Resolvers
  }
): DnsRoute {
  const { zone, flows, from } = parts
  const spec = dnsSpecOf(options, options.region, zone)
  const answers = answersOf(spec, zone.control.newest(), 'start')
  const albs = albsOf(options.groupsOf ?? options.name)
  const { region } = options
  return {
    kind: 'dns',
    name: options.name,
    region,
    spec,
    zone,
    loadBalancers: { old: balancerArn(region, albs.old), new: balancerArn(region, albs.new) },
    flows,
    live: createHistory<Answers>(from, answers),
    resolvers: parts.resolvers(answers.onNew ?? 0, answers.ttlMs),
    rps: options.rps,
    gone: false,
    countedTo: from,
    onNew: answers.onNew ?? 0
  }
}

export const dnsSplit = ({ old, new: fresh }: Share): Split => ({
  old,
  new: fresh,
  attached: true,
  stickySeconds: null
})
