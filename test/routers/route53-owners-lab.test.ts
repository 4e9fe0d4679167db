/**
 * FM-16 over the lab: the TXT records of external-dns wherever its flags and versions put them, present and absent, found with the
 * real SDK client on a real socket.
 */
import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import t from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import type { Route53RouteSpec } from '../../src/core/migration.ts'
import { dnsSpec, exampleZone } from '../../src/lab/dns/spec.ts'
import { startLab } from '../../src/lab/lab.ts'
import { route53Router } from '../../src/routers/route53/route53.ts'
import { aCall } from './contract.ts'
import { FAST } from './support/rates.ts'

const OWNED = '"heritage=external-dns,external-dns/owner=shop-133,external-dns/resource=ingress/shop/web"'

t.test('marks of external-dns, present and absent', async (t) => {
  const lab = await startLab({
    spec: dnsSpec(),
    dns: { insyncMs: 0, requestsPerSecond: 1e6 },
    healthCheckMs: 3_600_000
  })
  Object.assign(process.env, lab.env)
  const clock = systemClock()
  const aws = makeAws({ clock, region: lab.region, budget: { rates: FAST } })
  const client = new Route53Client({ region: lab.region })
  t.teardown(async () => {
    aws.close()
    client.destroy()
    await lab.close()
  })
  const router = route53Router({ aws, clock, handshake: async () => ({ kind: 'nothing', detail: 'not looked at' }) })
  const account = { region: lab.region }
  const side = (setIdentifier: string) => {
    return { setIdentifier, loadBalancer: null, targetGroups: null, vars: {}, account }
  }
  const route: Route53RouteSpec = {
    name: 'api',
    type: 'route53',
    key: 'route53:api',
    account,
    hostedZone: exampleZone,
    record: 'api.example.com',
    recordTypes: ['A', 'AAAA'],
    old: side('blue'),
    new: side('green')
  }
  const owner = async (of: Route53RouteSpec = route) =>
    (await router.inspect([of], aCall(clock.now(), 'observe', 60_000))).find(({ code }) => code === 'external_dns')
  const change = (Action: 'CREATE' | 'DELETE', Name: string) =>
    client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: exampleZone,
        ChangeBatch: {
          Changes: [{ Action, ResourceRecordSet: { Name, Type: 'TXT', TTL: 300, ResourceRecords: [{ Value: OWNED }] } }]
        }
      })
    )
  t.equal(await owner(), undefined, 'nobody owns it')
  const names = ['a-api', 'aaaa-api', 'cname-api', 'ext-a-api', '_owner.a-api', 'a-api-txt']
  for (const name of names.map((front) => `${front}.example.com`)) {
    await change('CREATE', name)
    t.match(await owner(), { severity: 'blocker', detail: `(${name} TXT, owner shop-133)` }, name)
    t.match(await owner({ ...route, allowExternalDns: true }), { severity: 'warning' })
    await change('DELETE', name)
  }
  await change('CREATE', 'a-apis.example.com')
  t.equal(await owner(), undefined, 'the mark of another name is none')
})
