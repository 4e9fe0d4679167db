// The resolvers of a population of users: most of them honest, some with a minimum TTL, some that hold answers for an hour, each
// with its share of the users. Never opens a socket; who answers them is handed in.

import type { Random } from '../random.ts'
import { randomFor } from '../random.ts'
import type { Question } from './reply.ts'
import type { Ask, Found, Resolver, ResolverKind } from './resolver.ts'
import { createResolver } from './resolver.ts'

/** So many of them, keeping answers at least so long. A pair of seconds: each its own between them, evenly on a log scale. */
export interface Stretch {
  readonly share: number
  readonly seconds: number | readonly [number, number]
}

export interface ResolverMix {
  readonly count: number
  readonly minTtl: Stretch
  readonly hold: Stretch
  /** How unequal they are in users: 0 = all equal, 1 = the n-th has 1/n of the first's (Zipf). */
  readonly skew: number
}

/**
 * 8 % extend TTLs (Bhowmick et al., PAM 2023: 8.74 % of resolvers), to between a minute and ten (floors seen by RIPE Atlas users);
 * 2 % hold for an hour.
 */
export const defaultMix: ResolverMix = {
  count: 100,
  minTtl: { share: 0.08, seconds: [60, 600] },
  hold: { share: 0.02, seconds: 3600 },
  skew: 0
}

export interface ResolverOptions extends Partial<ResolverMix> {
  /** Share of honest ones; only to be stated twice, for readers: what minTtl and hold leave over. */
  readonly honest?: number
  readonly seed?: number
  readonly now?: () => number
  /** Who answers them. */
  readonly ask: Ask
  /** The first `count` of them ask this one instead: a real server. */
  readonly udp?: { readonly count: number; readonly ask: Ask }
}

export interface Resolvers {
  readonly all: readonly Resolver[]
  /** One by the users' shares. */
  draw(random: Random): Resolver
  /** 1 / Σ share²: as if there were so many equal ones. */
  readonly effective: number
  /** Share of users whose resolver would tell them now an address for which `is` holds, 0 to 1. Needs a direct `ask`. */
  share(question: Question, is: (address: string) => boolean): number
  flush(): void
}

export function createResolvers(options: ResolverOptions): Resolvers {
  const { count, minTtl, hold, skew } = { ...defaultMix, ...options }
  const now = options.now ?? Date.now
  const random = randomFor(options.seed ?? 1, 'resolvers')
  checkMix(count, minTtl.share, hold.share, options.honest)
  const kinds = shuffled(kindsOf(count, minTtl.share, hold.share), random)
  const sizes = kinds.map((_, index) => 1 / (index + 1) ** skew)
  const users = sizes.reduce((sum, size) => sum + size, 0)
  const all = kinds.map((kind, index) => {
    const stretch = kind === 'minTtl' ? minTtl.seconds : kind === 'hold' ? hold.seconds : 0
    const ask = options.udp !== undefined && index < options.udp.count ? options.udp.ask : options.ask
    const share = (sizes[index] ?? 0) / users
    return createResolver({ kind, minTtlMs: 1000 * secondsIn(stretch, random), share, ask, now, random })
  })
  return {
    all,
    draw: (dice) => drawn(all, dice()),
    effective: 1 / all.reduce((sum, one) => sum + one.share ** 2, 0),
    share: (question, is) => {
      return all.reduce((sum, one) => sum + one.share * shareIn(one.find(question), is), 0)
    },
    flush: () => all.forEach((one) => one.flush())
  }
}

function checkMix(count: number, minTtl: number, hold: number, honest: number | undefined): void {
  if (!Number.isInteger(count) || count < 1 || count > 100_000) {
    throw new Error(`count: ${count} resolvers: allowed are 1 to 100000`)
  }
  const rest = 1 - minTtl - hold
  if (!(minTtl >= 0 && hold >= 0 && rest >= -1e-9)) throw new Error('the shares of minTtl and hold exceed 1')
  if (honest !== undefined && Math.abs(honest - rest) > 1e-9) throw new Error(`honest: what is left is ${rest}`)
}

function kindsOf(count: number, minTtl: number, hold: number): ResolverKind[] {
  const floors = Math.round(count * minTtl)
  const holders = Math.round(count * hold)
  return Array.from({ length: count }, (_, index) =>
    index < floors ? 'minTtl' : index < floors + holders ? 'hold' : 'honest'
  )
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  const mixed = [...list]
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    const here = mixed[at] as T
    mixed[at] = mixed[other] as T
    mixed[other] = here
  }
  return mixed
}

function secondsIn(stretch: Stretch['seconds'], random: Random): number {
  if (typeof stretch === 'number') return stretch
  const [from, to] = stretch
  return from * (to / from) ** random()
}

function drawn(all: readonly Resolver[], dice: number): Resolver {
  let left = dice
  for (const one of all) {
    left -= one.share
    if (left < 0) return one
  }
  const last = all.at(-1)
  if (last === undefined) throw new Error('there are no resolvers')
  return last
}

function shareIn(found: Found | Promise<Found>, is: (address: string) => boolean): number {
  if (found instanceof Promise) throw new Error('a share is only known at once where resolvers ask directly')
  const { addresses } = found
  return addresses.length === 0 ? 0 : addresses.filter(is).length / addresses.length
}
