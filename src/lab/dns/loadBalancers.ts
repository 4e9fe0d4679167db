// The names of load balancers in DNS: which addresses they have, and whether an alias that evaluates target health takes them
// for healthy. Knows no record of any zone.

import { lbDomain } from '../lbName.ts'
import { isWithin, normalise } from './name.ts'
import type { Answer, Question, Reply } from './reply.ts'

/** A load balancer as far as DNS is concerned. */
export interface NamedLoadBalancer {
  readonly name: string
  /** Without `dualstack.`, without a dot at the end. */
  readonly dnsName: string
  readonly hostedZoneId: string
  readonly host: string
  readonly dualstack: boolean
  readonly healthy: () => boolean
}

export interface LoadBalancerNames {
  /** Nothing where the name is no load balancer's; none of them where it has none of this family. */
  addresses(name: string, type: string): readonly string[] | undefined
  healthy(name: string): boolean
  find(name: string): NamedLoadBalancer | undefined
  /** The answer to a query for a load balancer's own name, as the servers of elb.amazonaws.com give it. */
  answer(name: string, question: Question, ttl: number): Reply | undefined
}

/**
 * IPv6 addresses are IPv4-mapped: there is one ::1 only, two load balancers need two addresses, and what is mapped can be
 * told apart and reached over IPv4 where the machine has no IPv6.
 */
export const mapped = (host: string): string => `::ffff:${host}`

/** The IPv4 address in a mapped one, however it is written (`::ffff:127.0.0.2`, `::ffff:7f00:2`); any other stays as it is. */
export function unmapped(address: string): string {
  const [, tail = ''] = /^::ffff:(.+)$/i.exec(address) ?? []
  const hex = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(tail)
  if (hex === null) return tail.includes('.') ? tail : address
  const bits = hex.slice(1).map((group) => Number.parseInt(group, 16))
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.')
}

export function createLoadBalancerNames(list: readonly NamedLoadBalancer[], region: string): LoadBalancerNames {
  const known = new Map(list.map((one) => [normalise(one.dnsName), one]))
  const find = (name: string): NamedLoadBalancer | undefined => known.get(normalise(name).replace(/^dualstack\./, ''))
  const addresses = (name: string, type: string): readonly string[] | undefined => {
    const found = find(name)
    if (found === undefined) return undefined
    if (type === 'A') return [found.host]
    return type === 'AAAA' && found.dualstack ? [mapped(found.host)] : []
  }
  const domain = normalise(lbDomain(region))
  return {
    find,
    addresses,
    healthy: (name) => find(name)?.healthy() ?? true,
    answer: (name, question, ttl) => {
      if (!isWithin(name, domain)) return undefined
      const found = addresses(name, question.type)
      const answers: readonly Answer[] = (found ?? []).map((data) => ({
        name: question.name,
        type: question.type,
        ttl,
        data
      }))
      const soa: Answer = {
        name: domain,
        type: 'SOA',
        ttl: 60,
        data: 'ns-1.awsdns-lab.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 60'
      }
      return {
        rcode: found === undefined && name !== domain ? 'NXDOMAIN' : 'NOERROR',
        authoritative: true,
        answers,
        authority: answers.length > 0 ? [] : [soa]
      }
    }
  }
}
