import t from 'tap'
import { ROLLBACK_READ_MS } from '../../src/routers/route53/writing.ts'
import { aWant } from './contract.ts'
import { BACK, START, TEN, dnsRig, type DnsRig } from './support/dnsRig.ts'

const pair = [
  { name: 'api', kind: 'dns' },
  { name: 'web', kind: 'dns' }
] as const
const three = [...pair, { name: 'img', kind: 'dns' }] as const

/** Somebody else changes the weights at the instant at which the n-th batch is sent, before it lands. */
function meanwhile(rig: DnsRig, route: string, times = 1): void {
  let left = times
  let weight = 40
  rig.world.watch((call, write) => {
    if (call.operation !== 'ChangeResourceRecordSets' || left === 0 || write === null) return
    left -= 1
    weight += 1
    rig.world.foreign.setWeights(route, { old: 60, new: weight })
  })
}

t.test('a swap deletes exactly what stands and creates it with the new weights, in one batch', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }])
  t.match(await rig.write('api', TEN), { kind: 'accepted', changeId: /^C/ })
  t.same(rig.batches, [
    [
      'DELETE blue 100',
      'DELETE green 0',
      'DELETE blue 100',
      'DELETE green 0',
      'CREATE blue 90',
      'CREATE green 10',
      'CREATE blue 90',
      'CREATE green 10'
    ]
  ])
  t.same(rig.world.told('api').new, 10)
})

t.test('dns.write upsert: every set is written whole', async (t) => {
  const rig = dnsRig()
  const before = rig.world.name('api').zone.control.newest()
  t.match(await rig.write('api', TEN, { swap: false }), { kind: 'accepted' })
  t.same(rig.batches, [['UPSERT blue 90', 'UPSERT green 10']])
  const facets = (sets: typeof before) => sets.map(({ Weight: _weight, ...rest }) => rest)
  t.same(facets(rig.world.name('api').zone.control.newest()), facets(before))
})

t.test('a foreign change between read and write is refused by Route 53 itself, and is a conflict', async (t) => {
  const rig = dnsRig()
  meanwhile(rig, 'api')
  t.match(await rig.write('api', TEN), { kind: 'conflict', found: { old: 60, new: 41 } })
  t.equal(rig.world.told('api').new, 41)
  t.equal(rig.batches.length, 1)
})

t.test('a foreign change of another facet between read and write is a conflict too', async (t) => {
  const rig = dnsRig()
  let done = false
  rig.world.watch(({ operation }) => {
    if (operation !== 'ChangeResourceRecordSets' || done) return
    done = true
    rig.world.foreign.setRecords('api', (sets) => sets.map((set) => ({ ...set, HealthCheckId: 'hc' })))
  })
  t.match(await rig.write('api', TEN), { kind: 'conflict', found: { old: 100, new: 0 } })
})

t.test('routes of one zone that are ready together go in one batch', async (t) => {
  const rig = dnsRig(pair)
  const both = [rig.begin('api', TEN), rig.begin('web', TEN)]
  t.match(await rig.clock.complete(Promise.all(both)), [{ kind: 'accepted' }, { kind: 'accepted' }])
  t.equal(rig.batches.length, 1)
  t.equal(rig.batches[0]?.length, 8)
})

t.test('FM-19: one batch of a zone is on its way at a time; what comes meanwhile goes together', async (t) => {
  const rig = dnsRig(three, { dns: { busy: 0 }, latency: '400ms' })
  const first = rig.begin('api', TEN)
  await rig.clock.advance('900ms')
  const rest = [rig.begin('web', TEN), rig.begin('img', TEN)]
  await rig.clock.complete(Promise.all([first, ...rest]))
  t.same(
    rig.batches.map((batch) => batch.length),
    [4, 8]
  )
})

t.test('one route that was changed by somebody never keeps the others of its batch', async (t) => {
  const rig = dnsRig(three)
  meanwhile(rig, 'web')
  const all = ['api', 'web', 'img'].map((name) => rig.begin(name, TEN))
  t.match(await rig.clock.complete(Promise.all(all)), [
    { kind: 'accepted' },
    { kind: 'conflict', found: { old: 60, new: 41 } },
    { kind: 'accepted' }
  ])
  t.equal(rig.batches.length, 2, 'a look shows who it was: nothing need be halved')
})

t.test('where no look shows who is to blame, the batch is halved until the guilty one stands alone', async (t) => {
  const rig = dnsRig(three)
  rig.world.name('web').zone.protections.set('web.example.com/A', 'frozen until Monday')
  const all = ['api', 'web', 'img'].map((name) => rig.begin(name, TEN, { ms: 60_000 }))
  const outcomes = await rig.clock.complete(Promise.all(all))
  t.match(outcomes, [{ kind: 'accepted' }, { kind: 'refused', detail: /frozen until Monday/ }, { kind: 'accepted' }])
  t.same(
    rig.batches.map((batch) => batch.length / 4),
    [3, 2, 1, 1, 1]
  )
})

t.test('a rollback and a forward write never share a batch, and the rollback goes first', async (t) => {
  const rig = dnsRig(pair)
  const forward = rig.begin('web', TEN)
  const back = rig.begin('api', BACK, { expect: 'any' })
  await rig.clock.complete(Promise.all([forward, back]))
  t.same(
    rig.batches.map((batch) => batch[0]),
    ['DELETE api blue 100', 'DELETE web blue 100']
  )
})

t.test('a rollback overtakes a forward write that waits for its zone', async (t) => {
  const rig = dnsRig(pair)
  rig.world.faults.error('PriorRequestNotComplete', 400, 'busy', {
    operation: 'ChangeResourceRecordSets',
    route: 'web'
  })
  const forward = rig.begin('web', TEN, { ms: 8_000 })
  await rig.clock.advance('1s')
  const startedAt = rig.clock.now()
  t.match(await rig.write('api', BACK, { expect: 'any' }), { kind: 'accepted' })
  t.ok(rig.clock.now() - startedAt < 1_000, 'at once')
  t.match(await rig.clock.complete(forward), { kind: 'refused', code: 'PriorRequestNotComplete' })
})

t.test('a rollback does not wait for a forward write that gets no answer', async (t) => {
  const rig = dnsRig(pair)
  rig.world.faults.neverAnswer(undefined, { operation: 'ChangeResourceRecordSets', route: 'web' })
  const forward = rig.begin('web', TEN, { ms: 8_000 })
  await rig.clock.advance('1s')
  const startedAt = rig.clock.now()
  t.match(await rig.write('api', BACK, { expect: 'any' }), { kind: 'accepted' })
  t.ok(rig.clock.now() - startedAt < 1_000)
  t.match(await rig.clock.complete(forward), { kind: 'unknown' })
})

t.test('FM-19: PriorRequestNotComplete is tried again with growing waits until the deadline', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns' }], { dns: { busy: '5s' } })
  rig.world.foreign.setWeights('api', { old: 100, new: 0 })
  rig.world.name('api').zone.busyUntil = rig.clock.now() + 5_000
  const times: number[] = []
  rig.world.watch(({ operation }) => {
    if (operation === 'ChangeResourceRecordSets') times.push(rig.clock.elapsed())
  })
  t.match(await rig.write('api', TEN), { kind: 'accepted' })
  const waits = times.slice(1).map((at, i) => at - (times[i] ?? 0))
  t.equal(waits.length, 2)
  t.ok((waits[0] ?? 0) >= 2_000 && (waits[1] ?? 0) >= 4_000, String(waits))
})

t.test(
  'FM-12: what somebody else writes while the zone is busy is a conflict at a later try, with UPSERT too',
  async (t) => {
    const rig = dnsRig()
    rig.world.name('api').zone.busyUntil = rig.clock.now() + 3_500
    const written = rig.begin('api', TEN, { swap: false })
    await rig.clock.advance('3s')
    rig.world.foreign.setWeights('api', { old: 70, new: 30 })
    t.match(await rig.clock.complete(written), { kind: 'conflict', found: { old: 70, new: 30 } })
    t.equal(rig.world.told('api').new, 30)
  }
)

t.test('no forward batch is begun while a rollback of the zone is on its way', async (t) => {
  const rig = dnsRig(pair, { latency: '400ms' })
  const sent = new Map<string, number>()
  rig.world.watch(({ operation, at }, write) => {
    if (operation === 'ChangeResourceRecordSets') sent.set(write?.route ?? '', at)
  })
  let backAt = Infinity
  const back = rig.begin('api', BACK, { expect: 'any' }).then((outcome) => {
    backAt = rig.clock.now()
    return outcome
  })
  await rig.clock.advance('100ms')
  t.match(await rig.write('web', TEN), { kind: 'accepted' })
  t.match(await back, { kind: 'accepted' })
  t.ok((sent.get('web') ?? 0) >= backAt)
})

t.test('a forward write that let a rollback go first looks again', async (t) => {
  const rig = dnsRig(pair, {}, { random: () => 0 })
  rig.world.faults.error('PriorRequestNotComplete', 400, 'busy', {
    operation: 'ChangeResourceRecordSets',
    route: 'web',
    times: 1
  })
  const forward = rig.begin('web', TEN, { swap: false })
  await rig.clock.advance('1100ms')
  // Before the second try, and within the time for which a read is good.
  rig.world.faults.latency('200ms')
  const back = rig.begin('api', BACK, { expect: 'any' })
  await rig.clock.advance('100ms')
  rig.world.foreign.setWeights('web', { old: 70, new: 30 })
  t.match(await rig.clock.complete(back), { kind: 'accepted' })
  t.match(await rig.clock.complete(forward), { kind: 'conflict', found: { old: 70, new: 30 } })
})

t.test('forward writes that come within a moment of each other go together', async (t) => {
  const rig = dnsRig(pair)
  const first = rig.begin('api', TEN)
  await rig.clock.advance('30ms')
  await rig.clock.complete(Promise.all([first, rig.begin('web', TEN)]))
  t.equal(rig.batches.length, 1)
})

t.test('what is still refused at the deadline was certainly not written', async (t) => {
  const rig = dnsRig()
  rig.world.faults.throttle({ operation: 'ChangeResourceRecordSets' })
  t.match(await rig.write('api', TEN, { ms: 5_000 }), { kind: 'refused', code: 'Throttling' })
  t.equal(rig.world.told('api').new, 0)
})

t.test('a throttled read is tried again, and what is found then counts', async (t) => {
  const rig = dnsRig()
  rig.world.faults.throttle({ operation: 'ListResourceRecordSets', times: 1 })
  t.match(await rig.write('api', TEN), { kind: 'accepted' })
})

t.test('a forward write whose records cannot be read is withheld', async (t) => {
  const rig = dnsRig()
  rig.world.faults.fail500(undefined, { operation: 'ListResourceRecordSets' })
  t.match(await rig.write('api', TEN), { kind: 'withheld', code: 'InternalFailure' })
  t.same(rig.batches, [])
})

t.test('a 5xx, a time-out and a second attempt of the SDK are of unknown outcome', async (t) => {
  const operation = 'ChangeResourceRecordSets'
  for (const fault of [
    (rig: DnsRig) => rig.world.faults.fail500(undefined, { operation }),
    (rig: DnsRig) => rig.world.faults.timeout('now', { operation }),
    (rig: DnsRig) => rig.world.faults.neverAnswer(undefined, { operation }),
    (rig: DnsRig) => rig.world.faults.attempts(2, { operation })
  ]) {
    const rig = dnsRig()
    fault(rig)
    t.match(await rig.write('api', TEN), { kind: 'unknown' })
  }
})

t.test('called off while it waits it was not written; called off on its way nobody knows', async (t) => {
  const waiting = dnsRig()
  const off = new AbortController()
  waiting.world.faults.throttle({ operation: 'ChangeResourceRecordSets' })
  const held = waiting.begin('api', TEN, { signal: off.signal })
  await waiting.clock.advance('500ms')
  off.abort()
  t.match(await waiting.clock.complete(held), { kind: 'refused', code: 'Throttling' })

  const flying = dnsRig()
  const stop = new AbortController()
  flying.world.faults.neverAnswer(undefined, { operation: 'ChangeResourceRecordSets' })
  const sent = flying.begin('api', TEN, { signal: stop.signal })
  await flying.clock.advance('500ms')
  stop.abort()
  t.match(await flying.clock.complete(sent), { kind: 'unknown', code: 'Aborted' })

  const early = dnsRig()
  const never = new AbortController()
  never.abort()
  t.match(await early.write('api', TEN, { signal: never.signal }), { kind: 'withheld', code: 'Aborted' })
  t.same(early.batches, [])
})

t.test('a newer write of the same records takes the place of one that waits', async (t) => {
  const rig = dnsRig()
  const older = rig.begin('api', TEN)
  const newer = rig.begin('api', aWant({ old: 80, new: 20 }))
  t.match(await rig.clock.complete(older), { kind: 'withheld', code: 'Superseded' })
  t.match(await rig.clock.complete(newer), { kind: 'accepted' })
  t.same(
    rig.batches.flat().filter((one) => one.startsWith('CREATE')),
    ['CREATE blue 80', 'CREATE green 20']
  )
})

t.test('FM-23: record types that stand apart are a conflict, also where the highest is what is expected', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns', types: ['A', 'AAAA'], weights: { old: 90, new: 10 } }])
  rig.world.foreign.setRecords('api', (sets) =>
    sets.map((set) => (set.Type === 'AAAA' && set.SetIdentifier === 'green' ? { ...set, Weight: 0 } : set))
  )
  const expect = { share: { old: 90, new: 10 }, attached: true }
  t.match(await rig.write('api', TEN, { expect }), { kind: 'conflict', found: { old: 90, new: 10 } })
  t.match(await rig.write('api', TEN, { expect, swap: false }), { kind: 'conflict' })
})

t.test('FM-21: a group in which a third member has all the weight is not left with old and new at 0', async (t) => {
  const rig = dnsRig()
  rig.world.foreign.setRecords('api', (sets) => [
    ...sets,
    ...sets.slice(0, 1).map((set) => ({ ...set, SetIdentifier: 'red', Weight: 5 }))
  ])
  t.match(await rig.write('api', aWant({ old: 0, new: 0 }), { expect: 'any' }), { kind: 'refused', code: 'AllZero' })
  t.match(await rig.write('api', aWant({ old: 256, new: 0 }), { expect: 'any' }), {
    kind: 'refused',
    code: 'BadWeight'
  })
  t.same(rig.batches, [])
})

t.test('a rollback swaps as long as that works, and nothing is lost', async (t) => {
  const rig = dnsRig()
  rig.world.foreign.setWeights('api', { old: 50, new: 50 })
  t.match(await rig.write('api', BACK, { expect: 'any' }), { kind: 'accepted', changeId: /^C/ })
  t.same(rig.batches, [['DELETE blue 50', 'DELETE green 50', 'CREATE blue 100', 'CREATE green 0']])
})

t.test(
  'a rollback between whose read and write somebody writes swaps again, then writes whatever stands',
  async (t) => {
    const once = dnsRig()
    meanwhile(once, 'api')
    t.match(await once.write('api', BACK, { expect: 'any' }), { kind: 'accepted' })
    t.equal(once.batches.length, 2)
    t.match(once.batches[1]?.[0], /^DELETE/)
    t.equal(once.world.told('api').new, 0)

    const always = dnsRig()
    meanwhile(always, 'api', Infinity)
    t.match(await always.write('api', BACK, { expect: 'any' }), { kind: 'accepted' })
    t.match(always.batches.at(-1), ['UPSERT blue 100', 'UPSERT green 0'])
    t.equal(always.world.told('api').new, 0)
  }
)

t.test('where rights allow UPSERT alone, a rollback goes by UPSERT at once', async (t) => {
  const rig = dnsRig()
  rig.world.foreign.setWeights('api', { old: 50, new: 50 })
  rig.world.name('api').zone.allow = ['UPSERT']
  const startedAt = rig.clock.now()
  t.match(await rig.write('api', BACK, { expect: 'any' }), { kind: 'accepted' })
  t.ok(rig.clock.now() - startedAt < 1_500)
  t.same(rig.batches.at(-1), ['UPSERT blue 100', 'UPSERT green 0'])
})

t.test('where rights allow UPSERT alone, a forward swap is refused and says what to do', async (t) => {
  const rig = dnsRig()
  rig.world.name('api').zone.allow = ['UPSERT']
  t.match(await rig.write('api', TEN), {
    kind: 'refused',
    code: 'AccessDenied',
    detail: /DELETE.*CREATE.*`dns.write: upsert`/
  })
  t.match(await rig.write('api', TEN, { swap: false }), { kind: 'accepted' })
})

t.test('a rollback goes out when nothing can be read: from the last read, or from what preflight saw', async (t) => {
  for (const remembered of ['read', 'origin'] as const) {
    const rig = dnsRig()
    const first = await rig.read()
    const origin = first?.kind === 'reading' ? (first.raw ?? null) : null
    const other = remembered === 'read' ? rig : dnsRig()
    other.world.foreign.setWeights('api', { old: 50, new: 50 })
    await other.quiet()
    other.world.faults.neverAnswer(undefined, { operation: 'ListResourceRecordSets' })
    const startedAt = other.clock.now()
    const more = remembered === 'origin' ? { origin } : {}
    t.match(await other.write('api', BACK, { expect: 'any', ...more }), { kind: 'accepted' })
    t.ok(other.clock.now() - startedAt < ROLLBACK_READ_MS + 1_000)
    t.same(other.batches, [['UPSERT blue 100', 'UPSERT green 0']])
    t.equal(other.world.told('api').new, 0)
  }
})

t.test('a rollback of which nothing at all is known is withheld, and says so', async (t) => {
  const rig = dnsRig()
  rig.world.faults.fail500(undefined, { operation: 'ListResourceRecordSets' })
  t.match(await rig.write('api', BACK, { expect: 'any' }), { kind: 'withheld', code: 'NothingToBuildOn' })
})

t.test('a rollback in the middle of a PENDING change is written, and has a change of its own', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns' }], { dns: { busy: 0, pending: '45s' } })
  const forward = await rig.write('api', aWant({ old: 50, new: 50 }))
  await rig.clock.advance('5s')
  const back = await rig.write('api', BACK, { expect: 'any' })
  if (forward?.kind !== 'accepted' || back?.kind !== 'accepted') throw new Error('not accepted')
  t.not(back.changeId, forward.changeId)
  await rig.clock.advance('41s')
  t.match(await rig.read('api', forward.changeId), { inSync: true })
  t.match(await rig.read('api', back.changeId), { inSync: false })
  await rig.clock.advance('10s')
  t.match(await rig.read('api', back.changeId), { inSync: true })
  t.equal(rig.world.live('api').new, 0)
})

t.test('rollbacks of several routes go in one batch, and one that is protected does not keep the others', async (t) => {
  const rig = dnsRig(three)
  for (const { name } of three) rig.world.foreign.setWeights(name, { old: 50, new: 50 })
  rig.world.name('web').zone.protections.set('web.example.com/A', 'frozen')
  const all = three.map(({ name }) => rig.begin(name, BACK, { expect: 'any', ms: 60_000 }))
  t.match(await rig.clock.complete(Promise.all(all)), [
    { kind: 'accepted' },
    { kind: 'refused', detail: /frozen/ },
    { kind: 'accepted' }
  ])
  t.equal(rig.batches[0]?.length, 12)
})

t.test('a zone that does not exist is a definite no', async (t) => {
  const rig = dnsRig()
  const route = { ...rig.spec(), hostedZone: 'ZNOWHERE' }
  const changes = ['any' as const, START].map((expect, n) => ({
    route: { ...route, key: `${n}` },
    to: BACK,
    expect,
    origin: null,
    n
  }))
  const call = {
    urgency: 'forward' as const,
    deadlineAt: rig.clock.now() + 20_000,
    signal: new AbortController().signal
  }
  const outcomes = await rig.clock.complete(rig.router.write(changes, call))
  t.match(outcomes.get('0'), { kind: 'refused', code: 'NoSuchHostedZone' })
  t.match(outcomes.get('1'), { kind: 'withheld', code: 'NoSuchHostedZone' })
})
