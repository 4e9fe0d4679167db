import t from 'tap'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import { memoryRouter, memoryWorld, type MemoryWorld } from '../../src/routers/memory.ts'
import { aRoute } from '../support/builders.ts'
import { virtualClock } from '../support/virtual.ts'
import { aCall, aWant, contract, type ContractWorld, type Groups } from './contract.ts'

const thirdOf = (route: AlbRouteSpec) => `${route.old.targetGroup}-third`

function weightsOf(route: AlbRouteSpec, groups: Groups): Record<string, number> {
  const arns = { old: route.old.targetGroup, new: route.new.targetGroup, third: thirdOf(route) }
  return Object.fromEntries(
    (['old', 'new', 'third'] as const).flatMap((side) => {
      const weight = groups[side]
      return weight === undefined ? [] : [[arns[side], weight] as const]
    })
  )
}

function groupsOf(route: AlbRouteSpec, world: MemoryWorld): Groups {
  const weights = world.rules.get(route.key)?.weights ?? {}
  const arns = { old: route.old.targetGroup, new: route.new.targetGroup, third: thirdOf(route) }
  return Object.fromEntries(
    Object.entries(arns).flatMap(([side, arn]) => (arn in weights ? [[side, weights[arn]]] : []))
  )
}

contract(t, 'memory', async () => {
  const world = memoryWorld()
  const clock = virtualClock()
  const made: ContractWorld = {
    router: memoryRouter(world, clock),
    now: () => clock.now(),
    route: async ({ name, kind = 'rule', groups, stickySeconds, login }) => {
      const route = aRoute({ name, target: { kind, arn: `arn:${kind}/app/${name}` } })
      const others = login === true ? ['login'] : []
      world.rules.set(route.key, { weights: weightsOf(route, groups), stickySeconds: stickySeconds ?? null, others })
      return route
    },
    standing: async (route) => {
      const rule = world.rules.get(route.key)
      return {
        groups: groupsOf(route, world),
        stickySeconds: rule?.stickySeconds ?? null,
        login: rule?.others.includes('login') ?? false
      }
    },
    tamper: async (route, groups) => {
      const rule = world.rules.get(route.key)
      if (rule !== undefined) world.rules.set(route.key, { ...rule, weights: weightsOf(route, groups) })
    },
    remove: async (route) => {
      world.rules.delete(route.key)
    },
    targets: async (route, side, healthy, unhealthy) => {
      const attached = route[side].targetGroup in (world.rules.get(route.key)?.weights ?? {})
      const other = route[side === 'old' ? 'new' : 'old'].targetGroup
      if (!world.targets.has(other)) world.targets.set(other, {})
      world.targets.set(route[side].targetGroup, attached ? { healthy, unhealthy } : { unused: healthy + unhealthy })
    }
  }
  return made
})

t.test('a rule that does not answer is unreadable, and a write to it is of unknown outcome', async (t) => {
  const world = memoryWorld()
  const route = aRoute()
  const router = memoryRouter(world, virtualClock())
  world.rules.set(route.key, { weights: weightsOf(route, { old: 500, new: 500 }), stickySeconds: null, others: [] })
  world.unreachable.add(route.key)
  t.match((await router.read([route], aCall(0))).get(route.key), { kind: 'unreadable', gone: false })
  const change = { route, to: aWant({ old: 999, new: 0 }), expect: 'any' as const, origin: null, n: 1 }
  t.match((await router.write([change], aCall(0))).get(route.key), { kind: 'unknown' })
  t.same(groupsOf(route, world), { old: 999, new: 0 })
})
