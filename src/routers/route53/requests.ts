/**
 * The calls of the Route 53 API that the router makes. Throws AwsFailure only.
 */
import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetProtectionsCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type HostedZone,
  type ListResourceRecordSetsRequest,
  type ResourceRecordSetProtection
} from '@aws-sdk/client-route-53'
import { AwsFailure, type Turn } from '../../aws/aws.ts'
import { allPages, type Got } from '../elb/batches.ts'
import type { As } from '../elb/targets.ts'
import { plainName, wireName, type RecordSet, type RecordSets } from './records.ts'

/** A group has at most 100 members a type: what goes on for longer than this is no list of ours. */
const MOST_PAGES = 20

/**
 * All record sets of each of these names; an empty list says for certain that there is none. Names that lie near each other in the
 * zone often come with one page.
 */
export async function setsByName(
  as: As,
  zone: string,
  names: readonly string[]
): Promise<ReadonlyMap<string, Got<RecordSets>>> {
  const found = new Map<string, Got<RecordSets>>()
  const wanted = [...new Set(names)].toSorted((a, b) => (backwards(a) < backwards(b) ? -1 : 1))
  for (const name of wanted) {
    if (found.has(name)) continue
    try {
      for (const [other, sets] of await listFrom(as, zone, name)) if (wanted.includes(other)) found.set(other, sets)
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error
      found.set(name, error)
    }
  }
  return found
}

/** `a.example.com` to `com.example.a`: the order of a zone, near enough to ask for neighbours first. */
function backwards(name: string): string {
  return name.split('.').toReversed().join('.')
}

/** From `name` on, until it is certainly past: `name` and every other name of which the pages hold all. */
async function listFrom(as: As, zone: string, name: string): Promise<ReadonlyMap<string, RecordSets>> {
  const byName = new Map<string, RecordSet[]>([[name, []]])
  let cursor: Partial<ListResourceRecordSetsRequest> = { StartRecordName: wireName(name) }
  for (let page = 0; page < MOST_PAGES; page++) {
    const command = new ListResourceRecordSetsCommand({ HostedZoneId: zone, ...cursor })
    const { output } = await as.aws.send('route53', as.account, command, as.call)
    let last = name
    for (const set of output.ResourceRecordSets ?? []) {
      last = plainName(set.Name ?? '')
      byName.set(last, [...(byName.get(last) ?? []), set])
    }
    if (output.IsTruncated !== true) return byName
    if (last !== name) {
      byName.delete(last)
      return byName
    }
    cursor = {
      StartRecordName: output.NextRecordName,
      StartRecordType: output.NextRecordType,
      ...(output.NextRecordIdentifier === undefined ? {} : { StartRecordIdentifier: output.NextRecordIdentifier })
    }
  }
  throw new AwsFailure(`${name}: more than ${MOST_PAGES} pages of records`, { kind: 'refused', code: 'TooManyPages' })
}

/** How far records beside a route's are looked through: 900 of them. */
const MOST_BESIDE = 3

/** Record sets at and under `parent`, of a great zone only the first ones. */
export async function setsUnder(as: As, zone: string, parent: string): Promise<RecordSets> {
  const found: RecordSet[] = []
  let cursor: Partial<ListResourceRecordSetsRequest> = { StartRecordName: wireName(parent) }
  for (let page = 0; page < MOST_BESIDE; page++) {
    const command = new ListResourceRecordSetsCommand({ HostedZoneId: zone, ...cursor })
    const { output } = await as.aws.send('route53', as.account, command, as.call)
    const sets = output.ResourceRecordSets ?? []
    const under = sets.filter(({ Name = '' }) => isUnder(plainName(Name), parent))
    found.push(...under)
    if (output.IsTruncated !== true || under.length < sets.length) break
    cursor = {
      StartRecordName: output.NextRecordName,
      StartRecordType: output.NextRecordType,
      ...(output.NextRecordIdentifier === undefined ? {} : { StartRecordIdentifier: output.NextRecordIdentifier })
    }
  }
  return found
}

function isUnder(name: string, parent: string): boolean {
  return name === parent || name.endsWith(`.${parent}`)
}

export interface Sent {
  /** Without `/change/`. */
  readonly changeId: string | null
  readonly attempts: number
}

/** All of it or nothing. */
export async function changeSets(as: As, zone: string, Changes: Change[], turn: Turn): Promise<Sent> {
  const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } })
  const { output, attempts } = await as.aws.send('route53', as.account, command, as.call, turn)
  return { changeId: output.ChangeInfo?.Id?.replace(/^\/change\//, '') ?? null, attempts }
}

/** Whether every name server of Route 53 has it. */
export async function isInSync(as: As, changeId: string): Promise<boolean> {
  const { output } = await as.aws.send('route53', as.account, new GetChangeCommand({ Id: changeId }), as.call)
  return output.ChangeInfo?.Status === 'INSYNC'
}

export async function hostedZone(as: As, zone: string): Promise<HostedZone> {
  const { output } = await as.aws.send('route53', as.account, new GetHostedZoneCommand({ Id: zone }), as.call)
  return output.HostedZone ?? { Id: zone, Name: '', CallerReference: '' }
}

/** Name and type of which Route 53 refuses every change for as long as the protection stands. */
export function protectionsIn(as: As, zone: string): Promise<readonly ResourceRecordSetProtection[]> {
  return allPages(async (NextToken) => {
    const more = NextToken === undefined ? {} : { NextToken }
    const command = new ListResourceRecordSetProtectionsCommand({ HostedZoneId: zone, ...more })
    const { output } = await as.aws.send('route53', as.account, command, as.call)
    return { items: output.ResourceRecordSetProtections ?? [], next: output.NextToken }
  })
}
