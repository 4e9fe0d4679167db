/**
 * What every router must do, whatever stands behind it. Run over each of them; a world says which parts it cannot play, and
 * those are skipped by name.
 */
import type { Test } from 'tap'
import type { Call, Urgency } from '../../src/core/call.ts'
import type { AlbRouteSpec } from '../../src/core/migration.ts'
import type { Reading, WriteOutcome } from '../../src/core/observation.ts'
import type { Share } from '../../src/core/share.ts'
import type { Want } from '../../src/core/shift.ts'
import type { Change, Router } from '../../src/routers/router.ts'

export type Groups = Partial<Record<'old' | 'new' | 'third', number>>

export interface Setup {
  readonly name: string
  readonly kind?: 'rule' | 'listener'
  readonly groups: Groups
  readonly stickySeconds?: number
  /** A login stands before the forward action. */
  readonly login?: boolean
}

/** What really stands, seen past the router. */
export interface Standing {
  readonly groups: Groups
  readonly stickySeconds: number | null
  readonly login: boolean
}

export type Ability = 'health' | 'tamper' | 'login' | 'remove' | 'sticky' | 'unused' | 'listener' | 'third'

export interface ContractWorld {
  readonly router: Router<AlbRouteSpec>
  /** Why a part can't be played here. */
  readonly cannot?: Partial<Record<Ability, string>>
  now(): number
  route(setup: Setup): Promise<AlbRouteSpec>
  standing(route: AlbRouteSpec): Promise<Standing>
  /** A change by somebody else. */
  tamper(route: AlbRouteSpec, groups: Groups): Promise<void>
  remove(route: AlbRouteSpec): Promise<void>
  /** So many targets of one side, healthy or not. */
  targets(route: AlbRouteSpec, side: 'old' | 'new', healthy: number, unhealthy: number): Promise<void>
}

export type MakeWorld = (t: Test) => Promise<ContractWorld>

export function aCall(now: number, urgency: Urgency = 'forward', ms = 20_000): Call {
  return { urgency, deadlineAt: now + ms, signal: new AbortController().signal }
}

export function aWant(share: Share, fields: Partial<Want> = {}): Want {
  return { share, attached: null, unstick: false, ...fields }
}

async function reading(world: ContractWorld, route: AlbRouteSpec): Promise<Reading> {
  const found = (await world.router.read([route], aCall(world.now(), 'observe'))).get(route.key)
  if (found?.kind !== 'reading') throw new Error(`no reading: ${JSON.stringify(found)}`)
  return found
}

async function write(
  world: ContractWorld,
  route: AlbRouteSpec,
  to: Want,
  expect: Change<AlbRouteSpec>['expect'],
  urgency: Urgency = 'forward'
): Promise<WriteOutcome> {
  const change: Change<AlbRouteSpec> = { route, to, expect, origin: null, n: 1 }
  const outcome = (await world.router.write([change], aCall(world.now(), urgency))).get(route.key)
  if (outcome === undefined) throw new Error('no outcome')
  return outcome
}

export function contract(t: Test, name: string, makeWorld: MakeWorld): void {
  t.test(`router contract: ${name}`, async (t) => {
    const world = await makeWorld(t)
    const part = (needs: readonly Ability[], title: string, run: (t: Test) => Promise<void>) => {
      const why = needs.map((need) => world.cannot?.[need]).find((reason) => reason !== undefined)
      t.test(title, why === undefined ? {} : { skip: why }, run)
    }
    reads(part, world)
    writes(part, world)
    rollbacks(part, world)
    looks(part, world)
  })
}

type Part = (needs: readonly Ability[], title: string, run: (t: Test) => Promise<void>) => void

function reads(part: Part, world: ContractWorld): void {
  part([], 'a rule that forwards to old alone reads as all to old, new not attached', async (t) => {
    const route = await world.route({ name: 'alone', groups: { old: 1 } })
    const found = await reading(world, route)
    t.equal(found.share.new, 0)
    t.ok(found.share.old > 0)
    t.equal(found.attached, false)
    t.equal(found.stickySeconds, null)
  })

  part(['listener'], 'FM-10: a weight of 0 is read as attached, in a listener as in a rule', async (t) => {
    for (const kind of ['rule', 'listener'] as const) {
      const route = await world.route({ name: `zero-${kind}`, kind, groups: { old: 100, new: 0 } })
      const found = await reading(world, route)
      t.equal(found.share.new, 0)
      t.equal(found.attached, true)
    }
  })

  part(['sticky'], 'stickiness is read with its seconds', async (t) => {
    const route = await world.route({ name: 'sticky', groups: { old: 90, new: 10 }, stickySeconds: 600 })
    t.equal((await reading(world, route)).stickySeconds, 600)
  })

  part(['third'], 'the shape changes with a third group, not with the weights of old and new', async (t) => {
    const route = await world.route({ name: 'shape', groups: { old: 1 } })
    const before = await reading(world, route)
    await write(world, route, aWant({ old: 900, new: 100 }, { attached: true }), 'any')
    const after = await reading(world, route)
    t.same(after.share, { old: 900, new: 100 })
    t.equal(after.shape, before.shape)
    const third = await world.route({ name: 'shape3', groups: { old: 1, third: 0 } })
    const three = await reading(world, third)
    t.not(three.shape, before.shape)
  })

  part(
    ['remove'],
    'FM-07: a rule that is gone is said to be gone, and the others are still answered for',
    async (t) => {
      const kept = await world.route({ name: 'kept', groups: { old: 1 } })
      const lost = await world.route({ name: 'lost', groups: { old: 1 } })
      await world.remove(lost)
      const found = await world.router.read([kept, lost], aCall(world.now(), 'observe'))
      t.equal(found.get(kept.key)?.kind, 'reading')
      const gone = found.get(lost.key)
      t.match(gone, { kind: 'unreadable', gone: true })
    }
  )
}

function writes(part: Part, world: ContractWorld): void {
  part(
    ['listener'],
    'FM-01: an accepted write is read back from the provider, for a rule and for a listener',
    async (t) => {
      for (const kind of ['rule', 'listener'] as const) {
        const route = await world.route({ name: `write-${kind}`, kind, groups: { old: 1 } })
        const [percent] = world.router.quantise(route, [125])
        if (percent === undefined) throw new Error('no share')
        const before = await reading(world, route)
        const expect = { share: before.share, attached: before.attached }
        t.match(await write(world, route, aWant(percent, { attached: true }), expect), { kind: 'accepted' })
        t.same((await world.standing(route)).groups, { old: 875, new: 125 })
        t.same((await reading(world, route)).share, { old: 875, new: 125 })
      }
    }
  )

  part([], 'FM-40: step 0 attaches new at weight 0', async (t) => {
    const route = await world.route({ name: 'attach', groups: { old: 1 } })
    const expect = { share: { old: 1, new: 0 }, attached: false }
    const outcome = await write(world, route, aWant({ old: 999, new: 0 }, { attached: true }), expect)
    t.match(outcome, { kind: 'accepted' })
    t.same((await world.standing(route)).groups, { old: 999, new: 0 })
    t.equal((await reading(world, route)).attached, true)
  })

  part(
    ['tamper'],
    'FM-12, FM-13: a foreign change since the last look is a conflict, and nothing is written',
    async (t) => {
      const route = await world.route({ name: 'conflict', groups: { old: 900, new: 100 } })
      await world.tamper(route, { old: 700, new: 300 })
      const expect = { share: { old: 900, new: 100 }, attached: true }
      const outcome = await write(world, route, aWant({ old: 500, new: 500 }), expect)
      t.match(outcome, { kind: 'conflict', found: { old: 700, new: 300 } })
      t.same((await world.standing(route)).groups, { old: 700, new: 300 })
    }
  )

  part([], 'weights with the same ratio are the same share', async (t) => {
    const route = await world.route({ name: 'ratio', groups: { old: 90, new: 10 } })
    const expect = { share: { old: 900, new: 100 }, attached: true }
    t.match(await write(world, route, aWant({ old: 500, new: 500 }), expect), { kind: 'accepted' })
  })

  part([], 'attached is part of what is expected, unless it is null', async (t) => {
    const route = await world.route({ name: 'attached', groups: { old: 1 } })
    const want = aWant({ old: 990, new: 10 })
    t.match(await write(world, route, want, { share: { old: 1, new: 0 }, attached: true }), { kind: 'conflict' })
    t.match(await write(world, route, want, { share: { old: 1, new: 0 }, attached: null }), { kind: 'accepted' })
  })

  part([], 'all weights 0 are never written', async (t) => {
    const route = await world.route({ name: 'nobody', groups: { old: 900, new: 100 } })
    t.match(await write(world, route, aWant({ old: 0, new: 0 }), 'any', 'rollback'), { kind: 'refused' })
    t.same((await world.standing(route)).groups, { old: 900, new: 100 })
  })

  part(['third', 'sticky', 'login'], 'FM-09: a write keeps logins, stickiness and third groups as found', async (t) => {
    const setup = { name: 'facets', groups: { old: 90, new: 10, third: 0 }, stickySeconds: 300, login: true }
    const route = await world.route(setup)
    const before = await reading(world, route)
    const expect = { share: { old: 90, new: 10 }, attached: true }
    t.match(await write(world, route, aWant({ old: 500, new: 500 }), expect), { kind: 'accepted' })
    const standing = await world.standing(route)
    t.same(standing, { groups: { old: 500, new: 500, third: 0 }, stickySeconds: 300, login: true })
    t.equal((await reading(world, route)).shape, before.shape)
  })

  part(['remove'], 'FM-07: one route that fails never keeps the others from being written', async (t) => {
    const [first, lost, last] = [
      await world.route({ name: 'first', groups: { old: 1 } }),
      await world.route({ name: 'gone', groups: { old: 1 } }),
      await world.route({ name: 'last', groups: { old: 1 } })
    ]
    await world.remove(lost)
    const changes = [first, lost, last].map((route, n): Change<AlbRouteSpec> => {
      return {
        route,
        to: aWant({ old: 990, new: 10 }),
        expect: { share: { old: 1, new: 0 }, attached: false },
        origin: null,
        n
      }
    })
    const outcomes = await world.router.write(changes, aCall(world.now()))
    t.equal(outcomes.get(first.key)?.kind, 'accepted')
    t.ok(['refused', 'withheld'].includes(outcomes.get(lost.key)?.kind ?? ''))
    t.equal(outcomes.get(last.key)?.kind, 'accepted')
    t.same((await world.standing(last)).groups, { old: 990, new: 10 })
  })
}

function rollbacks(part: Part, world: ContractWorld): void {
  part(['tamper'], 'a rollback is written whatever the weights are', async (t) => {
    const route = await world.route({ name: 'back', groups: { old: 500, new: 500 } })
    await world.tamper(route, { old: 1, new: 999 })
    t.match(await write(world, route, aWant({ old: 999, new: 0 }), 'any', 'rollback'), { kind: 'accepted' })
    t.same((await world.standing(route)).groups, { old: 999, new: 0 })
  })

  part(['sticky'], 'FM-38: releasing takes new out of the action and switches stickiness off', async (t) => {
    const route = await world.route({ name: 'release', groups: { old: 500, new: 500 }, stickySeconds: 600 })
    const want = aWant({ old: 999, new: 0 }, { attached: false, unstick: true })
    t.match(await write(world, route, want, 'any', 'rollback'), { kind: 'accepted' })
    const standing = await world.standing(route)
    t.same(Object.keys(standing.groups), ['old'])
    t.equal(standing.stickySeconds, null)
    t.match(await reading(world, route), { attached: false, stickySeconds: null, share: { new: 0 } })
  })

  part(['sticky'], 'a rollback that keeps stickiness changes the weights only', async (t) => {
    const route = await world.route({ name: 'keep', groups: { old: 500, new: 500 }, stickySeconds: 600 })
    t.match(await write(world, route, aWant({ old: 999, new: 0 }), 'any', 'rollback'), { kind: 'accepted' })
    t.match(await world.standing(route), { groups: { old: 999, new: 0 }, stickySeconds: 600 })
  })

  part(['tamper', 'third'], 'a rule that was given to somebody else is not taken back', async (t) => {
    const route = await world.route({ name: 'taken', groups: { old: 500, new: 500 } })
    await world.tamper(route, { third: 1 })
    t.match(await write(world, route, aWant({ old: 999, new: 0 }), 'any', 'rollback'), {
      kind: 'refused',
      code: 'not_forwarding'
    })
    t.same(Object.keys((await world.standing(route)).groups), ['third'])
  })
}

function looks(part: Part, world: ContractWorld): void {
  part(['health'], 'FM-03: only healthy targets are healthy', async (t) => {
    const route = await world.route({ name: 'health', groups: { old: 1, new: 0 } })
    await world.targets(route, 'old', 3, 0)
    await world.targets(route, 'new', 1, 2)
    const found = (await world.router.health([route], aCall(world.now(), 'observe'))).get(route.key)
    t.match(found, { kind: 'health', old: { healthy: 3, total: 3 }, new: { healthy: 1, total: 3 } })
  })

  part(['health', 'unused'], 'FM-40: targets of a group in no rule are unused, which is not healthy', async (t) => {
    const route = await world.route({ name: 'unused', groups: { old: 1 } })
    await world.targets(route, 'new', 3, 0)
    const found = (await world.router.health([route], aCall(world.now(), 'observe'))).get(route.key)
    t.match(found, { kind: 'health', new: { healthy: 0, total: 3, states: { unused: 3 } } })
  })

  part([], 'a plain start has no blocker', async (t) => {
    const route = await world.route({ name: 'plain', groups: { old: 1 } })
    const findings = await world.router.inspect([route], aCall(world.now()))
    t.same(
      findings.filter(({ severity }) => severity === 'blocker'),
      []
    )
  })

  part(['third'], 'a third group with weight is a blocker', async (t) => {
    const route = await world.route({ name: 'three', groups: { old: 50, third: 50 } })
    const findings = await world.router.inspect([route], aCall(world.now()))
    t.match(
      findings.filter(({ severity }) => severity === 'blocker').map(({ code }) => code),
      ['third_group']
    )
  })

  part(['remove'], 'a rule that does not exist is a blocker', async (t) => {
    const route = await world.route({ name: 'never', groups: { old: 1 } })
    await world.remove(route)
    const findings = await world.router.inspect([route], aCall(world.now()))
    t.ok(findings.some(({ severity, code }) => severity === 'blocker' && code === 'rule_not_found'))
  })
}
