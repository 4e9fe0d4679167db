// The calls of Route 53 that Sluice makes. Lists tell what was written, PENDING or not, and never what is served.

import { normalise } from '../dns/name.ts'
import type { Cursor, RecordSet } from '../dns/recordSet.ts'
import { compareRecords } from '../dns/recordSet.ts'
import { Refusal } from '../dns/refusal.ts'
import { nameServer } from '../dns/zones.ts'
import { vpcId } from './elbShapes.ts'
import { pageOf } from './paging.ts'
import type { XmlTree } from './restXml.ts'
import { fields, list, readXml, text } from './restXml.ts'
import type { Route53Call, Route53Parts, Route53Request } from './route53Call.ts'
import { describeChange, zoneFor } from './route53Call.ts'
import { describeRecord, readChange } from './route53Record.ts'
import { AwsError } from './service.ts'

const largestPage = 300
const invalid = (message: string): AwsError => new AwsError('InvalidInput', message)

export const GetHostedZone: Route53Call = (parts, { id }) => {
  const zone = zoneFor(parts, id)
  return {
    HostedZone: {
      Id: `/hostedzone/${zone.id}`,
      Name: zone.name,
      CallerReference: `lab ${zone.id}`,
      Config: { Comment: zone.comment, PrivateZone: zone.isPrivate },
      ResourceRecordSetCount: zone.records().length
    },
    ...(zone.isPrivate
      ? { VPCs: { VPC: [{ VPCRegion: 'ap-northeast-1', VPCId: vpcId }] } }
      : { DelegationSet: { NameServers: { NameServer: [nameServer.slice(0, -1)] } } })
  }
}

export const ListResourceRecordSets: Route53Call = (parts, { id, query }) => {
  const zone = zoneFor(parts, id)
  const start = cursorIn(query)
  const records = zone.records().filter((one) => start === undefined || compareRecords(one, start) >= 0)
  const asked = query.get('maxitems')
  const size = Math.min(itemsIn(asked), parts.knobs.pageSize)
  const next = records[size]
  return {
    ResourceRecordSets: { ResourceRecordSet: records.slice(0, size).map(describeRecord) },
    IsTruncated: next !== undefined,
    MaxItems: asked === null ? size : Math.min(itemsIn(asked), largestPage),
    ...nextCursor(next)
  }
}

const nextCursor = (next: RecordSet | undefined): Readonly<Record<string, XmlTree>> => ({
  NextRecordName: next?.name,
  NextRecordType: next?.type,
  NextRecordIdentifier: next?.setIdentifier
})

function cursorIn(query: URLSearchParams): Cursor | undefined {
  const name = query.get('name')
  const type = query.get('type')
  const setIdentifier = query.get('identifier')
  if (type !== null && name === null) throw invalid('A record type is only allowed with a record name')
  if (setIdentifier !== null && type === null)
    throw invalid('A record identifier is only allowed with a name and a type')
  if (name === null) return undefined
  return {
    name: normalise(name),
    ...(type === null ? {} : { type }),
    ...(setIdentifier === null ? {} : { setIdentifier })
  }
}

function itemsIn(raw: string | null): number {
  if (raw === null) return largestPage
  if (!/^\d+$/.test(raw) || Number(raw) < 1) throw invalid(`Invalid value '${raw}' for maxitems`)
  return Number(raw)
}

export const ChangeResourceRecordSets: Route53Call = (parts, request) => {
  const zone = zoneFor(parts, request.id)
  const batch = fields(readXml(request.body, 'ChangeResourceRecordSetsRequest')['ChangeBatch'])
  const changes = list(fields(batch['Changes'])['Change']).map(readChange)
  if (!changes.every(({ action }) => parts.knobs.allow.includes(action))) throw notAuthorized(zone.id)
  if (zone.busy()) {
    throw new AwsError(
      'PriorRequestNotComplete',
      'The request was rejected because Route 53 was still processing a prior request.'
    )
  }
  return {
    ChangeInfo: describeChange(
      submitted(() => zone.submit(changes, text(batch, 'Comment'))),
      parts.now()
    )
  }
}

/** IAM comes before everything that Route 53 itself would say (condition key route53:ChangeResourceRecordSetsActions). */
const notAuthorized = (zone: string): AwsError => {
  const who = 'User: arn:aws:sts::111122223333:assumed-role/sluice/lab'
  const what = `route53:ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/${zone}`
  return new AwsError('AccessDenied', `${who} is not authorized to perform: ${what}`, 403)
}

function submitted<T>(submit: () => T): T {
  try {
    return submit()
  } catch (error) {
    throw error instanceof Refusal ? new AwsError(error.code, error.message) : error
  }
}

export const GetChange: Route53Call = (parts, { id }) => {
  const change = parts.zones.change(id)
  if (change === undefined) throw new AwsError('NoSuchChange', `A change with id '${id}' does not exist`, 404)
  return { ChangeInfo: describeChange(change, parts.now()) }
}

export const ListResourceRecordSetProtections: Route53Call = (parts, request) => {
  const zone = zoneFor(parts, request.id)
  const size = Math.min(itemsIn(request.query.get('maxresults')), largestPage)
  const page = pageOf(protectionsFrom(zone.protections, request), request.query.get('nexttoken') ?? undefined, size)
  return {
    ResourceRecordSetProtections: {
      ResourceRecordSetProtection: page.items.map(({ name, type, comment }) => ({
        RecordName: name,
        RecordType: type,
        Comment: comment
      }))
    },
    NextToken: page.next
  }
}

function protectionsFrom(protections: ReadonlyMap<string, string>, { query }: Route53Request) {
  const all = [...protections].map(([group, comment]) => {
    const [name = '', type = ''] = group.split(' ')
    return { name, type, comment }
  })
  const start = query.has('nexttoken') ? undefined : cursorIn(query)
  return all.filter((one) => start === undefined || compareRecords(one, start) >= 0).toSorted(compareRecords)
}

export const ListTagsForResource: Route53Call = (parts: Route53Parts, { id }) => ({
  ResourceTagSet: {
    ResourceType: 'hostedzone',
    ResourceId: id,
    Tags: { Tag: [...zoneFor(parts, id).tags].map(([Key, Value]) => ({ Key, Value })) }
  }
})
