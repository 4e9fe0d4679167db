// One caching resolver: asks once, keeps the answer for as long as its kind keeps answers, tells its clients the same meanwhile.
// Reads no clock but the one it is given, so that a thousand of them can live through hours in a second.

import type { Random } from '../random.ts'
import type { Question, Rcode, Reply } from './reply.ts'

/** Who answers a resolver: the authority itself, or its server over UDP. */
export type Ask = (question: Question) => Reply | Promise<Reply>

export type ResolverKind = 'honest' | 'minTtl' | 'hold'

/** What a client is told. */
export interface Found {
  readonly rcode: Rcode
  readonly addresses: readonly string[]
}

export interface Resolver {
  readonly kind: ResolverKind
  /** It keeps an answer for at least so long, whatever its TTL says; 0 = honest. */
  readonly minTtlMs: number
  /** Share of all users who ask it, 0 to 1. */
  readonly share: number
  /** From the cache, or by asking. Of answers it takes one per TTL. */
  find(question: Question): Found | Promise<Found>
  /** Forgets everything, as a restart does. */
  flush(): void
}

export interface ResolverParts {
  readonly kind: ResolverKind
  readonly minTtlMs: number
  readonly share: number
  readonly ask: Ask
  readonly now: () => number
  readonly random: Random
}

interface Kept {
  readonly found: Found
  readonly until: number
}

interface Looked {
  readonly found: Found
  readonly ttlMs: number
}

const longestChain = 8

export function createResolver(parts: ResolverParts): Resolver {
  const kept = new Map<string, Kept>()
  const asking = new Map<string, Promise<Found>>()
  const met = new Set<string>()
  let latest: (Kept & { readonly question: Question }) | undefined

  const keep = (key: string, { found, ttlMs }: Looked): Found => {
    const lifeMs = ttlMs === 0 && parts.minTtlMs === 0 ? 0 : Math.max(ttlMs, parts.minTtlMs)
    // Others asked before the lab began: the first answer is of any age, or all caches would run out at once for ever.
    const leftMs = met.has(key) ? lifeMs : lifeMs * parts.random()
    met.add(key)
    // A failure is not kept.
    if (ttlMs >= 0) kept.set(key, { found, until: parts.now() + leftMs })
    return found
  }
  const askOnce = (key: string, question: Question): Found | Promise<Found> => {
    const looked = lookUp(parts.ask, question, longestChain)
    if (!(looked instanceof Promise)) return keep(key, looked)
    const answered = looked.then((one) => keep(key, one)).finally(() => asking.delete(key))
    asking.set(key, answered)
    return answered
  }

  return {
    kind: parts.kind,
    minTtlMs: parts.minTtlMs,
    share: parts.share,
    find: (question) => {
      // A model asks a thousand resolvers the very same question many times a second.
      if (latest !== undefined && latest.question === question && parts.now() < latest.until) return latest.found
      const key = `${question.name.toLowerCase()} ${question.type}`
      const known = kept.get(key)
      if (known !== undefined && parts.now() < known.until) {
        latest = { question, ...known }
        return known.found
      }
      return asking.get(key) ?? askOnce(key, question)
    },
    flush: () => {
      latest = undefined
      kept.clear()
    }
  }
}

/** Follows CNAMEs; what is found lives as long as the shortest link. A `ttlMs` below 0 says: do not keep. */
function lookUp(ask: Ask, question: Question, hops: number): Looked | Promise<Looked> {
  const reply = ask(question)
  if (reply instanceof Promise) return reply.then((one) => follow(ask, question, one, hops))
  return follow(ask, question, reply, hops)
}

function follow(ask: Ask, question: Question, reply: Reply, hops: number): Looked | Promise<Looked> {
  const wanted = reply.answers.filter((one) => one.type === question.type)
  const links = reply.answers.filter((one) => one.type === 'CNAME')
  const ttlMs = 1000 * Math.min(...reply.answers.map((one) => one.ttl))
  const target = links.at(-1)?.data
  if (wanted.length === 0 && target !== undefined && reply.rcode === 'NOERROR' && reply.authority.length === 0) {
    if (hops === 0) return { found: { rcode: 'SERVFAIL', addresses: [] }, ttlMs: -1 }
    const further = lookUp(ask, { name: target, type: question.type }, hops - 1)
    const shorter = (one: Looked): Looked => ({ ...one, ttlMs: Math.min(one.ttlMs, ttlMs) })
    return further instanceof Promise ? further.then(shorter) : shorter(further)
  }
  const found = { rcode: reply.rcode, addresses: wanted.map((one) => one.data) }
  if (wanted.length > 0) return { found, ttlMs }
  return { found, ttlMs: negativeTtlMs(reply) }
}

/** RFC 2308: the lesser of the SOA record's TTL and its last field. Without an SOA record nothing is kept. */
function negativeTtlMs({ authority }: Reply): number {
  const soa = authority.find((one) => one.type === 'SOA')
  if (soa === undefined) return -1
  return 1000 * Math.min(soa.ttl, Number(soa.data.split(' ').at(-1)))
}
