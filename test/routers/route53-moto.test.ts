/**
 * The records contract over moto, where it is installed: an imitation of AWS by others, so that a misunderstanding of our own lab does
 * not pass unseen. What moto does otherwise than Route 53 is skipped by name.
 */
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import t, { type Test } from 'tap'
import { makeAws, type AwsClient } from '../../src/aws/aws.ts'
import { systemClock } from '../../src/clock.ts'
import { route53Router } from '../../src/routers/route53/route53.ts'
import { dnsContract, type DnsContractWorld, type Door } from './dnsContract.ts'
import { motoPath, startMoto } from './support/moto.ts'
import { FAST } from './support/rates.ts'

const REGION = 'ap-northeast-1'

const door = (name: string): Door => ({
  loadBalancer: `arn:aws:elasticloadbalancing:${REGION}:123456789012:loadbalancer/app/${name}/50dc6c495c0c9188`,
  dnsName: `${name}-1.${REGION}.elb.amazonaws.com`,
  zoneId: 'Z14GRHDCWA56QT'
})

async function motoWorld(t: Test, path: string): Promise<DnsContractWorld> {
  const moto = await startMoto(path)
  t.teardown(() => moto.stop())
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test'
  })
  const clock = systemClock()
  const aws = makeAws({ clock, region: REGION, budget: { rates: FAST } })
  const client = new Route53Client({ region: REGION })
  t.teardown(() => {
    client.destroy()
    aws.close()
  })
  const made = await client.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'contract' }))
  return {
    router: route53Router({ aws, clock, handshake: async () => ({ kind: 'nothing', detail: 'not looked at' }) }),
    cannot: {
      swap: 'moto takes a DELETE with a set identifier for one of every record of the zone with it',
      pending: 'moto says INSYNC of any change',
      alias: 'moto lists aliases with a TTL of 0, and loses what else they hold',
      health: 'moto invents the health of targets',
      inspect: 'moto has neither protections nor the load balancers of this zone'
    },
    zone: made.HostedZone?.Id?.replace('/hostedzone/', '') ?? '',
    domain: 'example.com',
    region: REGION,
    doors: { old: door('blue'), new: door('green') },
    now: () => clock.now(),
    send: (command) => (client as unknown as AwsClient).send(command, { abortSignal: new AbortController().signal }),
    pass: () => Promise.resolve()
  }
}

const path = motoPath()
if (path === null) t.pass('moto_server is not installed: the contract over moto did not run', { skip: true })
else dnsContract(t, 'moto', (t) => motoWorld(t, path))
