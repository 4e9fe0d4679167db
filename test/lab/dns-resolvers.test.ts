// How answers are drawn by weight and health, and what caches make of it, in modelled time.

import t from 'tap'
import { createAuthority } from '../../src/lab/dns/authority.ts'
import { choose } from '../../src/lab/dns/choose.ts'
import { overwriteRecord } from '../../src/lab/dns/foreignWriter.ts'
import { readKnobs } from '../../src/lab/dns/knobs.ts'
import { mapped, unmapped } from '../../src/lab/dns/loadBalancers.ts'
import { normalise, reversed } from '../../src/lab/dns/name.ts'
import { createNames } from '../../src/lab/dns/names.ts'
import type { RecordSet } from '../../src/lab/dns/recordSet.ts'
import type { Reply } from '../../src/lab/dns/reply.ts'
import { createResolver } from '../../src/lab/dns/resolver.ts'
import { createResolvers } from '../../src/lab/dns/resolvers.ts'
import type { VirtualDnsOptions } from '../../src/lab/dns/virtual.ts'
import { createVirtualDns } from '../../src/lab/dns/virtual.ts'
import { evenDice, seededRandom } from '../../src/lab/random.ts'

const member = (setIdentifier: string, weight: number, others: Partial<RecordSet> = {}): RecordSet => ({
  name: 'w.example.com.',
  type: 'A',
  ttl: 60,
  values: ['127.0.0.1'],
  setIdentifier,
  weight,
  ...others
})
const well = (): boolean => true

function drawn(group: readonly RecordSet[], healthy: (one: RecordSet) => boolean = well): Record<string, number> {
  const random = evenDice(7)
  const counts: Record<string, number> = {}
  for (let turn = 0; turn < 1000; turn += 1) {
    for (const one of choose(group, healthy, random)) {
      counts[one.setIdentifier ?? ''] = (counts[one.setIdentifier ?? ''] ?? 0) + 1
    }
  }
  return counts
}

t.test('FM-21: weights draw in their proportion; 0 only where nothing else is left; all 0 = equal', async (t) => {
  const near = (counts: Record<string, number>, id: string, want: number) =>
    t.ok(Math.abs((counts[id] ?? 0) - want) < 10, `${id}: ${counts[id]} of about ${want}`)
  near(drawn([member('a', 90), member('b', 10)]), 'b', 100)
  t.same(drawn([member('a', 1), member('b', 0)]), { a: 1000 })
  near(drawn([member('a', 0), member('b', 0)]), 'b', 500)
  const onlyB = (one: RecordSet): boolean => one.setIdentifier === 'b'
  t.same(drawn([member('a', 255), member('b', 0)], onlyB), { b: 1000 }, '0 does not isolate')
  near(
    drawn([member('a', 90), member('b', 10)], () => false),
    'b',
    100
  )
  t.same(drawn([member('a', 1, { failover: 'SECONDARY' }), member('b', 1, { failover: 'PRIMARY' })]), { b: 1000 })
})

t.test('names are one name however they are written', async (t) => {
  t.equal(normalise('API.Example.com'), 'api.example.com.')
  t.equal(normalise('*.example.com.'), '\\052.example.com.')
  t.equal(normalise('\\052.example.com'), '\\052.example.com.')
  t.equal(reversed('api.example.com.'), 'com.example.api.')
  t.equal(unmapped(mapped('127.0.0.2')), '127.0.0.2')
  t.equal(unmapped('::ffff:7f00:2'), '127.0.0.2')
  t.equal(unmapped('127.0.0.3'), '127.0.0.3')
})

t.test('a health check, and health behind an alias, take a record out of the answers', async (t) => {
  const hosts = new Map([
    ['one', true],
    ['two', true]
  ])
  const loadBalancers = [...hosts.keys()].map((name, at) => ({
    name,
    dnsName: `${name}.lb`,
    hostedZoneId: 'ZLB',
    host: `127.0.0.${at + 2}`,
    dualstack: false,
    healthy: () => hosts.get(name) ?? false
  }))
  const alias = (loadBalancer: string) => ({ loadBalancer, evaluateTargetHealth: true })
  const group = { name: 'w.example.com', type: 'A' }
  const records = [
    { ...group, setIdentifier: 'a', weight: 1, alias: alias('one') },
    { ...group, setIdentifier: 'b', weight: 0, alias: alias('two'), healthCheckId: 'check' }
  ]
  const spec = { zones: [{ id: 'Z1', name: 'example.com', records }] }
  const names = createNames({ spec, loadBalancers, region: 'r', seed: 1, now: () => 0 })
  const address = () => names.authority({ name: 'w.example.com', type: 'A' }).answers[0]?.data
  t.equal(address(), '127.0.0.2')
  hosts.set('one', false)
  t.equal(address(), '127.0.0.3', 'FM-20: an unhealthy target group takes its load balancer out')
  names.healthChecks.set('check', false)
  t.equal(address(), '127.0.0.2', 'none is healthy: as if all were')
  t.same(names.authority({ name: 'w.example.com', type: 'AAAA' }).answers, [])
})

interface Modelled {
  readonly dns: ReturnType<typeof createVirtualDns>
  /** Goes on by so many seconds; the resolvers are asked every second, or every `step`. */
  readonly pass: (seconds: number, step?: number) => void
}

const honest = { share: 0, seconds: 0 }

function modelled(options: Partial<VirtualDnsOptions> = {}): Modelled {
  let at = 0
  const resolvers = { count: 400, minTtl: honest, hold: honest, ...options.resolvers }
  const dns = createVirtualDns({
    even: true,
    ...options,
    now: () => at,
    knobs: { insyncMs: 0, ...options.knobs },
    resolvers
  })
  return {
    dns,
    pass: (seconds, step = 1) => {
      for (let left = seconds; left > 0; left -= step) {
        at += 1000 * step
        dns.newShare()
      }
    }
  }
}

const near = (value: number, want: number, by = 0.03): boolean => Math.abs(value - want) <= by

t.test('honest resolvers follow a change within one TTL, one after another', async (t) => {
  const { dns, pass } = modelled()
  pass(60)
  t.equal(dns.newShare(), 0)
  dns.setWeights({ blue: 50, green: 50 })
  t.equal(dns.newShare(), 0, 'whoever has an answer keeps it')
  pass(30)
  t.ok(near(dns.newShare(), 0.25), String(dns.newShare()))
  pass(31)
  t.ok(near(dns.newShare(), 0.5), String(dns.newShare()))
  dns.setWeights({ blue: 1, green: 0 })
  pass(61)
  t.equal(dns.newShare(), 0)
})

t.test('the TTL of aliases is a knob', async (t) => {
  const { dns, pass } = modelled({ knobs: { aliasTtlSeconds: 2 } })
  pass(2)
  dns.setWeights({ blue: 0, green: 1 })
  pass(3)
  t.ok(near(dns.newShare(), 1, 1e-9))
})

t.test('some resolvers have a minimum TTL, some hold for an hour', async (t) => {
  const { dns, pass } = modelled({
    resolvers: { minTtl: { share: 0.2, seconds: 300 }, hold: { share: 0.1, seconds: 3600 } }
  })
  t.equal(dns.resolvers.all.filter((one) => one.kind === 'minTtl').length, 80)
  t.equal(dns.resolvers.all.filter((one) => one.kind === 'hold').length, 40)
  pass(3600, 20)
  dns.setWeights({ blue: 0, green: 1 })
  pass(61)
  t.ok(near(dns.newShare(), 0.7 + 0.2 / 5 + 0.1 / 60), String(dns.newShare()))
  pass(240)
  t.ok(near(dns.newShare(), 0.9 + 0.1 / 12), String(dns.newShare()))
  pass(3300, 60)
  t.ok(near(dns.newShare(), 1, 1e-9))
})

t.test('a PENDING change reaches one name server after another', async (t) => {
  for (const [spread, half] of [
    [1, 0.5],
    [0, 0]
  ] as const) {
    const { dns, pass } = modelled({ knobs: { insyncMs: 600_000, spread, aliasTtlSeconds: 0 } })
    dns.setWeights({ blue: 0, green: 1 })
    pass(300, 300)
    t.ok(near(dns.newShare(), half), `spread ${spread}: ${dns.newShare()}`)
    pass(300, 300)
    t.ok(near(dns.newShare(), 1, 1e-9))
  }
})

t.test('resolvers have unequal shares of the users, and count for fewer', async (t) => {
  const { dns } = modelled({ resolvers: { skew: 1 } })
  t.ok(dns.resolvers.effective < 40, String(dns.resolvers.effective))
  t.ok(
    near(
      dns.resolvers.all.reduce((sum, one) => sum + one.share, 0),
      1,
      1e-9
    )
  )
  t.equal(Math.round(modelled().dns.resolvers.effective), 400)
  t.throws(() => modelled({ resolvers: { count: 0 } }), /count/)
  t.throws(() => modelled({ resolvers: { hold: { share: 1.1, seconds: 1 } } }), /exceed 1/)
  const ask = (): Reply => ({ rcode: 'NOERROR', authoritative: true, answers: [], authority: [] })
  t.throws(() => createResolvers({ honest: 0.5, ask }), /honest/)
})

t.test('clients keep their connections whatever DNS says', async (t) => {
  const { dns, pass } = modelled({ clients: { count: 300, ipv6: 0.5, keepMs: 600_000 } })
  dns.newShareOfClients()
  dns.setWeights({ blue: 0, green: 1 })
  pass(120)
  t.ok(near(dns.newShare(), 1, 1e-9))
  t.equal(dns.newShareOfClients(), 0)
  const [first] = dns.clients.all
  first?.drop(dns.record)
  t.ok(near(dns.newShareOfClients(), 1 / 300, 1e-9), 'whose connection failed asks again')
  dns.clients.setKeepMs(0)
  t.equal(dns.newShareOfClients(), 1)
  overwriteRecord(dns.zones, dns.record, { weights: { blue: 1, green: 0 }, types: ['AAAA'] })
  pass(120)
  const six = dns.clients.all.filter((one) => one.ipv6).length / 300
  t.ok(near(dns.newShareOfClients(), 1 - six, 1e-9), 'only AAAA went back')
})

t.test('the same seed gives the same caches', async (t) => {
  const run = (seed: number): readonly number[] => {
    const { dns, pass } = modelled({ seed, even: false })
    dns.setWeights({ blue: 1, green: 1 })
    return Array.from({ length: 20 }, () => {
      pass(10)
      return dns.newShare()
    })
  }
  t.same(run(3), run(3))
  t.notSame(run(3), run(4))
})

t.test('a resolver keeps a negative answer, no failure, and follows links with the shortest TTL', async (t) => {
  let at = 0
  let asked = 0
  const soa = { name: 'x.', type: 'SOA', ttl: 900, data: 'a. b. 1 1 1 1 60' }
  const replies: Record<string, Partial<Reply>> = {
    none: { rcode: 'NXDOMAIN', authority: [soa] },
    broken: { rcode: 'SERVFAIL' },
    link: { answers: [{ name: 'link', type: 'CNAME', ttl: 20, data: 'end' }] },
    end: { answers: [{ name: 'end', type: 'A', ttl: 100, data: '127.0.0.1' }] },
    loop: { answers: [{ name: 'loop', type: 'CNAME', ttl: 20, data: 'loop' }] }
  }
  const resolver = createResolver({
    kind: 'honest',
    minTtlMs: 0,
    share: 1,
    now: () => at,
    random: () => 1,
    ask: ({ name }) => {
      asked += 1
      return { rcode: 'NOERROR', authoritative: true, answers: [], authority: [], ...replies[name] }
    }
  })
  const find = (name: string) => resolver.find({ name, type: 'A' })
  const asks = (name: string): number => {
    const before = asked
    void find(name)
    return asked - before
  }
  t.match(find('none'), { rcode: 'NXDOMAIN', addresses: [] })
  at = 59_000
  t.equal(asks('none'), 0)
  at = 60_000
  t.equal(asks('none'), 1)
  t.equal(asks('broken') + asks('broken'), 2)
  t.match(find('link'), { addresses: ['127.0.0.1'] })
  at = 79_000
  t.equal(asks('link'), 0)
  at = 80_000
  t.equal(asks('link'), 2)
  t.match(find('loop'), { rcode: 'SERVFAIL' })
  resolver.flush()
  t.equal(asks('link'), 2)
})

t.test('a change that came as JSON is read key by key', async (t) => {
  t.same(readKnobs({ insyncMs: 5, spread: 0.5, aliasTtlSeconds: 2 }), { insyncMs: 5, spread: 0.5, aliasTtlSeconds: 2 })
  t.throws(() => readKnobs({ insync: 5 }), /insync; known: insyncMs/)
  t.throws(() => readKnobs({ spread: 2 }), /spread: 2/)
  t.throws(() => readKnobs({ pageSize: 0 }), /pageSize/)
})

t.test('weighted members may be plain records, with dice that are random', async (t) => {
  const records = [member('a', 3, { values: ['127.0.0.4'] }), member('b', 1, { values: ['127.0.0.5'] })]
  const spec = { zones: [{ id: 'Z1', name: 'example.com', records }] }
  const names = createNames({ spec, loadBalancers: [], region: 'r', seed: 1, now: () => 0 })
  const authority = createAuthority({ ...names, random: seededRandom(5), server: () => 1, healthCheck: () => true })
  const answers = Array.from({ length: 4000 }, () => authority({ name: 'w.example.com', type: 'A' }).answers[0]?.data)
  t.ok(near(answers.filter((one) => one === '127.0.0.5').length / 4000, 0.25))
})
