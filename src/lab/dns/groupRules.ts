// What must hold for the records of a zone after a batch: groups are of one kind with one TTL, CNAME stands alone, the apex keeps
// SOA and NS, aliases have targets. Pure; answers AWS's sentences, one for each change that breaks a rule.

import type { RecordChange, ZoneState } from './changes.ts'
import { isWithin } from './name.ts'
import type { RecordSet } from './recordSet.ts'
import { groupOf } from './recordSet.ts'
import { called } from './shapeRules.ts'

const largestGroup = 100

/** `zone` as the batch would leave it. */
export function checkGroups(zone: ZoneState, changes: readonly RecordChange[]): readonly string[] {
  const made = changes.filter(({ action }) => action !== 'DELETE').map(({ record }) => record)
  const faults = made.flatMap((record) => fault(zone, record) ?? [])
  const apex = (type: string): boolean => zone.records.some((one) => one.name === zone.name && one.type === type)
  if (!apex('SOA')) faults.push('A HostedZone must contain exactly one SOA record.')
  if (!apex('NS')) faults.push('A HostedZone must contain at least one NS record for the zone itself.')
  return [...new Set(faults)]
}

function fault(zone: ZoneState, record: RecordSet): string | undefined {
  if (!isWithin(record.name, zone.name)) {
    return `RRSet with DNS name ${record.name} is not permitted in zone ${zone.name}`
  }
  return kindFault(zone, record) ?? cnameFault(zone, record) ?? zone.aliasFault(record, zone.records)
}

type Kind = 'simple' | 'weighted' | 'latency' | 'failover' | 'multivalue'

function kindOf(one: RecordSet): Kind {
  if (one.weight !== undefined) return 'weighted'
  if (one.region !== undefined) return 'latency'
  if (one.failover !== undefined) return 'failover'
  return one.multiValueAnswer === undefined ? 'simple' : 'multivalue'
}

function kindFault(zone: ZoneState, record: RecordSet): string | undefined {
  const group = zone.records.filter((one) => groupOf(one) === groupOf(record))
  const kind = kindOf(record)
  if (group.some((one) => kindOf(one) !== kind)) {
    return kind === 'simple'
      ? `${called(record)} cannot be created as other RRSets exist with the same name and type.`
      : `${called(record)} cannot be created as a non-${kind} set exists with the same name and type.`
  }
  const ttls = new Set(group.flatMap((one) => one.ttl ?? []))
  if (ttls.size > 1 && record.ttl !== undefined) {
    return `${called(record)} cannot be created as ${kind} sets must contain the same TTL.`
  }
  if (group.length > largestGroup)
    return `${called(record)} cannot be created as its group has ${largestGroup} members.`
  return undefined
}

function cnameFault(zone: ZoneState, record: RecordSet): string | undefined {
  const cname = `RRSet of type CNAME with DNS name ${record.name} is not permitted`
  if (record.type === 'CNAME' && record.name === zone.name) return `${cname} at apex in zone ${zone.name}`
  const types = new Set(zone.records.filter((one) => one.name === record.name).map((one) => one.type))
  if (!types.has('CNAME') || types.size === 1) return undefined
  const shown = record.type === 'CNAME' ? cname : cname.replace('CNAME', record.type)
  return `${shown} as it conflicts with other records with the same DNS name in zone ${zone.name}`
}
