/**
 * What a router of records must do, whatever stands behind it: the simulated world, the lab, another imitation of AWS. The zone is
 * looked at and tampered with past the router, by plain commands of the SDK. A world says what it cannot play, and those parts
 * are skipped by name.
 */
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type Change as RecordChange,
  type ResourceRecordSet
} from '@aws-sdk/client-route-53'
import type { Test } from 'tap'
import type { AwsCommand } from '../../src/aws/client.ts'
import type { Urgency } from '../../src/core/call.ts'
import type { RecordType, Route53RouteSpec } from '../../src/core/migration.ts'
import type { Reading, WriteOutcome } from '../../src/core/observation.ts'
import type { Share } from '../../src/core/share.ts'
import type { Want } from '../../src/core/shift.ts'
import type { Change, Router } from '../../src/routers/router.ts'
import { aCall, aWant } from './contract.ts'

export type DnsAbility = 'swap' | 'health' | 'pending' | 'alias' | 'wildcard' | 'inspect' | 'ownTtl'

export interface Door {
  readonly loadBalancer: string
  /** What an alias leads to. */
  readonly dnsName: string
  readonly zoneId: string
}

export interface DnsContractWorld {
  readonly router: Router<Route53RouteSpec>
  readonly cannot?: Partial<Record<DnsAbility, string>>
  readonly zone: string
  readonly domain: string
  readonly region: string
  readonly doors: { readonly old: Door; readonly new: Door }
  now(): number
  /** Past the router. */
  send<O extends object>(command: AwsCommand<O>): Promise<O>
  /** Until a change is everywhere. */
  pass(ms: number): Promise<void>
}

export interface DnsSetup {
  readonly name: string
  readonly types?: readonly RecordType[]
  readonly weights: Share
  readonly third?: number
  /** Plain records with this TTL instead of aliases. */
  readonly ttl?: number
  readonly healthCheck?: string
}

const IDS = { old: 'blue', new: 'green', third: 'red' } as const
const VALUES = { A: '192.0.2.', AAAA: '2001:db8::', CNAME: 'target' } as const

/** The route whose records these are; the records are made by `makeRecords`. */
export function dnsRoute(world: DnsContractWorld, setup: DnsSetup): Route53RouteSpec {
  const record = `${setup.name}.${world.domain}`
  const recordTypes = setup.types ?? ['A']
  const account = { region: world.region }
  const side = (which: 'old' | 'new') => ({
    // Some imitations take an identifier for one of the whole zone.
    setIdentifier: `${IDS[which]}-${setup.name.replace('*', 'any')}`,
    loadBalancer: world.doors[which].loadBalancer,
    targetGroups: null,
    vars: {},
    account
  })
  return {
    name: setup.name,
    type: 'route53',
    key: `route53:${world.zone}/${record}/${recordTypes.join('+')}`,
    account,
    hostedZone: world.zone,
    record,
    recordTypes,
    old: side('old'),
    new: side('new')
  }
}

function setsFor(world: DnsContractWorld, route: Route53RouteSpec, setup: DnsSetup): readonly ResourceRecordSet[] {
  const members = [
    [route.old.setIdentifier, setup.weights.old, 1],
    [route.new.setIdentifier, setup.weights.new, 2],
    ...(setup.third === undefined ? [] : [[`${IDS.third}-${setup.name}`, setup.third, 3] as const])
  ] as const
  return route.recordTypes.flatMap((Type) =>
    members.map(([SetIdentifier, Weight, n]): ResourceRecordSet => {
      const door = n === 2 ? world.doors.new : world.doors.old
      const target =
        setup.ttl === undefined
          ? {
              AliasTarget: {
                HostedZoneId: door.zoneId,
                DNSName: `dualstack.${door.dnsName}`,
                EvaluateTargetHealth: true
              }
            }
          : { TTL: setup.ttl, ResourceRecords: [{ Value: VALUES[Type] + (Type === 'CNAME' ? `${n}.example.net` : n) }] }
      const check = setup.healthCheck === undefined ? {} : { HealthCheckId: setup.healthCheck }
      return { Name: `${route.record}.`, Type, SetIdentifier, Weight, ...target, ...check }
    })
  )
}

export async function makeRecords(world: DnsContractWorld, setup: DnsSetup): Promise<Route53RouteSpec> {
  const route = dnsRoute(world, setup)
  await change(world, 'CREATE', setsFor(world, route, setup))
  return route
}

export async function change(
  world: DnsContractWorld,
  Action: 'CREATE' | 'UPSERT' | 'DELETE',
  sets: readonly ResourceRecordSet[]
): Promise<void> {
  const Changes: RecordChange[] = sets.map((set) => ({ Action, ResourceRecordSet: set }))
  await world.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: world.zone, ChangeBatch: { Changes } }))
  await world.pass(2_000)
}

/** Every record of the name, as it stands. */
export async function standing(
  world: DnsContractWorld,
  route: Route53RouteSpec
): Promise<readonly ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await world.send(new ListResourceRecordSetsCommand({ HostedZoneId: world.zone }))
  const plain = (name = '') => name.toLowerCase().replace(/\.$/, '').replace('\\052', '*')
  return ResourceRecordSets.filter(({ Name }) => plain(Name) === route.record)
}

/** `A blue 90`, sorted. */
async function weights(world: DnsContractWorld, route: Route53RouteSpec): Promise<readonly string[]> {
  const sets = await standing(world, route)
  return sets.map(({ Type, SetIdentifier, Weight }) => `${Type} ${SetIdentifier?.split('-')[0]} ${Weight}`).toSorted()
}

async function tamper(world: DnsContractWorld, route: Route53RouteSpec, share: Share): Promise<void> {
  const sets = await standing(world, route)
  const weighed = sets.map((set) => ({
    ...set,
    Weight: set.SetIdentifier === route.old.setIdentifier ? share.old : share.new
  }))
  await change(world, 'UPSERT', weighed)
}

async function reading(world: DnsContractWorld, route: Route53RouteSpec): Promise<Reading> {
  const found = (await world.router.read([route], aCall(world.now(), 'observe'))).get(route.key)
  if (found?.kind !== 'reading') throw new Error(`no reading: ${JSON.stringify(found)}`)
  return found
}

interface Write {
  readonly route: Route53RouteSpec
  readonly to: Want
  readonly expect: Change['expect']
  readonly urgency?: Urgency
  readonly swap?: boolean
  readonly origin?: string | null
}

async function write(world: DnsContractWorld, one: Write): Promise<WriteOutcome> {
  const { route, to, expect, urgency = expect === 'any' ? 'rollback' : 'forward', origin = null } = one
  // Where a swap can't be played its writes are UPSERTs.
  const swap = one.swap ?? world.cannot?.swap === undefined
  const outcome = (
    await world.router.write([{ route, to, expect, origin, swap, n: 1 }], aCall(world.now(), urgency, 60_000))
  ).get(route.key)
  if (outcome === undefined) throw new Error('no outcome')
  await world.pass(2_000)
  return outcome
}

const at = (share: Share): Change['expect'] => ({ share, attached: true })

export function dnsContract(t: Test, name: string, makeWorld: (t: Test) => Promise<DnsContractWorld>): void {
  t.test(`records contract: ${name}`, async (t) => {
    const world = await makeWorld(t)
    const part: Part = (needs, title, run) => {
      const why = needs.map((need) => world.cannot?.[need]).find((reason) => reason !== undefined)
      t.test(title, why === undefined ? {} : { skip: why }, run)
    }
    reads(part, world)
    writes(part, world)
    rollbacks(part, world)
    looks(part, world)
  })
}

type Part = (needs: readonly DnsAbility[], title: string, run: (t: Test) => Promise<void>) => void

function reads(part: Part, world: DnsContractWorld): void {
  part(['alias'], 'FM-10: aliases are read with a weight of 0, and have no TTL', async (t) => {
    const route = await makeRecords(world, { name: 'alias', weights: { old: 100, new: 0 } })
    const found = await reading(world, route)
    t.match(found, { share: { old: 100, new: 0 }, attached: true, stickySeconds: null, ttlSeconds: null })
    t.equal(found.uneven, undefined)
  })

  part([], 'plain records are read with their TTL', async (t) => {
    const route = await makeRecords(world, { name: 'plain', weights: { old: 90, new: 10 }, ttl: 300 })
    t.match(await reading(world, route), { share: { old: 90, new: 10 }, ttlSeconds: 300 })
  })

  part(['wildcard'], 'a wildcard is one name however it is spelt', async (t) => {
    const route = await makeRecords(world, { name: '*.any', weights: { old: 1, new: 0 }, ttl: 60 })
    t.match(await reading(world, route), { share: { old: 1, new: 0 } })
  })

  part([], 'the shape changes with anything but weights and TTL', async (t) => {
    const route = await makeRecords(world, { name: 'shape', weights: { old: 90, new: 10 }, ttl: 300 })
    const before = await reading(world, route)
    const weighed = (await standing(world, route)).map((set) => ({ ...set, Weight: 7, TTL: 60 }))
    await change(world, 'UPSERT', weighed)
    const after = await reading(world, route)
    t.equal(after.shape, before.shape)
    t.match(after, { share: { old: 7, new: 7 }, ttlSeconds: 60 })
    await change(
      world,
      'UPSERT',
      weighed.map((set, i) => ({ ...set, ResourceRecords: [{ Value: `192.0.2.${100 + i}` }] }))
    )
    t.not((await reading(world, route)).shape, before.shape)
  })

  part([], 'record types at different weights are uneven, and the highest share of new is told', async (t) => {
    const route = await makeRecords(world, {
      name: 'uneven',
      types: ['A', 'AAAA'],
      weights: { old: 90, new: 10 },
      ttl: 60
    })
    t.equal((await reading(world, route)).uneven, undefined)
    const aaaa = (await standing(world, route)).filter(({ Type }) => Type === 'AAAA')
    await change(
      world,
      'UPSERT',
      aaaa.map((set) => ({ ...set, Weight: 50 }))
    )
    t.match(await reading(world, route), { uneven: true, share: { old: 50, new: 50 } })
  })

  part([], 'FM-07: records that are gone are said to be gone, and the others are still answered for', async (t) => {
    const kept = await makeRecords(world, { name: 'kept', weights: { old: 1, new: 0 }, ttl: 60 })
    const lost = dnsRoute(world, { name: 'lost', weights: { old: 1, new: 0 } })
    const found = await world.router.read([kept, lost], aCall(world.now(), 'observe'))
    t.equal(found.get(kept.key)?.kind, 'reading')
    t.match(found.get(lost.key), { kind: 'unreadable', code: 'record_missing', gone: true })
  })
}

function writes(part: Part, world: DnsContractWorld): void {
  part(['alias'], 'FM-01, FM-23: all types and both members are written in one batch, and read back', async (t) => {
    const route = await makeRecords(world, { name: 'both', types: ['A', 'AAAA'], weights: { old: 100, new: 0 } })
    const [percent] = world.router.quantise(route, [100])
    if (percent === undefined) throw new Error('no share')
    const before = await reading(world, route)
    const outcome = await write(world, { route, to: aWant(percent), expect: at({ old: 100, new: 0 }) })
    t.match(outcome, { kind: 'accepted', changeId: /^[A-Z0-9]+$/ })
    t.same(await weights(world, route), ['A blue 90', 'A green 10', 'AAAA blue 90', 'AAAA green 10'])
    const after = await reading(world, route)
    t.equal(after.shape, before.shape, 'every other facet stands')
    t.same(after.share, { old: 90, new: 10 })
  })

  part(['pending'], 'FM-19: a change is PENDING, then INSYNC', async (t) => {
    const route = await makeRecords(world, { name: 'pending', weights: { old: 100, new: 0 }, ttl: 60 })
    const change = { route, to: aWant({ old: 90, new: 10 }), expect: at({ old: 100, new: 0 }), origin: null, n: 1 }
    const outcome = (await world.router.write([change], aCall(world.now()))).get(route.key)
    if (outcome?.kind !== 'accepted' || outcome.changeId === undefined) throw new Error(JSON.stringify(outcome))
    const changes = new Map([[route.key, outcome.changeId]])
    const inSync = async () => {
      const found = (await world.router.read([route], aCall(world.now(), 'observe'), changes)).get(route.key)
      return found?.kind === 'reading' ? found.inSync : undefined
    }
    t.equal(await inSync(), false)
    await world.pass(60_000)
    t.equal(await inSync(), true)
    t.equal((await reading(world, route)).inSync, undefined, 'nobody asked')
  })

  part([], 'FM-12, FM-13: a foreign change since the last look is a conflict, and nothing is written', async (t) => {
    const route = await makeRecords(world, { name: 'conflict', weights: { old: 90, new: 10 }, ttl: 60 })
    await tamper(world, route, { old: 70, new: 30 })
    for (const swap of [true, false]) {
      const to = aWant({ old: 50, new: 50 })
      const outcome = await write(world, { route, to, expect: at({ old: 90, new: 10 }), swap })
      t.match(outcome, { kind: 'conflict', found: { old: 70, new: 30 } })
    }
    t.same(await weights(world, route), ['A blue 70', 'A green 30'])
  })

  part([], 'weights with the same ratio are the same share', async (t) => {
    const route = await makeRecords(world, { name: 'ratio', weights: { old: 9, new: 1 }, ttl: 60 })
    const outcome = await write(world, { route, to: aWant({ old: 50, new: 50 }), expect: at({ old: 90, new: 10 }) })
    t.match(outcome, { kind: 'accepted' })
  })

  part([], 'FM-21: all weights 0 are never written', async (t) => {
    const route = await makeRecords(world, { name: 'nobody', weights: { old: 90, new: 10 }, ttl: 60 })
    const outcome = await write(world, { route, to: aWant({ old: 0, new: 0 }), expect: 'any' })
    t.match(outcome, { kind: 'refused', code: 'AllZero' })
    t.same(await weights(world, route), ['A blue 90', 'A green 10'])
  })

  part(['alias'], 'FM-09: a write keeps health checks, targets and third members as found', async (t) => {
    const healthCheck = '11111111-2222-3333-4444-555555555555'
    const route = await makeRecords(world, { name: 'facets', weights: { old: 90, new: 10 }, third: 0, healthCheck })
    const facets = async () => (await standing(world, route)).map(({ Weight: _weight, ...rest }) => rest)
    const before = await facets()
    for (const swap of world.cannot?.swap === undefined ? [true, false] : [false]) {
      const outcome = await write(world, { route, to: aWant({ old: 50, new: 50 }), expect: 'any', swap })
      t.match(outcome, { kind: 'accepted' })
      t.same(await facets(), before)
    }
    t.same(await weights(world, route), ['A blue 50', 'A green 50', 'A red 0'])
  })

  part([], 'FM-18: a TTL is written to every member of the group at once', async (t) => {
    const route = await makeRecords(world, { name: 'ttl', weights: { old: 100, new: 0 }, third: 0, ttl: 300 })
    const to = aWant({ old: 100, new: 0 }, { ttlSeconds: 60 })
    t.match(await write(world, { route, to, expect: at({ old: 100, new: 0 }) }), { kind: 'accepted' })
    t.same(
      (await standing(world, route)).map(({ TTL }) => TTL),
      [60, 60, 60]
    )
    t.equal((await reading(world, route)).ttlSeconds, 60)
  })

  part([], 'FM-07: one route that fails never keeps the others of its zone from being written', async (t) => {
    const [first, last] = [
      await makeRecords(world, { name: 'first', weights: { old: 1, new: 0 }, ttl: 60 }),
      await makeRecords(world, { name: 'last', weights: { old: 1, new: 0 }, ttl: 60 })
    ]
    const lost = dnsRoute(world, { name: 'nowhere', weights: { old: 1, new: 0 } })
    const changes = [first, lost, last].map((route, n): Change<Route53RouteSpec> => {
      const swap = world.cannot?.swap === undefined
      return { route, to: aWant({ old: 99, new: 1 }), expect: at({ old: 1, new: 0 }), origin: null, swap, n }
    })
    const outcomes = await world.router.write(changes, aCall(world.now()))
    await world.pass(2_000)
    t.equal(outcomes.get(first.key)?.kind, 'accepted')
    t.match(outcomes.get(lost.key), { kind: 'conflict' })
    t.equal(outcomes.get(last.key)?.kind, 'accepted')
    t.same(await weights(world, last), ['A blue 99', 'A green 1'])
  })
}

function rollbacks(part: Part, world: DnsContractWorld): void {
  part([], 'a rollback is written whatever the weights are', async (t) => {
    const route = await makeRecords(world, { name: 'back', weights: { old: 50, new: 50 }, ttl: 60 })
    await tamper(world, route, { old: 1, new: 99 })
    t.match(await write(world, { route, to: aWant({ old: 100, new: 0 }), expect: 'any' }), { kind: 'accepted' })
    t.same(await weights(world, route), ['A blue 100', 'A green 0'])
  })

  part([], "a rollback puts old's record back where somebody deleted it", async (t) => {
    const route = await makeRecords(world, { name: 'deleted', weights: { old: 50, new: 50 }, ttl: 60 })
    const { raw: origin = null } = await reading(world, route)
    const old = (await standing(world, route)).filter(({ SetIdentifier }) => SetIdentifier === route.old.setIdentifier)
    await change(world, 'DELETE', old)
    t.match(await write(world, { route, to: aWant({ old: 100, new: 0 }), expect: 'any', origin }), { kind: 'accepted' })
    t.same(await weights(world, route), ['A blue 100', 'A green 0'])
  })

  part([], 'records that are not ours are not made anew', async (t) => {
    const route = await makeRecords(world, { name: 'taken', weights: { old: 50, new: 50 }, ttl: 60 })
    const { raw: origin = null } = await reading(world, route)
    await change(world, 'DELETE', await standing(world, route))
    const outcome = await write(world, { route, to: aWant({ old: 100, new: 0 }), expect: 'any', origin })
    t.match(outcome, { kind: 'refused', code: 'record_missing' })
    t.same(await weights(world, route), [])
  })

  part([], 'what is pasted by hand does the same', async (t) => {
    const route = await makeRecords(world, {
      name: 'hand',
      types: ['A', 'AAAA'],
      weights: { old: 50, new: 50 },
      ttl: 60
    })
    const { raw = null } = await reading(world, route)
    const [command = ''] = world.router.byHand(route, aWant({ old: 100, new: 0 }), raw)
    const batch =
      /^aws route53 change-resource-record-sets --hosted-zone-id (\S+) --change-batch '(.*)' --region \S+$/.exec(
        command
      )
    t.equal(batch?.[1], world.zone)
    const { Changes } = JSON.parse(batch?.[2] ?? '{}') as { Changes: RecordChange[] }
    t.ok(Changes.every(({ Action }) => Action === 'UPSERT'))
    await change(
      world,
      'UPSERT',
      Changes.flatMap(({ ResourceRecordSet }) => ResourceRecordSet ?? [])
    )
    t.same(await weights(world, route), ['A blue 100', 'A green 0', 'AAAA blue 100', 'AAAA green 0'])
  })
}

function looks(part: Part, world: DnsContractWorld): void {
  part(['health'], 'FM-03: the targets of the load balancer behind each side are counted', async (t) => {
    const route = await makeRecords(world, { name: 'health', weights: { old: 1, new: 0 } })
    const found = (await world.router.health([route], aCall(world.now(), 'observe'))).get(route.key)
    t.match(found, { kind: 'health', old: { healthy: 3, total: 3 }, new: { healthy: 3, total: 3 } })
  })

  part(
    ['alias', 'inspect'],
    'a plain start has no blocker, and the load balancers are found from the aliases',
    async (t) => {
      const made = await makeRecords(world, { name: 'start', types: ['A', 'AAAA'], weights: { old: 100, new: 0 } })
      const route = { ...made, old: { ...made.old, loadBalancer: null }, new: { ...made.new, loadBalancer: null } }
      const [resolved] = await world.router.resolve([route], aCall(world.now()))
      t.equal(resolved?.old.loadBalancer, world.doors.old.loadBalancer)
      t.equal(resolved?.new.loadBalancer, world.doors.new.loadBalancer)
      const findings = await world.router.inspect([route], aCall(world.now(), 'observe', 60_000))
      t.same(
        findings.filter(({ severity }) => severity === 'blocker'),
        []
      )
    }
  )

  part([], 'preflight asks whether a swap is allowed, and every record stays as it is', async (t) => {
    const setup = { name: 'rights', weights: { old: 90, new: 10 }, third: 0, ttl: 60 }
    const route = await makeRecords(world, setup)
    const before = await standing(world, route)
    t.equal(before.length, 3)
    const findings = await world.router.inspect([route], aCall(world.now(), 'observe', 60_000), 'swap')
    t.same(await standing(world, route), before)
    const own = findings.filter(({ code, detail }) => code.includes('swap') || detail.includes('one batch'))
    t.same(own, [], 'and whoever may do everything hears nothing of it')
  })

  part(['inspect'], 'records that do not exist are a blocker', async (t) => {
    const route = dnsRoute(world, { name: 'never', weights: { old: 1, new: 0 } })
    const findings = await world.router.inspect([route], aCall(world.now(), 'observe', 60_000))
    t.ok(findings.some(({ severity, code }) => severity === 'blocker' && code === 'record_missing'))
  })
}
