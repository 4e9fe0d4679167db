import t from 'tap'
import type { Change as RecordChange, ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { RecordSets } from '../support/world/zone.ts'
import { applied } from '../support/world/zone.ts'
import { AwsFailure } from '../../src/aws/aws.ts'
import { aboutOwners } from '../../src/routers/route53/inspect/aboutOwners.ts'
import { aboutHealth } from '../../src/routers/route53/inspect/aboutHealth.ts'
import type { Facts } from '../../src/routers/route53/inspect/facts.ts'
import { preparing } from '../../src/routers/route53/inspect/prepare.ts'
import type { Shown } from '../../src/routers/route53/handshake.ts'
import { aCall } from './contract.ts'
import { dnsRig, type DnsRig } from './support/dnsRig.ts'

const simple: ResourceRecordSet = {
  Name: 'api.example.com.',
  Type: 'A',
  TTL: 300,
  ResourceRecords: [{ Value: '192.0.2.1' }]
}

const rigWith = (change: (sets: RecordSets) => RecordSets): DnsRig => {
  const rig = dnsRig()
  rig.world.foreign.setRecords('api', change)
  return rig
}

/** What the printed command would make of the zone. Throws where Route 53 would refuse it. */
function prepared(rig: DnsRig, remedy: string): RecordSets {
  const [, batch = ''] = /--change-batch '(.*)' --region/.exec(remedy) ?? []
  const { Changes } = JSON.parse(batch) as { Changes: RecordChange[] }
  const { zone } = rig.world.name('api')
  return applied(zone, zone.control.newest(), Changes)
}

const txt = (name: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: name,
  Type: 'TXT',
  TTL: 300,
  ResourceRecords: [
    { Value: '"heritage=external-dns,external-dns/owner=shop-133,external-dns/resource=ingress/shop/web"' }
  ],
  ...more
})

function put(rig: DnsRig, ...sets: ResourceRecordSet[]): void {
  const { zone } = rig.world.name('api')
  const changes = sets.map((ResourceRecordSet) => ({ Action: 'CREATE' as const, ResourceRecordSet }))
  zone.control.write(rig.clock.now(), applied(zone, zone.control.newest(), changes))
}

t.test('a plain start has nothing to say but that new is cold', async (t) => {
  t.same(await dnsRig().codes(), ['info cold_load_balancer'])
})

t.test('FM-16: an owner record of external-dns is a blocker, wherever its version keeps it', async (t) => {
  for (const name of ['api.example.com', 'a-api.example.com', 'cname-api.example.com']) {
    const rig = dnsRig()
    put(rig, txt(name))
    const found = (await rig.inspect()).find(({ code }) => code === 'external_dns')
    t.match(found, { severity: 'blocker', detail: /owner shop-133/, remedy: /allowExternalDns: true/ }, name)
  }
  const six = dnsRig([{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }])
  put(six, txt('aaaa-api.example.com', { SetIdentifier: 'green', Weight: 0 }))
  t.ok((await six.codes()).includes('blocker external_dns'), 'one for each member')
})

t.test('FM-16: an owner record under a prefix or suffix of its own is found as well', async (t) => {
  for (const name of [
    'extdns-a-api.example.com',
    'extdns.a-api.example.com',
    '_owner.api.example.com',
    'a-api-owner.example.com',
    'owner-api.example.com'
  ]) {
    const rig = dnsRig()
    put(rig, txt(name))
    const found = (await rig.inspect()).find(({ code }) => code === 'external_dns')
    t.match(found, { severity: 'blocker', detail: `${name} TXT, owner shop-133` }, name)
  }
})

t.test('FM-16: owner records of other names beside are not taken for its own', async (t) => {
  const rig = dnsRig()
  const my: ResourceRecordSet = { ...simple, Name: 'my-api.example.com.' }
  put(rig, my, txt('a-my-api.example.com'), txt('ext-a-apis.example.com'), txt('ext-a-web.example.com'))
  t.notOk((await rig.codes()).some((code) => code.includes('external_dns')))
  put(rig, txt('a-api.example.com', { SetIdentifier: 'blue', Weight: 0 }))
  t.ok((await rig.codes()).includes('blocker external_dns'))
})

t.test('FM-16: with allowExternalDns it is a warning', async (t) => {
  const rig = dnsRig()
  put(rig, txt('a-api.example.com'))
  const route = { ...rig.spec(), allowExternalDns: true as const }
  const findings = await rig.clock.complete(rig.router.inspect([route], aCall(rig.clock.now(), 'observe', 60_000)))
  t.match(
    findings.find(({ code }) => code === 'external_dns'),
    { severity: 'warning' }
  )
})

t.test('FM-16: other TXT records, and those of a third member, are none of ours', async (t) => {
  const rig = dnsRig()
  put(rig, txt('a-api.example.com', { SetIdentifier: 'red', Weight: 0 }))
  put(rig, { ...txt('api.example.com'), ResourceRecords: [{ Value: '"v=spf1 -all"' }] })
  t.notOk((await rig.codes()).some((code) => code.includes('external_dns')))
})

t.test('FM-16: where owner records cannot be read, that is said', async (t) => {
  const rig = dnsRig()
  rig.world.faults.error('AccessDenied', 403, 'not for you', { operation: 'ListResourceRecordSets' })
  const findings = await rig.inspect()
  t.match(findings[0], { severity: 'blocker', code: 'not_allowed', remedy: /route53:ListResourceRecordSets/ })
  t.ok(findings.some(({ code, detail }) => code === 'cannot_check' && detail.includes('external-dns')))
})

t.test('FM-16: owner records that only failed to come are asked for again', async (t) => {
  const passing = new AwsFailure('route53 ListResourceRecordSets: Throttling', {
    kind: 'throttled',
    code: 'Throttling'
  })
  const facts = { route: dnsRig().spec(), sets: [], owners: [passing], protections: [] } as unknown as Facts
  t.match(
    aboutOwners(facts),
    [{ severity: 'blocker', code: 'unreadable', route: 'api' }],
    'which preflight reads again'
  )
})

t.test('FM-16: so are those that could stand under a prefix beside the name', async (t) => {
  const rig = dnsRig()
  put(rig, txt('extdns-a-api.example.com'))
  const beside = (call: { readonly input: unknown }) =>
    JSON.stringify(call.input).includes('"StartRecordName":"example.com."')
  rig.world.faults.fail500(beside, { operation: 'ListResourceRecordSets' })
  t.match(
    (await rig.inspect()).filter(({ severity }) => severity === 'blocker'),
    [{ code: 'unreadable', route: 'api' }]
  )
})

t.test('FM-17: a simple record is a blocker, and the one batch that prepares it is printed', async (t) => {
  const rig = rigWith(() => [simple])
  const found = (await rig.inspect()).find(({ code }) => code === 'not_weighted')
  t.match(found, { severity: 'blocker', detail: /a simple record/, remedy: /^prepare it by this one batch/ })
  const after = prepared(rig, found?.remedy ?? '')
  t.match(after, [
    { SetIdentifier: 'blue', Weight: 100, TTL: 300, ResourceRecords: simple.ResourceRecords },
    { SetIdentifier: 'green', Weight: 0, AliasTarget: { DNSName: /^dualstack\.api-new-/, EvaluateTargetHealth: false } }
  ])
})

t.test('FM-17: an alias that is not weighted keeps its target; a latency record too', async (t) => {
  const alias = {
    HostedZoneId: 'Z1',
    DNSName: 'dualstack.api-old-1.eu-west-1.elb.amazonaws.com.',
    EvaluateTargetHealth: true
  }
  const [Name, Type] = ['api.example.com.', 'A'] as const
  const one = rigWith(() => [{ Name, Type, AliasTarget: alias }])
  const remedy = (await one.inspect()).find(({ code }) => code === 'not_weighted')?.remedy ?? ''
  t.match(prepared(one, remedy), [{ AliasTarget: alias }, { Weight: 0, AliasTarget: { EvaluateTargetHealth: true } }])

  const latency = rigWith(() => [
    { Name, Type, SetIdentifier: 'tokyo', Region: 'ap-northeast-1', AliasTarget: alias },
    { Name, Type, SetIdentifier: 'dublin', Region: 'eu-west-1', AliasTarget: alias }
  ])
  const second = (await latency.inspect()).find(({ code }) => code === 'not_weighted')?.remedy ?? ''
  const after = prepared(latency, second)
  t.equal(after.length, 2)
  t.ok(after.every(({ Region }) => Region === undefined))
})

t.test('FM-17: records that answer differently by region or health are no single old side', async (t) => {
  const alias = (DNSName: string) => ({ HostedZoneId: 'Z1', DNSName, EvaluateTargetHealth: true })
  const [Name, Type] = ['api.example.com.', 'A'] as const
  const tokyo = { Name, Type, SetIdentifier: 'tokyo', AliasTarget: alias('tokyo-1.ap-northeast-1.elb.amazonaws.com.') }
  const dublin = { Name, Type, SetIdentifier: 'dublin', AliasTarget: alias('dublin-1.eu-west-1.elb.amazonaws.com.') }
  const rig = rigWith(() => [
    { ...tokyo, Region: 'ap-northeast-1' },
    { ...dublin, Region: 'eu-west-1' }
  ])
  const found = (await rig.inspect()).find(({ code }) => code === 'not_weighted')
  t.match(found, { severity: 'blocker', remedy: /^make weighted records/ })
  const pair: RecordSets = [
    { ...tokyo, Failover: 'PRIMARY' },
    { ...dublin, Failover: 'SECONDARY' }
  ]
  t.equal(preparing(rig.spec(), [{ type: 'A', old: null, new: null, others: pair }], null), null)
})

t.test('FM-17: new behind a network load balancer is prepared by its own name', async (t) => {
  const rig = rigWith(() => [simple])
  const balancer = {
    Type: 'network',
    DNSName: 'nlb-1.elb.eu-west-1.amazonaws.com',
    CanonicalHostedZoneId: 'Z2'
  } as const
  const groups = [{ type: 'A', old: null, new: null, others: [simple] }] as const
  const command = preparing(rig.spec(), groups, balancer) ?? ''
  t.match(prepared(rig, command)[1], { AliasTarget: { DNSName: 'nlb-1.elb.eu-west-1.amazonaws.com.' } })
})

t.test('FM-17: a CNAME is prepared as a CNAME, and what a weighted record cannot hold takes a person', async (t) => {
  const cname = dnsRig([{ name: 'api', kind: 'dns', types: ['CNAME'] }])
  cname.world.foreign.setRecords('api', () => [
    { ...simple, Type: 'CNAME', ResourceRecords: [{ Value: 'old.example.net' }] }
  ])
  const remedy = (await cname.inspect()).find(({ code }) => code === 'not_weighted')?.remedy ?? ''
  t.match(prepared(cname, remedy)[1], { Type: 'CNAME', Weight: 0, ResourceRecords: [{ Value: /^api-new-/ }] })

  const many = rigWith(() => [{ ...simple, ResourceRecords: [{ Value: '192.0.2.1' }, { Value: '192.0.2.2' }] }])
  t.match(
    (await many.inspect()).find(({ code }) => code === 'not_weighted'),
    { remedy: /^make weighted records/ }
  )
})

t.test("FM-17: where new's member alone is missing, the batch makes only that", async (t) => {
  const rig = dnsRig()
  rig.world.foreign.detach('api')
  const found = (await rig.inspect()).find(({ code }) => code === 'record_missing')
  t.match(found, { severity: 'blocker' })
  t.match(prepared(rig, found?.remedy ?? ''), [{ SetIdentifier: 'blue' }, { SetIdentifier: 'green', Weight: 0 }])
})

t.test('FM-18: members that differ in TTL are a warning that names them; an alias counts as 60 s', async (t) => {
  const plain = dnsRig([{ name: 'api', kind: 'dns', ttl: 300 }])
  plain.world.foreign.setRecords('api', (sets) => sets.map((set, i) => ({ ...set, TTL: i === 0 ? 300 : 60 })))
  t.match(
    (await plain.inspect()).find(({ code }) => code === 'ttl_differs'),
    { severity: 'warning', detail: /"blue" 300 s, "green" 60 s/ }
  )
  const mixed = (TTL: number) =>
    rigWith((sets) => sets.map((set, i) => (i === 0 ? set : { ...simple, TTL, SetIdentifier: 'green', Weight: 0 })))
  t.ok((await mixed(300).codes()).includes('warning ttl_differs'))
  t.notOk((await mixed(60).codes()).includes('warning ttl_differs'))
})

t.test(
  'an alias to a record of its own zone answers with the TTL of that record: above 60 s it is a blocker',
  async (t) => {
    const leading = (TTL: number) => {
      const rig = dnsRig()
      const { zone } = rig.world.name('api')
      put(rig, { ...simple, Name: 'ingress-133.example.com.', TTL })
      rig.world.foreign.setRecords('api', (sets) =>
        sets.map(({ TTL: _ttl, ResourceRecords: _values, ...set }) =>
          set.SetIdentifier === 'blue'
            ? {
                ...set,
                AliasTarget: {
                  HostedZoneId: zone.id,
                  DNSName: 'ingress-133.example.com.',
                  EvaluateTargetHealth: false
                }
              }
            : set
        )
      )
      return rig
    }
    const found = (await leading(300).inspect()).find(({ code }) => code === 'alias_ttl')
    t.match(found, {
      severity: 'blocker',
      route: 'api',
      detail: /"blue".*ingress-133.example.com.*300 s.*60 s/,
      remedy: /60 s/
    })
    t.notOk((await leading(60).codes()).some((code) => code.includes('alias_ttl')))
  }
)

t.test('FM-20: EvaluateTargetHealth with a bad target group on the load balancer is named', async (t) => {
  const evaluating = (sets: RecordSets): RecordSets =>
    sets.map((set) => ({
      ...set,
      ...(set.AliasTarget && { AliasTarget: { ...set.AliasTarget, EvaluateTargetHealth: true } })
    }))
  const rig = rigWith(evaluating)
  t.notOk((await rig.codes()).includes('warning evaluate_target_health'))
  rig.world.targets.set('api', 'new', { healthy: 0, total: 2 })
  t.match(
    (await rig.inspect()).find(({ code }) => code === 'evaluate_target_health'),
    { severity: 'warning', detail: /^new: .*api-new.*no healthy target of 2/ }
  )
  rig.world.targets.set('api', 'old', { healthy: 0 })
  t.match(
    (await rig.inspect()).find(({ detail }) => detail.startsWith('old:')),
    { code: 'evaluate_target_health', detail: /has no target:/ }
  )
  const without = dnsRig()
  without.world.targets.set('api', 'new', { healthy: 0, total: 2 })
  t.notOk((await without.codes()).includes('warning evaluate_target_health'), 'without it nothing is taken out of DNS')
})

t.test('FM-20: a function behind the load balancer, whose health nobody checks, is no bad target group', async (t) => {
  const route = dnsRig().spec()
  const sets = [
    {
      Name: 'api.example.com.',
      Type: 'A',
      SetIdentifier: 'green',
      Weight: 0,
      AliasTarget: { HostedZoneId: 'Z1', DNSName: 'green-1.elb.amazonaws.com.', EvaluateTargetHealth: true }
    }
  ] as const
  const groups = (states: Record<string, number>) => new Map([['arn', { healthy: 0, total: 0, states }]])
  const found = (states: Record<string, number>) => {
    const sides = {
      old: { balancer: null, groups: new Map() },
      new: { balancer: null, groups: groups(states) }
    }
    return aboutHealth({ route, sets, sides } as unknown as Facts).map(({ code }) => code)
  }
  t.ok(found({}).includes('evaluate_target_health'), 'empty')
  t.notOk(found({ unavailable: 1 }).includes('evaluate_target_health'))
})

t.test('FM-21: 0 does not isolate where health decides: says so', async (t) => {
  const checked = rigWith((sets) => sets.map((set) => ({ ...set, HealthCheckId: 'hc-1' })))
  t.match(
    (await checked.inspect()).find(({ code }) => code === 'zero_does_not_isolate'),
    { severity: 'warning', detail: /hc-1/ }
  )
  const evaluated = rigWith((sets) =>
    sets.map((set) => ({
      ...set,
      ...(set.AliasTarget && { AliasTarget: { ...set.AliasTarget, EvaluateTargetHealth: true } })
    }))
  )
  t.ok((await evaluated.codes()).includes('info zero_does_not_isolate'))
})

t.test('FM-21: all weights 0 at the start are a blocker', async (t) => {
  const rig = dnsRig()
  rig.world.foreign.setWeights('api', { old: 0, new: 0 })
  t.ok((await rig.codes()).includes('blocker no_weight'))
})

t.test('FM-23: record types at different weights, or not moved together, are a blocker', async (t) => {
  const uneven = dnsRig([{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }])
  uneven.world.foreign.setRecords('api', (sets) =>
    sets.map((set) => (set.Type === 'AAAA' ? { ...set, Weight: 50 } : set))
  )
  t.ok((await uneven.codes()).includes('blocker uneven'))

  const four = dnsRig([{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }])
  const only = { ...four.spec(), recordTypes: ['A' as const] }
  const findings = await four.clock.complete(four.router.inspect([only], aCall(four.clock.now(), 'observe', 60_000)))
  t.match(
    findings.find(({ code }) => code === 'other_type'),
    { severity: 'blocker', remedy: 'add AAAA to recordTypes' }
  )
})

t.test('CNAME beside addresses is a blocker, and HTTPS records a warning', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns', types: ['A'] }])
  put(rig, { Name: 'api.example.com', Type: 'HTTPS', TTL: 60, ResourceRecords: [{ Value: '1 . alpn=h2' }] })
  t.ok((await rig.codes()).includes('warning other_type'))
  const { zone } = rig.world.name('api')
  // Route 53 would not take it; other name servers and imitations do.
  zone.control.write(rig.clock.now(), [...zone.control.newest(), { ...simple, Type: 'CNAME' }])
  t.ok((await rig.codes()).includes('blocker mixed_types'))
})

t.test('a third member with weight is a blocker, one at 0 is not', async (t) => {
  const third = (Weight: number) =>
    rigWith((sets) => [...sets, ...sets.slice(0, 1).map((set) => ({ ...set, SetIdentifier: 'red', Weight }))])
  t.ok((await third(5).codes()).includes('blocker third_member'))
  t.notOk((await third(0).codes()).includes('blocker third_member'))
})

t.test('records of a traffic policy may not be edited', async (t) => {
  const rig = rigWith((sets) => sets.map((set) => ({ ...set, TrafficPolicyInstanceId: 'tp-1' })))
  t.ok((await rig.codes()).includes('blocker traffic_policy'))
})

t.test('protections are a blocker that tells their comment; where they cannot be listed it is a warning', async (t) => {
  const rig = dnsRig()
  rig.world.name('api').zone.protections.set('api.example.com/A', 'frozen until Monday')
  rig.world.name('api').zone.protections.set('web.example.com/A', 'not ours')
  const found = (await rig.inspect()).filter(({ code }) => code === 'protected')
  t.match(found, [{ severity: 'blocker', detail: /frozen until Monday/ }])
  const denied = dnsRig()
  denied.world.faults.error('AccessDenied', 403, 'no', { operation: 'ListResourceRecordSetProtections' })
  t.match(
    (await denied.inspect()).find(({ code }) => code === 'cannot_check'),
    { severity: 'warning', remedy: /route53:ListResourceRecordSetProtections/ }
  )
})

t.test('without the right to ask for changes no step could ever be in effect: a blocker', async (t) => {
  const rig = dnsRig()
  rig.world.faults.error('AccessDenied', 403, 'no', { operation: 'GetChange' })
  t.match(
    (await rig.inspect()).find(({ code }) => code === 'not_allowed'),
    { severity: 'blocker', remedy: /route53:GetChange/ }
  )
})

t.test('the zone: wrong, private, or not to be read', async (t) => {
  const rig = dnsRig()
  const findings = async (fields: object) => {
    const route = { ...rig.spec(), ...fields }
    return rig.clock.complete(rig.router.inspect([route], aCall(rig.clock.now(), 'observe', 60_000)))
  }
  t.match(
    (await findings({ hostedZone: 'ZNOWHERE' })).filter(({ severity }) => severity === 'blocker'),
    [{ code: 'zone_not_found' }]
  )
  t.ok((await findings({ record: 'api.example.org' })).some(({ code }) => code === 'not_in_zone'))
  rig.world.name('api').zone.isPrivate = true
  t.ok((await rig.codes()).includes('info private_zone'))
  rig.world.faults.error('AccessDenied', 403, 'no', { operation: 'GetHostedZone' })
  t.ok((await rig.codes()).includes('warning cannot_check'))
})

t.test('load balancers: not known, gone, another one, not to be read', async (t) => {
  const plain = dnsRig([{ name: 'api', kind: 'dns', unnamed: true, ttl: 60 }])
  t.equal((await plain.codes()).filter((code) => code === 'blocker no_load_balancer').length, 2)
  const addresses = dnsRig([{ name: 'api', kind: 'dns', ttl: 60 }])
  t.match(
    (await addresses.inspect()).filter(({ code }) => code === 'other_load_balancer'),
    [{ severity: 'warning', detail: /holds addresses/ }, { severity: 'warning' }]
  )
  const rig = dnsRig()
  const route = { ...rig.spec(), new: { ...rig.spec().new, loadBalancer: 'arn:gone' } }
  const gone = await rig.clock.complete(rig.router.inspect([route], aCall(rig.clock.now(), 'observe', 60_000)))
  t.ok(gone.some(({ severity, code }) => severity === 'blocker' && code === 'load_balancer_not_found'))
  const swapped = { ...rig.spec(), old: rig.spec().new, new: rig.spec().old }
  const crossed = { ...rig.spec(), old: { ...rig.spec().old, loadBalancer: swapped.old.loadBalancer } }
  const other = await rig.clock.complete(rig.router.inspect([crossed], aCall(rig.clock.now(), 'observe', 60_000)))
  t.match(
    other.filter(({ code }) => code === 'other_load_balancer'),
    [{ detail: /^old .*leads to dualstack\.api-old-/ }]
  )
  rig.world.faults.error('AccessDenied', 403, 'no', { operation: 'DescribeLoadBalancers' })
  t.ok((await rig.codes()).includes('blocker not_allowed'))
})

t.test('capacity that is reserved, or may not be asked for, is no finding', async (t) => {
  const rig = dnsRig()
  rig.world.faults.error('AccessDenied', 403, 'no', { operation: 'DescribeCapacityReservation' })
  t.same(await rig.codes(), [])
})

const DAY = 86_400_000

/** The certificate of new's listener, as a handshake shows it. */
async function withCertificate(shown: (now: number) => Shown) {
  const asked: unknown[] = []
  const rig: DnsRig = dnsRig(
    [{ name: 'api', kind: 'dns', tls: true }],
    {},
    {
      handshake: async (door) => {
        asked.push(door)
        return shown(rig.clock.now())
      }
    }
  )
  const found = (await rig.inspect()).filter(({ code }) => code.startsWith('certificate'))
  return { found, asked }
}

t.test("new's certificate is looked at with the record's name: name, end, and whether it can be seen", async (t) => {
  const names = 'DNS:shop.example.com'
  const good = await withCertificate((now) => ({ kind: 'certificate', fits: true, names, validTo: now + 90 * DAY }))
  t.same(good.found, [])
  t.match(good.asked, [{ host: /^api-new-/, port: 443, servername: 'api.example.com' }])
  const wrong = await withCertificate((now) => ({ kind: 'certificate', fits: false, names, validTo: now + 90 * DAY }))
  t.match(wrong.found, [{ severity: 'blocker', code: 'certificate_name', detail: /shop\.example\.com/ }])
  const over = await withCertificate((now) => ({ kind: 'certificate', fits: true, names, validTo: now }))
  t.match(over.found, [{ severity: 'blocker', code: 'certificate_expired' }])
  const soon = await withCertificate((now) => ({ kind: 'certificate', fits: true, names, validTo: now + 13 * DAY }))
  t.match(soon.found, [{ severity: 'warning', code: 'certificate_expires' }])
  const unseen = await withCertificate(() => ({ kind: 'nothing', detail: 'no route to host' }))
  t.match(unseen.found, [{ severity: 'warning', code: 'certificate_unseen', detail: /no route to host/ }])
})

t.test('for a wildcard the certificate is asked for with some name below it', async (t) => {
  const asked: string[] = []
  const rig = dnsRig(
    [{ name: 'any', kind: 'dns', record: '*.example.com', tls: true }],
    {},
    {
      handshake: async ({ servername }) => {
        asked.push(servername)
        return { kind: 'nothing', detail: '' }
      }
    }
  )
  await rig.inspect()
  t.same(asked, ['sluice-preflight.example.com'])
})

t.test('where nothing at all can be read for a passing reason, it is no finding but a failure', async (t) => {
  const rig = dnsRig()
  rig.world.faults.fail500(undefined, { service: 'route53' })
  const failure: unknown = await rig.inspect().catch((error: unknown) => error)
  t.match(failure, { kind: 'unknown' })
  const two = dnsRig([
    { name: 'api', kind: 'dns' },
    { name: 'web', kind: 'dns', zone: 'example.org' }
  ])
  const routes = [two.spec('api'), { ...two.spec('web'), hostedZone: 'ZNOWHERE' }]
  two.world.faults.fail500((call) => JSON.stringify(call.input).includes(two.spec('api').hostedZone))
  const findings = await two.clock.complete(two.router.inspect(routes, aCall(two.clock.now(), 'observe', 60_000)))
  t.ok(findings.some(({ route, code }) => route === 'api' && code === 'unreadable'))
  t.ok(findings.some(({ route, code }) => route === 'web' && code === 'zone_not_found'))
})
