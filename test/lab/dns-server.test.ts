// The authoritative name server, asked by clients that know nothing of the lab: node's resolver, raw packets, dig, and real
// resolvers in between.

import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { RECURSION_DESIRED, decode, encode } from 'dns-packet'
import type { Packet } from 'dns-packet'
import t from 'tap'
import type { Test } from 'tap'
import type { Lab } from '../../src/lab/lab.ts'
import { askUdp } from '../../src/lab/dns/askUdp.ts'
import type { RecordSpec } from '../../src/lab/dns/spec.ts'
import { dnsSpec } from '../../src/lab/dns/spec.ts'
import { aDnsLab, blueHost, exchange, greenHost, longTexts, programAt, record } from './dnsSupport.ts'
import { until } from './support.ts'

const run = promisify(execFile)

const records: readonly RecordSpec[] = [
  { name: 'long.example.com', type: 'TXT', ttl: 60, values: longTexts },
  { name: 'short.example.com', type: 'TXT', ttl: 60, values: ['"one" "two \\"quoted\\""'] },
  { name: 'www.example.com', type: 'CNAME', ttl: 30, values: ['api.example.com.'] },
  { name: 'away.example.com', type: 'CNAME', ttl: 30, values: ['elsewhere.example.org.'] },
  { name: 'deep.down.example.com', type: 'A', ttl: 60, values: ['127.0.0.9'] },
  { name: '\\052.wild.example.com', type: 'A', ttl: 60, values: ['127.0.0.7'] },
  { name: 'mail.example.com', type: 'MX', ttl: 60, values: ['10 a.example.com.', '20 b.example.com.'] },
  { name: 'srv.example.com', type: 'SRV', ttl: 60, values: ['1 2 443 api.example.com.'] },
  { name: 'caa.example.com', type: 'CAA', ttl: 60, values: ['0 issue "ca.example.net"'] },
  { name: 'svc.example.com', type: 'UNKNOWN_65', ttl: 60, values: ['1 . alpn=h2'] }
]

async function aServer(t: Test): Promise<{ readonly lab: Lab; readonly resolver: Resolver }> {
  const { lab } = await aDnsLab(t, { aliasTtlSeconds: 17 }, { spec: dnsSpec({ records }) })
  const resolver = new Resolver({ timeout: 5000, tries: 2 })
  resolver.setServers([`${lab.dns.host}:${lab.dns.port}`])
  return { lab, resolver }
}

const query = (packet: Packet): Buffer => encode({ type: 'query', id: 7, flags: RECURSION_DESIRED, ...packet })

t.test("an alias is answered with its load balancer's address and the alias TTL", async (t) => {
  const { lab, resolver } = await aServer(t)
  t.same(await resolver.resolve4(record, { ttl: true }), [{ address: blueHost, ttl: 17 }])
  t.same(await resolver.resolve6(record), [`::ffff:${blueHost}`])
  lab.dns.overwrite(record, { weights: { blue: 0, green: 1 } })
  t.same(await resolver.resolve4('API.example.COM'), [greenHost])
  lab.dns.overwrite(record, { weights: { blue: 1, green: 0 }, types: ['AAAA'] })
  t.same(await resolver.resolve4(record), [greenHost])
  t.same(await resolver.resolve6(record), [`::ffff:${blueHost}`], 'A and AAAA are groups of their own')
})

t.test('other records come as they were written', async (t) => {
  const { resolver } = await aServer(t)
  t.same(await resolver.resolveTxt('short.example.com'), [['one', 'two "quoted"']])
  t.same(await resolver.resolveCname('www.example.com'), ['api.example.com'])
  t.same(
    await resolver.resolve4('www.example.com', { ttl: true }),
    [{ address: blueHost, ttl: 17 }],
    'the link is followed'
  )
  t.same((await resolver.resolveMx('mail.example.com')).map((one) => one.exchange).toSorted(), [
    'a.example.com',
    'b.example.com'
  ])
  t.match(await resolver.resolveSrv('srv.example.com'), [
    { priority: 1, weight: 2, port: 443, name: 'api.example.com' }
  ])
  t.match(await resolver.resolveCaa('caa.example.com'), [{ issue: 'ca.example.net' }])
  t.match(await resolver.resolveSoa('example.com'), { nsname: 'ns-1.awsdns-lab.com', minttl: 86_400 })
  t.same(await resolver.resolveNs('example.com'), ['ns-1.awsdns-lab.com'])
  t.same(await resolver.resolve4('any.wild.example.com'), ['127.0.0.7'])
  t.same(await resolver.resolveCname('away.example.com'), ['elsewhere.example.org'])
})

t.test("a load balancer's own name has an address too", async (t) => {
  const { lab, resolver } = await aServer(t)
  const name = lab.dns.zones.all[0]?.records().find((one) => one.alias !== undefined)?.alias?.dnsName ?? ''
  t.same(await resolver.resolve4(name, { ttl: true }), [{ address: blueHost, ttl: 17 }])
  await t.rejects(resolver.resolve4('nobody.ap-northeast-1.elb.amazonaws.com'), { code: 'ENOTFOUND' })
})

t.test('a name that is not there, one without such a record, and one outside are three things', async (t) => {
  const { lab, resolver } = await aServer(t)
  await t.rejects(resolver.resolve4('nope.example.com'), { code: 'ENOTFOUND' })
  await t.rejects(resolver.resolve4('short.example.com'), { code: 'ENODATA' })
  await t.rejects(resolver.resolve4('down.example.com'), { code: 'ENODATA' }, 'there is something below it')
  await t.rejects(resolver.resolve4('example.org'), { code: 'EREFUSED' })
  const ask = async (name: string) => decode(await exchange(lab.dns.port, query({ questions: [{ name, type: 'A' }] })))
  t.match((await ask('nope.example.com')).authorities, [{ type: 'SOA', name: 'example.com', ttl: 900 }])
  t.match((await ask('short.example.com')).authorities, [{ type: 'SOA', data: { minimum: 86_400 } }])
})

t.test('an answer too long for UDP is cut off, and whole over TCP', async (t) => {
  const { lab, resolver } = await aServer(t)
  const questions = [{ name: 'long.example.com', type: 'TXT' as const }]
  for (const additionals of [
    [],
    [
      {
        type: 'OPT' as const,
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: []
      }
    ]
  ]) {
    const bytes = await exchange(lab.dns.port, query({ questions, additionals }))
    const reply = decode(bytes)
    t.ok(reply.flag_tc)
    t.equal(reply.answers?.length, 0)
    t.ok(bytes.length <= 512)
    t.equal(reply.additionals?.length, additionals.length, 'EDNS is answered with EDNS')
  }
  const whole = await resolver.resolveTxt('long.example.com')
  t.same(whole.map(([one]) => `"${one}"`).toSorted(), longTexts.toSorted())
})

t.test("the lab's own resolvers ask again over TCP where an answer was cut off", async (t) => {
  const { lab } = await aServer(t)
  const many = Array.from({ length: 60 }, (_, at) => `127.0.1.${at + 1}`)
  lab.dns.zones.all[0]?.submit([
    { action: 'CREATE', record: { name: 'many.example.com.', type: 'A', ttl: 60, values: many } }
  ])
  const found = await askUdp(lab.dns, { name: 'many.example.com', type: 'A' })
  t.same(
    found.answers.map((one) => one.data),
    many
  )
  const none = await askUdp(lab.dns, { name: 'nope.example.com', type: 'A' })
  t.match(none, { rcode: 'NXDOMAIN', authority: [{ type: 'SOA', data: /900 1209600 86400$/ }] })
})

t.test('what the server does not do is said by name', async (t) => {
  const { lab } = await aServer(t)
  const rcode = async (bytes: Buffer): Promise<number> => ((await exchange(lab.dns.port, bytes)).readUInt8(3) ?? 0) & 15
  const ask = (type: string, name = record, others: Packet = {}): Buffer =>
    query({ questions: [{ name, type: type as 'A' }], ...others })
  t.equal(await rcode(ask('AXFR')), 4)
  t.equal(await rcode(ask('ANY')), 4)
  t.equal(await rcode(ask('UNKNOWN_65')), 0, 'no such record is no data, also where the type is unknown')
  t.equal(await rcode(ask('UNKNOWN_65', 'svc.example.com')), 4, 'such a record is beyond the lab')
  t.equal(await rcode(query({ flags: 2 << 11, questions: [{ name: record, type: 'A' }] })), 4, 'opcode STATUS')
  t.equal(await rcode(query({ questions: [{ name: record, type: 'A', class: 'CH' }] })), 5)
  t.equal(await rcode(query({ questions: [] })), 1)
  t.equal(await rcode(Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63])), 1, 'a question that ends early')
  const opt = {
    type: 'OPT' as const,
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 1,
    flags: 0,
    flag_do: false,
    options: []
  }
  const badVersion = decode(await exchange(lab.dns.port, ask('A', record, { additionals: [opt] })))
  t.match(badVersion.additionals, [{ extendedRcode: 1 }], 'BADVERS')
})

t.test('dig finds the same', { skip: missing('dig') }, async (t) => {
  const { lab } = await aServer(t)
  const dig = async (...args: string[]): Promise<string> =>
    (await run(programAt('dig') ?? '', [`@${lab.dns.host}`, '-p', String(lab.dns.port), '+tries=1', ...args])).stdout
  t.equal((await dig('+short', record)).trim(), blueHost)
  t.match(await dig(record, 'AAAA'), /status: NOERROR[^]*flags: qr aa[^]*17\s+IN\s+AAAA\s+::ffff:127\.0\.0\.2/)
  t.match(await dig('nope.example.com'), /status: NXDOMAIN[^]*IN\s+SOA/)
  t.match(await dig('short.example.com'), /status: NOERROR[^]*ANSWER: 0[^]*IN\s+SOA/)
  t.match(await dig('+ignore', 'long.example.com', 'TXT'), /flags: qr aa tc/)
  const whole = await dig('long.example.com', 'TXT')
  t.match(whole, /Truncated, retrying in TCP mode/)
  t.equal(whole.match(/IN\s+TXT\s+"/g)?.length, longTexts.length)
  t.match(await dig('+tcp', '+noedns', 'mail.example.com', 'MX'), /10 a\.example\.com\./)
})

/** Starts a resolver on a port, and stops it again. */
type Launch = (port: number) => Promise<{ readonly stop: () => Promise<void>; readonly said: () => string }>

/** A port that was free may be somebody's by the time that a program binds it: then another is tried. */
async function answering(t: Test, launch: Launch, attempts = 3): Promise<Resolver> {
  const port = await freePort()
  const program = await launch(port)
  t.teardown(program.stop)
  const resolver = new Resolver({ timeout: 1000, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  const answers = async () => (await resolver.resolve4('deep.down.example.com').catch(() => []))[0] === '127.0.0.9'
  try {
    await until('the resolver answers', answers, 5_000)
    return resolver
  } catch (err) {
    t.comment(`port ${port}: ${program.said()}`)
    if (attempts === 1) throw err
    await program.stop()
    return answering(t, launch, attempts - 1)
  }
}

/** A real resolver in front of the lab's server: it caches, follows truncation, and passes on what is not found. */
async function checkedResolver(t: Test, lab: Lab, launch: Launch): Promise<void> {
  const resolver = await answering(t, launch)
  t.same(await resolver.resolve4(record), [blueHost])
  lab.dns.overwrite(record, { weights: { blue: 0, green: 1 } })
  t.same(await resolver.resolve4(record), [blueHost], 'one answer per TTL')
  t.same(await resolver.resolve6(record), [`::ffff:${greenHost}`], 'what it had not asked for yet is new')
  await t.rejects(resolver.resolve4('nope.example.com'), { code: 'ENOTFOUND' })
  await t.rejects(resolver.resolve4('short.example.com'), { code: 'ENODATA' })
  t.equal((await resolver.resolveTxt('long.example.com')).length, longTexts.length)
}

t.test('dnsmasq resolves through it', { skip: missing('dnsmasq') }, async (t) => {
  const { lab } = await aDnsLab(t, {}, { spec: dnsSpec({ records }) })
  const args = [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    `--user=${userInfo().username}`,
    '--pid-file=',
    '--no-resolv'
  ]
  const upstream = `--server=/example.com/${lab.dns.host}#${lab.dns.port}`
  const bound = ['--no-hosts', '--bind-interfaces', '--listen-address=127.0.0.1']
  await checkedResolver(t, lab, async (port) => start('dnsmasq', [...args, ...bound, `--port=${port}`, upstream]))
})

t.test('unbound resolves through it', { skip: missing('unbound') }, async (t) => {
  const { lab } = await aDnsLab(t, {}, { spec: dnsSpec({ records }) })
  const folder = await mkdtemp(join(tmpdir(), 'sluice-unbound-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const config = join(folder, 'unbound.conf')
  const text = (port: number): string => `server:
  interface: 127.0.0.1@${port}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  module-config: "iterator"
  do-not-query-localhost: no
  use-caps-for-id: yes
remote-control:
  control-enable: no
stub-zone:
  name: "example.com"
  stub-addr: ${lab.dns.host}@${lab.dns.port}
`
  await checkedResolver(t, lab, async (port) => {
    await writeFile(config, text(port))
    return start('unbound', ['-d', '-c', config])
  })
})

function missing(program: string): string | false {
  return programAt(program) === undefined ? `${program} is not on the PATH` : false
}

function start(program: string, args: readonly string[]): Awaited<ReturnType<Launch>> {
  const child: ChildProcess = spawn(programAt(program) ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (part: Buffer) => {
    said += part.toString()
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  return { stop, said: () => said }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => void socket.close(resolve))
  return port
}
