import t from 'tap'
import { contract } from './contract.ts'
import { albWorld } from './support/albWorld.ts'

contract(t, 'ALB over a fake of client.send', async () => {
  const world = albWorld()
  const { router, clock } = world
  return {
    ...world,
    // The rate budget waits on the virtual clock: time passes for as long as a call lasts.
    router: {
      ...router,
      read: (routes, call) => clock.complete(router.read(routes, call)),
      write: (changes, call) => clock.complete(router.write(changes, call)),
      health: (routes, call) => clock.complete(router.health(routes, call)),
      inspect: (routes, call) => clock.complete(router.inspect(routes, call))
    }
  }
})
