// The shape of one Route 53 call of the lab, and what all of them have.

import type { DnsKnobs } from '../dns/knobs.ts'
import type { HostedZone, ZoneChange, Zones } from '../dns/zones.ts'
import type { XmlTree } from './restXml.ts'
import { AwsError } from './service.ts'

export interface Route53Parts {
  readonly zones: Zones
  readonly knobs: DnsKnobs
  readonly now: () => number
}

export interface Route53Request {
  /** The id in the path. */
  readonly id: string
  readonly query: URLSearchParams
  readonly body: string
}

/** One call: the content of its `…Response` out. */
export type Route53Call = (parts: Route53Parts, request: Route53Request) => XmlTree

export function zoneFor(parts: Route53Parts, id: string): HostedZone {
  const found = parts.zones.find(id)
  if (found === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
  return found
}

export function describeChange(change: ZoneChange, now: number): XmlTree {
  return {
    Id: `/change/${change.id}`,
    Status: now >= change.insyncAt ? 'INSYNC' : 'PENDING',
    SubmittedAt: new Date(change.submittedAt).toISOString(),
    Comment: change.comment
  }
}
