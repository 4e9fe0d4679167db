import t from 'tap'
import { makeAws } from '../../src/aws/aws.ts'
import { route53Router } from '../../src/routers/route53/route53.ts'
import { virtualClock } from '../support/virtual.ts'
import { dnsNameOf, ELB_ZONE_ID } from '../support/world/dnsRoute.ts'
import { makeWorld } from '../support/world/world.ts'
import { dnsContract } from './dnsContract.ts'

dnsContract(t, 'the simulated world', async () => {
  const clock = virtualClock()
  const world = makeWorld({ clock, rps: 0, routes: [{ name: 'own', kind: 'dns' }] })
  const { spec, zone, loadBalancers } = world.name('own')
  const router = route53Router({ aws: makeAws({ clock, region: world.region, clientFor: world.client }), clock })
  const foreign = world.clientFor('foreign')('route53', { region: world.region }, 'write')
  const door = (side: 'old' | 'new') => ({
    loadBalancer: loadBalancers[side],
    dnsName: dnsNameOf(`own-${side}`, world.region),
    zoneId: ELB_ZONE_ID
  })
  return {
    zone: zone.id,
    domain: zone.name,
    region: spec.account.region,
    doors: { old: door('old'), new: door('new') },
    now: () => clock.now(),
    send: async (command) => {
      // So as not to meet the limit of requests by the test's own looks.
      await clock.advance(1_000)
      return clock.complete(foreign.send(command, { abortSignal: new AbortController().signal }))
    },
    pass: (ms) => clock.advance(ms),
    router: {
      ...router,
      read: (routes, call, changes) => clock.complete(router.read(routes, call, changes)),
      write: (changes, call) => clock.complete(router.write(changes, call)),
      health: (routes, call) => clock.complete(router.health(routes, call)),
      resolve: (routes, call) => clock.complete(router.resolve(routes, call)),
      inspect: (routes, call, writes) => clock.complete(router.inspect(routes, call, writes))
    }
  }
})
