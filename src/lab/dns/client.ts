// The users' machines: each asks one resolver, connects, and keeps its connection for as long as its pool keeps connections,
// whatever DNS says meanwhile. Decides where a request goes; sends nothing and reads no clock but the one it is given.

import type { Random } from '../random.ts'
import { randomFor } from '../random.ts'
import type { Found, Resolver } from './resolver.ts'
import type { Resolvers } from './resolvers.ts'

export interface ClientMix {
  readonly count: number
  /** Share of clients that ask for AAAA first and for A where there is none. */
  readonly ipv6: number
  /** A connection is used for so long, then closed; 0 = one request each. ALB's client_keep_alive: an hour. */
  readonly keepMs: number
}

export const defaultClients: ClientMix = { count: 200, ipv6: 0.3, keepMs: 2000 }

export interface Connection {
  readonly address: string
  /** Grows with every new connection of this client: an older one must not be used any more. */
  readonly generation: number
}

export interface Client {
  readonly resolver: Resolver
  readonly ipv6: boolean
  /** Where its next request for this name goes; nothing where the name leads nowhere. */
  connect(name: string): Connection | undefined | Promise<Connection | undefined>
  /** The connection failed: the next request asks its resolver again. */
  drop(name: string): void
}

export interface ClientOptions extends Partial<ClientMix> {
  readonly resolvers: Resolvers
  readonly seed?: number
  readonly now?: () => number
}

export interface Clients {
  readonly all: readonly Client[]
  /** In turn. */
  next(): Client
  setKeepMs(keepMs: number): void
  /** Share of clients whose next request would go to an address for which `is` holds. Needs resolvers that ask directly. */
  share(name: string, is: (address: string) => boolean): number
}

export function createClients(options: ClientOptions): Clients {
  const { count, ipv6, keepMs } = { ...defaultClients, ...options }
  const pool = { keepMs }
  const random = randomFor(options.seed ?? 1, 'clients')
  const now = options.now ?? Date.now
  const all = Array.from({ length: count }, () =>
    createClient(options.resolvers.draw(random), random() < ipv6, { now, random, pool })
  )
  let turn = 0
  return {
    all,
    next: () => {
      const one = all[turn % all.length]
      turn += 1
      if (one === undefined) throw new Error('there are no clients')
      return one
    },
    setKeepMs: (next) => {
      pool.keepMs = next
    },
    share: (name, is) => {
      const there = all.filter((one) => {
        const connection = one.connect(name)
        if (connection instanceof Promise) throw new Error('a share is only known at once where resolvers ask directly')
        return connection !== undefined && is(connection.address)
      })
      return there.length / all.length
    }
  }
}

interface ClientParts {
  readonly now: () => number
  readonly random: Random
  readonly pool: { readonly keepMs: number }
}

interface Pooled extends Connection {
  readonly since: number
}

function createClient(resolver: Resolver, ipv6: boolean, { now, random, pool }: ClientParts): Client {
  const open = new Map<string, Pooled>()
  let generation = 0
  const opened = (name: string, { addresses }: Found): Connection | undefined => {
    const address = addresses[Math.floor(random() * addresses.length)]
    if (address === undefined) return undefined
    // Another request may have connected while this one was asking.
    const known = usable(name)
    if (known !== undefined) return known
    generation += 1
    const connection = { address, generation, since: now() }
    open.set(name, connection)
    return connection
  }
  const usable = (name: string): Connection | undefined => {
    const known = open.get(name)
    return known !== undefined && now() < known.since + pool.keepMs ? known : undefined
  }
  return {
    resolver,
    ipv6,
    connect: (name) => {
      const known = usable(name)
      if (known !== undefined) return known
      const found = ipv6 ? eitherFamily(resolver, name) : resolver.find({ name, type: 'A' })
      return found instanceof Promise ? found.then((one) => opened(name, one)) : opened(name, found)
    },
    drop: (name) => void open.delete(name)
  }
}

function eitherFamily(resolver: Resolver, name: string): Found | Promise<Found> {
  const orA = (found: Found): Found | Promise<Found> =>
    found.addresses.length > 0 ? found : resolver.find({ name, type: 'A' })
  const first = resolver.find({ name, type: 'AAAA' })
  return first instanceof Promise ? first.then(orA) : orA(first)
}
