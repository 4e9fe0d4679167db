// Somebody else who writes records: another cluster's external-dns, a person, Terraform. Past the API, its limits and its faults,
// but through the zone's own rules, and in effect after the same delay as any change.

import type { RecordChange } from './changes.ts'
import { normalise } from './name.ts'
import type { RecordSet } from './recordSet.ts'
import type { HostedZone, ZoneChange, Zones } from './zones.ts'

export interface RecordOverwrite {
  /** By set identifier; members that are not named stay as they are. */
  readonly weights?: Readonly<Record<string, number>>
  /** Seconds, for every member of the group that is no alias. */
  readonly ttl?: number
  /** Only groups of these types; all that have weights if absent. */
  readonly types?: readonly string[]
  /** Set identifiers of members to delete. */
  readonly remove?: readonly string[]
}

export function zoneOf(zones: Zones, record: string): HostedZone {
  const zone = zones.of(record)
  if (zone !== undefined) return zone
  const known = zones.all.map((one) => one.name).join(', ')
  throw new Error(`${record} is in no zone of the lab; there ${known === '' ? 'are none' : `is ${known}`}`)
}

/** The weighted members of a name, of all types. */
export const membersOf = (zones: Zones, record: string): readonly RecordSet[] =>
  zoneOf(zones, record)
    .records()
    .filter((one) => one.name === normalise(record) && one.weight !== undefined)

/** Changes the weighted groups of a name in one batch. */
export function overwriteRecord(zones: Zones, record: string, wanted: RecordOverwrite): ZoneChange {
  const members = membersOf(zones, record).filter((one) => wanted.types?.includes(one.type) ?? true)
  const known = new Set(members.map((one) => one.setIdentifier ?? ''))
  const named = [...Object.keys(wanted.weights ?? {}), ...(wanted.remove ?? [])]
  const stranger = named.find((one) => !known.has(one))
  if (stranger !== undefined) throw new Error(`${record} has no member ${stranger}; there are ${[...known].join(', ')}`)
  return zoneOf(zones, record).submit(members.flatMap((one) => changesOf(one, wanted)))
}

function changesOf(member: RecordSet, wanted: RecordOverwrite): readonly RecordChange[] {
  const identifier = member.setIdentifier ?? ''
  if (wanted.remove?.includes(identifier) === true) return [{ action: 'DELETE', record: member }]
  const weight = wanted.weights?.[identifier]
  const ttl = member.alias === undefined ? wanted.ttl : undefined
  if (weight === undefined && ttl === undefined) return []
  const record = { ...member, ...(weight === undefined ? {} : { weight }), ...(ttl === undefined ? {} : { ttl }) }
  return [{ action: 'UPSERT', record }]
}

/** The weights written in a group, by set identifier. */
export function weightsIn(zones: Zones, record: string, type: string): Readonly<Record<string, number>> {
  const members = membersOf(zones, record).filter((one) => one.type === type)
  return Object.fromEntries(members.map((one) => [one.setIdentifier ?? '', one.weight ?? 0]))
}
