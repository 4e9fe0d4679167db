import t from 'tap'
import { makeAws, type ClientFor } from '../../src/aws/aws.ts'
import { route53Router } from '../../src/routers/route53/route53.ts'
import { aCall } from './contract.ts'
import { dnsRig, type DnsRig } from './support/dnsRig.ts'

type Writes = 'swap' | 'upsert'

const inspected = (rig: DnsRig, writes?: Writes, names: readonly string[] = ['api']) =>
  rig.clock.complete(
    rig.router.inspect(
      names.map((name) => rig.spec(name)),
      aCall(rig.clock.now(), 'observe', 60_000),
      writes
    )
  )

const aboutRights = async (rig: DnsRig, writes?: Writes, names?: readonly string[]) =>
  (await inspected(rig, writes, names)).filter(({ code }) => code === 'swap_not_allowed' || code === 'cannot_check')

const standing = (rig: DnsRig) => rig.world.name('api').zone.control.newest()

t.test('rights for UPSERT alone are found out before anything is written, with both ways out', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }])
  rig.world.name('api').zone.allow = ['UPSERT']
  const before = standing(rig)
  const found = await aboutRights(rig, 'swap')
  t.match(found, [
    {
      severity: 'blocker',
      code: 'swap_not_allowed',
      route: 'api',
      detail: /AccessDenied/,
      remedy: /`dns\.write: upsert`.*route53:ChangeResourceRecordSetsActions/
    }
  ])
  t.equal(standing(rig), before)
})

t.test('with all rights the question is refused by Route 53 itself: no finding, nothing written', async (t) => {
  const rig = dnsRig([{ name: 'api', kind: 'dns', types: ['A', 'AAAA'] }])
  const before = standing(rig)
  t.same(await aboutRights(rig, 'swap'), [])
  t.equal(standing(rig), before)
  t.same(rig.world.name('api').zone.changes, [])
  const [batch = []] = rig.batches
  t.equal(rig.batches.length, 1)
  t.same(batch.filter((one) => one.startsWith('DELETE')).length, 2)
  t.ok(
    batch.every((one) => !/^DELETE (blue|green) /.test(one)),
    'what it would delete does not exist'
  )
  t.same(
    batch.filter((one) => !one.startsWith('DELETE')),
    ['CREATE blue 100', 'CREATE blue 100'],
    'what it would create stands already, as it is'
  )
})

t.test('it is not asked where nothing will be swapped, or where there is nothing to swap', async (t) => {
  const upsert = dnsRig()
  upsert.world.name('api').zone.allow = ['UPSERT']
  t.same(await aboutRights(upsert, 'upsert'), [])
  t.same(await aboutRights(upsert), [], 'mode: observe')
  t.same(upsert.batches, [])
  const bare = dnsRig()
  bare.world.foreign.setRecords('api', () => [])
  await inspected(bare, 'swap')
  t.same(bare.batches, [])
})

t.test('routes of one zone are asked for together, and singly only to tell whose rights are missing', async (t) => {
  const names = ['api', 'web', 'shop']
  const rig = dnsRig(names.map((name) => ({ name, kind: 'dns' as const })))
  t.same(await aboutRights(rig, 'swap', names), [])
  t.equal(rig.batches.length, 1)
  rig.world.faults.error('AccessDenied', 403, 'no', { operation: 'ChangeResourceRecordSets', route: 'web' })
  const found = await aboutRights(rig, 'swap', names)
  t.same(
    found.map(({ route }) => route),
    ['web']
  )
})

t.test('any other answer is a warning at most, and is not waited for long', async (t) => {
  for (const fault of ['throttle', 'fail500', 'hang'] as const) {
    const rig = dnsRig()
    if (fault === 'throttle') rig.world.faults.throttle({ operation: 'ChangeResourceRecordSets' })
    if (fault === 'fail500') rig.world.faults.fail500(undefined, { operation: 'ChangeResourceRecordSets' })
    if (fault === 'hang') rig.world.faults.neverAnswer(undefined, { operation: 'ChangeResourceRecordSets' })
    const startedAt = rig.clock.now()
    const found = await aboutRights(rig, 'swap')
    t.match(found, [{ severity: 'warning', code: 'cannot_check' }], fault)
    t.ok(rig.clock.now() - startedAt < 15_000, `${fault}: ${rig.clock.now() - startedAt} ms`)
  }
})

t.test('who carries out what cannot be carried out is no Route 53: that is said', async (t) => {
  const rig = dnsRig()
  const gullible: ClientFor = (...args) => {
    const client = rig.world.client(...args)
    const yes = { ChangeInfo: { Id: '/change/C1', Status: 'PENDING' }, $metadata: { attempts: 1 } }
    const send: typeof client.send = async (command, options) => {
      if (command.constructor.name !== 'ChangeResourceRecordSetsCommand') return client.send(command, options)
      return yes as unknown as Awaited<ReturnType<typeof client.send<never>>>
    }
    return { ...client, send }
  }
  const aws = makeAws({ clock: rig.clock, region: rig.world.region, clientFor: gullible })
  const router = route53Router({ aws, clock: rig.clock })
  const findings = await rig.clock.complete(
    router.inspect([rig.spec()], aCall(rig.clock.now(), 'observe', 60_000), 'swap')
  )
  t.match(
    findings.find(({ code }) => code === 'no_swap_guard'),
    { severity: 'warning', detail: /cannot be carried out/ }
  )
})
