// Route 53 through the pinned SDK, which must notice nothing.

import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetProtectionsCommand,
  ListTagsForResourceCommand
} from '@aws-sdk/client-route-53'
import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import t from 'tap'
import { defaultKnobs } from '../../src/lab/dns/knobs.ts'
import { createRateLimit } from '../../src/lab/endpoint/rateLimit.ts'
import { lbHostedZoneId } from '../../src/lab/lbName.ts'
import { HostedZoneId, aDnsLab, members, record, upsert } from './dnsSupport.ts'
import { until } from './support.ts'

const plain = (Name: string, Value = '127.0.0.9'): ResourceRecordSet => ({
  Name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value }]
})
const create = (ResourceRecordSet: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet })
const remove = (ResourceRecordSet: ResourceRecordSet | undefined): Change => ({
  Action: 'DELETE',
  ResourceRecordSet: { Name: record, Type: 'A', ...ResourceRecordSet }
})
const weighted = (SetIdentifier: string, Weight: number, Name = 'w.example.com'): ResourceRecordSet => ({
  ...plain(Name),
  SetIdentifier,
  Weight
})

t.test('a hosted zone is told as AWS tells it', async (t) => {
  const { lab, route53 } = await aDnsLab(t)
  const answer = await route53.send(new GetHostedZoneCommand({ Id: `/hostedzone/${HostedZoneId}` }))
  t.match(answer.HostedZone, { Id: `/hostedzone/${HostedZoneId}`, Name: 'example.com.', ResourceRecordSetCount: 6 })
  t.equal(answer.HostedZone?.Config?.PrivateZone, false)
  t.equal(answer.DelegationSet?.NameServers?.length, 1)
  lab.dns.zones.all[0]?.tags.set('owner', 'shop')
  const tags = new ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId: HostedZoneId })
  t.same((await route53.send(tags)).ResourceTagSet?.Tags, [{ Key: 'owner', Value: 'shop' }])
  await t.rejects(route53.send(new GetHostedZoneCommand({ Id: 'ZNONE' })), { name: 'NoSuchHostedZone' })
  await t.rejects(route53.send(new GetChangeCommand({ Id: 'CNONE' })), { name: 'NoSuchChange' })
})

t.test('the default world is a weighted group of aliases for A and one for AAAA, all of it on blue', async (t) => {
  const bench = await aDnsLab(t)
  for (const type of ['A', 'AAAA']) {
    const { blue, green } = await members(bench, type)
    t.match([blue?.Weight, green?.Weight], [100, 0])
    t.equal(blue?.TTL, undefined)
    t.equal(blue?.AliasTarget?.HostedZoneId, lbHostedZoneId)
    t.match(blue?.AliasTarget?.DNSName, /^dualstack\.shop-old-\d+\.ap-northeast-1\.elb\.amazonaws\.com\.$/)
    t.equal(green?.AliasTarget?.EvaluateTargetHealth, false)
  }
})

t.test('records come in pages, ordered by reversed labels, and a group straddles pages', async (t) => {
  const bench = await aDnsLab(t, { pageSize: 2 })
  await bench.change(create(plain('*.Example.com')), create(plain('a.z.example.com')), create(plain('b.example.com')))
  const seen: string[] = []
  let cursor: Parameters<typeof bench.list>[0] = {}
  let straddled = false
  for (;;) {
    const page = await bench.list(cursor)
    seen.push(
      ...(page.ResourceRecordSets ?? []).map((one) => [one.Name, one.Type, one.SetIdentifier].filter(Boolean).join(' '))
    )
    if (page.IsTruncated !== true) break
    straddled ||= page.NextRecordIdentifier === 'green'
    cursor = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier
    }
  }
  t.same(seen, [
    'example.com. NS',
    'example.com. SOA',
    '\\052.example.com. A',
    'api.example.com. A blue',
    'api.example.com. A green',
    'api.example.com. AAAA blue',
    'api.example.com. AAAA green',
    'b.example.com. A',
    'a.z.example.com. A'
  ])
  t.ok(straddled)
  const three = await bench.list({ MaxItems: 1, StartRecordName: 'API.example.com.', StartRecordType: 'AAAA' })
  t.match(three.ResourceRecordSets, [{ Name: 'api.example.com.', Type: 'AAAA', SetIdentifier: 'blue' }])
  await t.rejects(bench.list({ StartRecordType: 'A' }), { name: 'InvalidInput' })
})

t.test('a change is PENDING in GetChange, shown in lists at once, and INSYNC later', async (t) => {
  const bench = await aDnsLab(t, { insyncMs: 1e9 })
  const { blue, green } = await members(bench)
  const id = await bench.change(upsert(blue, 90), upsert(green, 10))
  t.match(id, /^\/change\/C[A-Z0-9]+$/)
  const status = async () => (await bench.route53.send(new GetChangeCommand({ Id: id }))).ChangeInfo?.Status
  t.equal(await status(), 'PENDING')
  t.equal((await members(bench))['green']?.Weight, 10)
  bench.lab.dns.zones.all[0]?.settle()
  t.equal(await status(), 'INSYNC')
  bench.lab.dns.knobs.insyncMs = 30
  const next = await bench.change(upsert(blue, 80))
  const state = async () => (await bench.route53.send(new GetChangeCommand({ Id: next }))).ChangeInfo?.Status
  await until('INSYNC by itself', async () => (await state()) === 'INSYNC')
})

t.test('a swap (DELETE of the exact old, CREATE of the new) is refused when anybody changed the record', async (t) => {
  const bench = await aDnsLab(t)
  const { blue, green } = await members(bench)
  const swap = (): Promise<string> =>
    bench.change(
      remove(blue),
      remove(green),
      create({ ...blue, Weight: 90 } as ResourceRecordSet),
      create({ ...green, Weight: 10 } as ResourceRecordSet)
    )
  bench.lab.dns.overwrite(record, { weights: { green: 5 } })
  await t.rejects(swap(), {
    name: 'InvalidChangeBatch',
    message:
      /Tried to delete resource record set \[name='api\.example\.com\.', type='A', set identifier='green'\] but the values provided do not match the current values/
  })
  t.same(bench.lab.dns.weights(record), { blue: 100, green: 5 }, 'nothing of the batch was carried out')
  bench.lab.dns.overwrite(record, { weights: { green: 0 } })
  await swap()
  t.same(bench.lab.dns.weights(record), { blue: 90, green: 10 })
  t.same(bench.lab.dns.weights(record, 'AAAA'), { blue: 100, green: 0 })
})

t.test('CREATE, DELETE and UPSERT say what is in their way', async (t) => {
  const bench = await aDnsLab(t)
  await bench.change(create(plain('x.example.com')))
  const refusal = (message: RegExp) => ({ name: 'InvalidChangeBatch', message })
  await t.rejects(
    bench.change(create(plain('X.example.com.'))),
    refusal(/\[Tried to create resource record set \[name='x\.example\.com\.', type='A'\] but it already exists\]/)
  )
  await t.rejects(bench.change(remove(plain('y.example.com'))), refusal(/but it was not found/))
  await t.rejects(bench.change(remove({ ...plain('x.example.com'), TTL: 61 })), refusal(/do not match/))
  await bench.change({ Action: 'UPSERT', ResourceRecordSet: plain('x.example.com', '127.0.0.8') })
  t.match((await bench.list({ StartRecordName: 'x.example.com' })).ResourceRecordSets, [
    { ResourceRecords: [{ Value: '127.0.0.8' }] }
  ])
  await t.rejects(bench.change(create(plain('other.org'))), refusal(/is not permitted in zone example\.com\./))
  await t.rejects(
    bench.change(create(plain('x.example.com')), create(plain('fine.example.com'))),
    refusal(/already exists/)
  )
  t.notOk(
    (await bench.list()).ResourceRecordSets?.some((one) => one.Name?.startsWith('fine')),
    'all or nothing'
  )
})

t.test('FM-18: weighted groups keep their rules, one TTL for all members among them', async (t) => {
  const bench = await aDnsLab(t)
  const badBatch = (message: RegExp) => ({ name: 'InvalidChangeBatch', message })
  const badInput = (message: RegExp) => ({ name: 'InvalidInput', message })
  const { SetIdentifier: _without, ...anonymous } = weighted('a', 1)
  await t.rejects(bench.change(create(anonymous)), badInput(/Missing field 'SetIdentifier'/))
  await t.rejects(bench.change(create(weighted('a', 256))), badInput(/'256'.*less than or equal to 255/))
  await t.rejects(bench.change(create(weighted('a', -1))), badInput(/greater than or equal to 0/))
  await t.rejects(
    bench.change(create({ ...weighted('a', 1), TTL: undefined })),
    badInput(/Expected exactly one of \[AliasTarget.*found none/)
  )
  const { blue } = await members(bench)
  await t.rejects(
    bench.change({ Action: 'UPSERT', ResourceRecordSet: { ...blue, TTL: 60 } as ResourceRecordSet }),
    badInput(/found more than one/)
  )
  const { Weight: _weight, ...unweighted } = weighted('a', 1)
  await t.rejects(bench.change(create(unweighted)), badInput(/Expected exactly one of \[Weight/))

  await bench.change(create(weighted('a', 0)), create(weighted('b', 255)))
  t.equal((await bench.list({ StartRecordName: 'w.example.com' })).ResourceRecordSets?.[0]?.Weight, 0, 'zero is told')
  await t.rejects(
    bench.change(create(plain('w.example.com'))),
    badBatch(/other RRSets exist with the same name and type/)
  )
  await bench.change(create(plain('s.example.com')))
  await t.rejects(
    bench.change(create(weighted('a', 1, 's.example.com'))),
    badBatch(/non-weighted set exists with the same name and type/)
  )
  const slow = (one: ResourceRecordSet): Change => ({ Action: 'UPSERT', ResourceRecordSet: { ...one, TTL: 300 } })
  await t.rejects(bench.change(slow(weighted('a', 0))), badBatch(/weighted sets must contain the same TTL/))
  await bench.change(slow(weighted('a', 0)), slow(weighted('b', 255)))
  await t.rejects(
    bench.change(
      create({ ...weighted('c', 1), TTL: 300, ResourceRecords: [{ Value: '127.0.0.1' }, { Value: '127.0.0.2' }] })
    ),
    badBatch(/more than one resource record/)
  )
  const many = Array.from({ length: 99 }, (_, at) => create({ ...weighted(`m${at}`, 1), TTL: 300 }))
  await t.rejects(bench.change(...many), badBatch(/100 members/))
})

t.test('FM-17: a simple record becomes weighted by one batch of DELETE and CREATE, and in no other way', async (t) => {
  const bench = await aDnsLab(t)
  const simple = plain('s.example.com')
  await bench.change(create(simple))
  const others = { name: 'InvalidChangeBatch', message: /non-weighted set exists with the same name and type/ }
  const named = weighted('blue', 1, 's.example.com')
  await t.rejects(bench.change({ Action: 'UPSERT', ResourceRecordSet: named }), others)
  await t.rejects(bench.change(create(named)), others)
  await bench.change(remove(simple), create(named), create(weighted('green', 0, 's.example.com')))
  t.same(bench.lab.dns.weights('s.example.com'), { blue: 1, green: 0 })
})

t.test('names, values, aliases and the apex keep theirs', async (t) => {
  const bench = await aDnsLab(t)
  const badBatch = (message: RegExp) => ({ name: 'InvalidChangeBatch', message })
  await t.rejects(bench.change(create(plain('v.example.com', 'no address'))), badBatch(/not a valid IPv4 address/))
  const cname = (Name: string): ResourceRecordSet => ({ ...plain(Name, 'api.example.com'), Type: 'CNAME' })
  await t.rejects(
    bench.change(create(cname('api.example.com'))),
    badBatch(/conflicts with other records with the same DNS name/)
  )
  await t.rejects(bench.change(create(cname('example.com'))), badBatch(/not permitted at apex/))
  await t.rejects(bench.change(create(plain(`${'x'.repeat(64)}.example.com`))), badBatch(/DomainLabelTooLong/))
  const alias = (DNSName: string, zone: string): ResourceRecordSet => ({
    Name: 'alias.example.com',
    Type: 'A',
    AliasTarget: { DNSName, HostedZoneId: zone, EvaluateTargetHealth: true }
  })
  await t.rejects(
    bench.change(create(alias('gone.elb.amazonaws.com', lbHostedZoneId))),
    badBatch(/that target was not found/)
  )
  await t.rejects(
    bench.change(create(alias('x.example.org', 'ZOTHER'))),
    badBatch(/does not lie within the target zone/)
  )
  await bench.change(create(alias('api.example.com', `/hostedzone/${HostedZoneId}`)))
  const { ResourceRecordSets = [] } = await bench.list()
  for (const type of ['SOA', 'NS']) {
    const own = ResourceRecordSets.find((one) => one.Type === type)
    await t.rejects(bench.change(remove(own)), badBatch(new RegExp(`must contain .*${type} record`)))
  }
  const texts = Array.from({ length: 501 }, (_, at) => ({ Value: `"${at}"` }))
  const txt = { ...plain('t.example.com'), Type: 'TXT', ResourceRecords: texts } as const
  await t.rejects(
    bench.change({ Action: 'UPSERT', ResourceRecordSet: txt }),
    badBatch(/limit of 1000/),
    'an UPSERT counts twice'
  )
  await bench.change(create(txt))
  const long = { ...txt, ResourceRecords: [{ Value: `"${'x'.repeat(32_000)}"` }] }
  await t.rejects(bench.change({ Action: 'UPSERT', ResourceRecordSet: long }), badBatch(/32000/))
})

t.test('FM-19: a zone that is still being processed refuses the next change', async (t) => {
  const bench = await aDnsLab(t, { processingMs: 1e9 })
  const { blue } = await members(bench)
  await bench.change(upsert(blue, 99))
  await t.rejects(bench.change(upsert(blue, 98)), {
    name: 'PriorRequestNotComplete',
    $metadata: { httpStatusCode: 400 }
  })
  bench.lab.dns.knobs.processingMs = 0
  await bench.change(upsert(blue, 98))
  t.equal(bench.lab.dns.weights(record)['blue'], 98)
})

t.test('FM-19: five requests a second for the whole account, then Throttling', async (t) => {
  let at = 0
  const withinLimit = createRateLimit(
    () => at,
    () => defaultKnobs.requestsPerSecond
  )
  const calls = (count: number): number => Array.from({ length: count }, withinLimit).filter(Boolean).length
  t.equal(calls(8), 5)
  at = 999
  t.equal(calls(1), 0)
  at = 1000
  t.equal(calls(8), 5)

  const bench = await aDnsLab(t, { requestsPerSecond: 0 })
  await t.rejects(bench.list(), { name: 'Throttling', $metadata: { httpStatusCode: 400 } })
  bench.lab.dns.knobs.requestsPerSecond = 1000
  await bench.list()
})

t.test('the faults of the endpoint reach Route 53 by its name', async (t) => {
  const bench = await aDnsLab(t)
  const lift = bench.lab.faults.add({ kind: 'throttle', service: 'route53', operation: 'GetChange' })
  await t.rejects(bench.route53.send(new GetChangeCommand({ Id: 'C1' })), { name: 'Throttling' })
  await bench.list()
  lift()
  bench.lab.faults.add({ kind: 'error', service: 'route53', code: 'AccessDenied', status: 403, times: 1 })
  await t.rejects(bench.list(), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } })
  const { blue } = await members(bench)
  bench.lab.faults.add({ kind: 'reset', service: 'route53', operation: 'ChangeResourceRecordSets', performed: true })
  await t.rejects(bench.change(upsert(blue, 7)))
  t.equal(bench.lab.dns.weights(record)['blue'], 7, 'the answer was lost, the change was not')
})

t.test('rights may allow some actions only: other batches are refused before anything else is looked at', async (t) => {
  const bench = await aDnsLab(t, { allow: ['UPSERT'] })
  const { blue } = await members(bench)
  const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 }, message: /ChangeResourceRecordSets/ }
  await t.rejects(bench.change(remove(blue)), denied)
  await t.rejects(bench.change(upsert(blue, 90), create(plain('new.example.com'))), denied)
  t.equal((await members(bench))['blue']?.Weight, 100)
  await bench.change(upsert(blue, 90))
  t.equal((await members(bench))['blue']?.Weight, 90)
  bench.lab.dns.knobs.allow = ['CREATE', 'DELETE', 'UPSERT']
  await bench.change(create(plain('new.example.com')))
})

t.test('a protected record set is listed and refuses every change with its comment', async (t) => {
  const bench = await aDnsLab(t)
  bench.lab.dns.zones.all[0]?.protections.set('api.example.com. A', 'ask the shop team')
  const { ResourceRecordSetProtections } = await bench.route53.send(
    new ListResourceRecordSetProtectionsCommand({ HostedZoneId })
  )
  t.same(ResourceRecordSetProtections, [
    { RecordName: 'api.example.com.', RecordType: 'A', Comment: 'ask the shop team' }
  ])
  const { blue } = await members(bench)
  await t.rejects(bench.change(upsert(blue, 1)), { name: 'InvalidChangeBatch', message: /ask the shop team/ })
})

t.test('what the lab does not keep or know is refused, not lost', async (t) => {
  const bench = await aDnsLab(t)
  const geo = { ...plain('g.example.com'), SetIdentifier: 'g', GeoLocation: { CountryCode: 'JP' } }
  await t.rejects(bench.change(create(geo)), { name: 'InvalidInput', message: /GeoLocation/ })
  await t.rejects(
    bench.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes: [] } })),
    { name: 'InvalidChangeBatch' }
  )
  const answer = await fetch(`${bench.lab.endpoint}/2013-04-01/healthcheck`, { headers: { authorization: 'lab' } })
  t.equal(answer.status, 404)
  t.match(await answer.text(), /<Code>UnknownOperationException/)
})
