// The authoritative name servers: answer a question from what the zones serve at this moment. Each query meets one of many
// servers, so a PENDING change is seen by some and not yet by others. Never looks at what was merely written.

import type { Random } from '../random.ts'
import type { Healthy } from './choose.ts'
import { choose } from './choose.ts'
import type { DnsKnobs } from './knobs.ts'
import type { LoadBalancerNames } from './loadBalancers.ts'
import { isWithin, normalise, parentOf } from './name.ts'
import type { RecordSet } from './recordSet.ts'
import type { Answer, Question, Reply } from './reply.ts'
import { notImplemented, refused } from './reply.ts'
import type { HostedZone, Zones } from './zones.ts'

export interface AuthorityParts {
  readonly zones: Zones
  readonly loadBalancers: LoadBalancerNames
  readonly knobs: DnsKnobs
  /** Which of the weighted records is answered. */
  readonly random: Random
  /** Which of the name servers is asked: the lower, the later it learns of a change. */
  readonly server: Random
  /** Health of a record by its health check; targets behind an alias are asked about apart. */
  readonly healthCheck: (id: string) => boolean
}

export type Authority = (question: Question) => Reply

/** Types that the lab keeps but has no words for in a packet are NOTIMP only where there is such a record. */
const spoken = new Set(['A', 'AAAA', 'CNAME', 'NS', 'SOA', 'TXT', 'MX', 'SRV', 'PTR', 'CAA'])
const metaTypes = new Set(['ANY', 'AXFR', 'IXFR', 'TSIG', 'TKEY', 'OPT', 'UNKNOWN_253', 'UNKNOWN_254'])
const longestChain = 8

export function createAuthority(parts: AuthorityParts): Authority {
  return (question) => {
    if (metaTypes.has(question.type)) return notImplemented
    const name = normalise(question.name)
    const zone = parts.zones.of(name)
    if (zone === undefined) return parts.loadBalancers.answer(name, question, parts.knobs.aliasTtlSeconds) ?? refused
    const served = zone.served(parts.server())
    return answerFrom({ parts, zone, served }, question, name)
  }
}

interface View {
  readonly parts: AuthorityParts
  readonly zone: HostedZone
  readonly served: ReadonlyMap<string, readonly RecordSet[]>
}

function answerFrom(view: View, question: Question, name: string): Reply {
  const answers: Answer[] = []
  let asked = { name, shown: question.name }
  for (let hop = 0; hop < longestChain; hop += 1) {
    const records = recordsFor(view, asked.name)
    if (records === undefined) return negative(view, 'NXDOMAIN', answers)
    const found = lookUp(view, records, question.type, asked.shown)
    if (found === 'silent') return notImplemented
    answers.push(...found)
    const alias = found.find((one) => one.type === 'CNAME')
    if (alias === undefined || question.type === 'CNAME') break
    const target = normalise(alias.data)
    // A CNAME that leaves the zone is the resolver's to follow.
    if (!isWithin(target, view.zone.name)) return positive(answers)
    asked = { name: target, shown: target }
  }
  const complete = answers.some((one) => one.type === question.type)
  return complete ? positive(answers) : negative(view, 'NOERROR', answers)
}

const positive = (answers: readonly Answer[]): Reply => ({
  rcode: 'NOERROR',
  authoritative: true,
  answers,
  authority: []
})

function negative(view: View, rcode: 'NOERROR' | 'NXDOMAIN', answers: readonly Answer[]): Reply {
  const soa = view.served.get(view.zone.name)?.find((one) => one.type === 'SOA')
  const authority = soa === undefined ? [] : plainAnswers(soa, view.zone.name)
  return { rcode, authoritative: true, answers, authority }
}

/** The records of a name, or of the wildcard that stands for it; nothing where no such name exists. */
function recordsFor({ zone, served }: View, name: string): readonly RecordSet[] | undefined {
  const exists = (one: string): boolean => served.has(one) || [...served.keys()].some((other) => isWithin(other, one))
  if (exists(name)) return served.get(name) ?? []
  let encloser = parentOf(name)
  while (encloser !== zone.name && !exists(encloser)) encloser = parentOf(encloser)
  return served.get(`\\052.${encloser}`)
}

function lookUp(view: View, records: readonly RecordSet[], type: string, shown: string): readonly Answer[] | 'silent' {
  const group = records.filter((one) => one.type === type)
  const used = group.length > 0 ? group : records.filter((one) => one.type === 'CNAME')
  if (used.length > 0 && !spoken.has(used[0]?.type ?? '')) return 'silent'
  const chosen = choose(used, healthyIn(view), view.parts.random)
  return chosen.flatMap((one) => (one.alias === undefined ? plainAnswers(one, shown) : aliasAnswers(view, one, shown)))
}

const plainAnswers = (record: RecordSet, shown: string): readonly Answer[] =>
  (record.values ?? []).map((data) => ({ name: shown, type: record.type, ttl: record.ttl ?? 0, data }))

function aliasAnswers(view: View, record: RecordSet, shown: string, depth = 0): readonly Answer[] {
  const target = record.alias?.dnsName ?? ''
  const { loadBalancers, knobs, random } = view.parts
  const addresses = loadBalancers.addresses(target, record.type)
  if (addresses !== undefined) {
    return addresses.map((data) => ({ name: shown, type: record.type, ttl: knobs.aliasTtlSeconds, data }))
  }
  if (depth >= longestChain) return []
  const group = (recordsFor(view, target) ?? []).filter((one) => one.type === record.type)
  return choose(group, healthyIn(view), random).flatMap((one) =>
    one.alias === undefined ? plainAnswers(one, shown) : aliasAnswers(view, one, shown, depth + 1)
  )
}

function healthyIn({ parts }: View): Healthy {
  return (record) => {
    if (record.healthCheckId !== undefined && !parts.healthCheck(record.healthCheckId)) return false
    const { alias } = record
    return alias === undefined || !alias.evaluateTargetHealth || parts.loadBalancers.healthy(alias.dnsName)
  }
}
