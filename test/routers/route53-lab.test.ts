/**
 * The records contract over the lab: the real SDK client, REST-XML on a real socket, and a zone that refuses as Route 53 does.
 */
import { Route53Client } from '@aws-sdk/client-route-53'
import t, { type Test } from 'tap'
import { makeAws, type AwsClient } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import { dnsSpec, exampleZone } from '../../src/lab/dns/spec.ts'
import { startLab, type Lab } from '../../src/lab/lab.ts'
import { route53Router } from '../../src/routers/route53/route53.ts'
import { aCall } from './contract.ts'
import { dnsContract, type DnsContractWorld, type Door } from './dnsContract.ts'
import { FAST } from './support/rates.ts'

function doorOf(lab: Lab, side: 'old' | 'new'): Door {
  const found = lab.world.loadBalancers.find(({ name }) => name === `shop-${side}`)
  const alias = lab.dns.zones
    .find(exampleZone)
    ?.records()
    .find(({ setIdentifier, type }) => type === 'A' && setIdentifier === (side === 'old' ? 'blue' : 'green'))?.alias
  if (found === undefined || alias === undefined) throw new Error(`the lab has no shop-${side}`)
  const dnsName = alias.dnsName.replace(/^dualstack\./, '').replace(/\.$/, '')
  return { loadBalancer: found.arn, dnsName, zoneId: alias.hostedZoneId }
}

async function labWorld(t: Test): Promise<DnsContractWorld> {
  const insyncMs = 300
  const lab = await startLab({ spec: dnsSpec(), dns: { insyncMs, requestsPerSecond: 1e6 }, healthCheckMs: 3_600_000 })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region, budget: { rates: FAST } })
  const client = new Route53Client({ region: lab.region })
  t.teardown(async () => {
    aws.close()
    client.destroy()
    await lab.close()
  })
  return {
    router: route53Router({ aws, clock, handshake: async () => ({ kind: 'nothing', detail: 'not looked at' }) }),
    zone: exampleZone,
    domain: 'example.com',
    region: lab.region,
    doors: { old: doorOf(lab, 'old'), new: doorOf(lab, 'new') },
    now: () => clock.now(),
    send: (command) => (client as unknown as AwsClient).send(command, { abortSignal: new AbortController().signal }),
    // Only INSYNC takes time here, and only one part waits for it.
    pass: (ms) => (ms > 10_000 ? clock.sleep(2 * insyncMs) : Promise.resolve())
  }
}

dnsContract(t, 'the lab', labWorld)

t.test('where rights allow UPSERT alone, preflight says so and how to change either', async (t) => {
  const lab = await startLab({
    spec: dnsSpec(),
    dns: { insyncMs: 0, requestsPerSecond: 1e6, allow: ['UPSERT'] },
    healthCheckMs: 3_600_000
  })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region, budget: { rates: FAST } })
  t.teardown(async () => {
    aws.close()
    await lab.close()
  })
  const router = route53Router({ aws, clock, handshake: async () => ({ kind: 'nothing', detail: 'not looked at' }) })
  const account = { region: lab.region }
  const side = (setIdentifier: string, which: 'old' | 'new') => {
    return { setIdentifier, loadBalancer: doorOf(lab, which).loadBalancer, targetGroups: null, vars: {}, account }
  }
  const route = {
    name: 'api',
    type: 'route53',
    key: 'route53:api',
    account,
    hostedZone: exampleZone,
    record: 'api.example.com',
    recordTypes: ['A', 'AAAA'],
    old: side('blue', 'old'),
    new: side('green', 'new')
  } as const
  const rights = async (writes: 'swap' | 'upsert') =>
    (await router.inspect([route], aCall(clock.now(), 'observe', 60_000), writes)).filter(
      ({ code }) => code === 'swap_not_allowed'
    )
  t.match(await rights('swap'), [{ severity: 'blocker', remedy: /dns\.write: upsert/ }])
  t.same(await rights('upsert'), [])
  lab.dns.knobs.allow = ['CREATE', 'DELETE', 'UPSERT']
  t.same(await rights('swap'), [])
  t.same(lab.dns.zones.changes(), [], 'nothing was written')
})
