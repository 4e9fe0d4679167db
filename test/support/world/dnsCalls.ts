/**
 * Route 53's calls: lists with their three-part cursor, changes, and whether a change has spread. Throws Refusal for what Route 53
 * refuses. Facts: AWS-FACTS B2; five requests a second for the whole account.
 */
import type * as Sdk from '@aws-sdk/client-route-53'
import { ACCOUNT_ID } from './arn.ts'
import type { Cloud } from './cloud.ts'
import { Refusal } from './failures.ts'
import { answersOf } from './dnsRoute.ts'
import { orderOf, plainName, toldName, type RecordSets, type Zone } from './zone.ts'

const LIMIT_PER_SECOND = 5
const MAX_ITEMS = 300

export function zoneAt(cloud: Cloud, id: string | undefined): Zone {
  const zone = cloud.zones.find((one) => one.id === (id ?? '').replace('/hostedzone/', ''))
  if (!zone) throw new Refusal('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
  return zone
}

/** Every request counts, refused ones too; others of the account send some as well. */
export function countRequest(cloud: Cloud): void {
  const { dns, clock } = cloud
  const now = clock.now()
  dns.requests = [...dns.requests.filter((at) => at > now - 1000), now]
  if (dns.requests.length > LIMIT_PER_SECOND - dns.othersPerSecond) throw new Refusal('Throttling', 'Rate exceeded')
}

export function listRecordSets(cloud: Cloud, input: Sdk.ListResourceRecordSetsCommandInput) {
  const zone = zoneAt(cloud, input.HostedZoneId)
  if (input.StartRecordType !== undefined && input.StartRecordName === undefined) {
    throw new Refusal('InvalidInput', 'StartRecordType needs StartRecordName')
  }
  if (input.StartRecordIdentifier !== undefined && input.StartRecordType === undefined) {
    throw new Refusal('InvalidInput', 'StartRecordIdentifier needs StartRecordType')
  }
  const start = orderOf({
    Name: input.StartRecordName,
    Type: input.StartRecordType,
    SetIdentifier: input.StartRecordIdentifier
  })
  const all = zone.control.asOf(cloud.clock.now() - cloud.readLagMs)
  const from = input.StartRecordName === undefined ? all : all.filter((set) => orderOf(set) >= start)
  const size = Math.min(input.MaxItems ?? zone.pageSize, zone.pageSize, MAX_ITEMS)
  const next = from[size]
  return {
    ResourceRecordSets: structuredClone(from.slice(0, size)),
    IsTruncated: next !== undefined,
    MaxItems: size,
    ...(next && {
      NextRecordName: next.Name,
      NextRecordType: next.Type,
      ...(next.SetIdentifier !== undefined && { NextRecordIdentifier: next.SetIdentifier })
    })
  }
}

export function changeRecordSets(cloud: Cloud, input: Sdk.ChangeResourceRecordSetsCommandInput, by: string) {
  const zone = zoneAt(cloud, input.HostedZoneId)
  const now = cloud.clock.now()
  if (zone.busyUntil > now) {
    throw new Refusal(
      'PriorRequestNotComplete',
      'The request was rejected because Route 53 was still processing a prior request.'
    )
  }
  const change = cloud.changeRecords(zone, input.ChangeBatch?.Changes ?? [], by)
  zone.busyUntil = now + cloud.dns.busyMs
  return { ChangeInfo: { Id: `/change/${change.id}`, Status: 'PENDING', SubmittedAt: new Date(now) } }
}

export function getChange(cloud: Cloud, input: Sdk.GetChangeCommandInput) {
  const id = (input.Id ?? '').replace('/change/', '')
  const change = cloud.zones.flatMap(({ changes }) => changes).find((one) => one.id === id)
  if (!change) throw new Refusal('NoSuchChange', `A change with ID ${id} was not found.`, 404)
  const Status = change.syncAt <= cloud.clock.now() ? 'INSYNC' : 'PENDING'
  return { ChangeInfo: { Id: `/change/${id}`, Status, SubmittedAt: new Date(change.at) } }
}

export function getHostedZone(cloud: Cloud, input: Sdk.GetHostedZoneCommandInput) {
  const zone = zoneAt(cloud, input.Id)
  return {
    HostedZone: {
      Id: `/hostedzone/${zone.id}`,
      Name: `${zone.name}.`,
      CallerReference: ACCOUNT_ID,
      Config: { PrivateZone: zone.isPrivate },
      ResourceRecordSetCount: zone.control.newest().length
    }
  }
}

export function listProtections(cloud: Cloud, input: Sdk.ListResourceRecordSetProtectionsCommandInput) {
  const zone = zoneAt(cloud, input.HostedZoneId)
  return {
    ResourceRecordSetProtections: [...zone.protections].map(([key, Comment]) => {
      const [name = '', RecordType = ''] = key.split('/')
      return { RecordName: toldName(name), RecordType, Comment }
    })
  }
}

/** What a batch would make of the names in it, route by route; for the log. */
export function asked(cloud: Cloud, input: Sdk.ChangeResourceRecordSetsCommandInput) {
  const id = (input.HostedZoneId ?? '').replace('/hostedzone/', '')
  const changes = input.ChangeBatch?.Changes ?? []
  const names = new Set(changes.map((one) => plainName(one.ResourceRecordSet?.Name ?? '')))
  const zone = cloud.zones.find((one) => one.id === id)
  const after = new Map((zone?.control.newest() ?? []).map((set) => [orderOf(set), set]))
  for (const { Action, ResourceRecordSet: set } of changes) {
    if (set && Action === 'DELETE') after.delete(orderOf(set))
    else if (set) after.set(orderOf(set), { ...set, Name: toldName(set.Name ?? '') })
  }
  const sets: RecordSets = [...after.values()]
  return cloud.names
    .filter((route) => route.zone.id === id && names.has(route.spec.record))
    .map((route) => ({ route, answers: answersOf(route.spec, sets, '') }))
}
