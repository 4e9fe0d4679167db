/**
 * Record sets as Route 53 tells them, and which of them are a route's. Pure; knows nothing of calls.
 */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { SIDES, type RecordType, type Route53RouteSpec, type Side } from '../../core/migration.ts'
import { canonical } from '../canonical.ts'

export type RecordSet = ResourceRecordSet
export type RecordSets = readonly RecordSet[]

/** Everything that stands under one name and type. */
export interface Group {
  readonly type: RecordType
  /** Null where no weighted set has the side's identifier. */
  readonly old: RecordSet | null
  readonly new: RecordSet | null
  readonly others: RecordSets
}

/** `API.Example.com.` and `\052.example.com.` to the one form in which routes hold names: lower case, no trailing dot, `*`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '').replaceAll('\\052', '*')
}

/** As Route 53 is asked: it takes `*` as well as `\052`, and so do its imitations. */
export function wireName(name: string): string {
  return `${name}.`
}

/** `sets` may hold other names and types. */
export function groupsOf(route: Route53RouteSpec, sets: RecordSets): readonly Group[] {
  const own = setsOf(route, sets)
  return route.recordTypes.map((type) => {
    const group = own.filter((set) => set.Type === type)
    const member = (side: Side) => group.find((set) => isMember(route, side, set)) ?? null
    return {
      type,
      old: member('old'),
      new: member('new'),
      others: group.filter((set) => !SIDES.some((side) => isMember(route, side, set)))
    }
  })
}

/** The sets of the route's name and types. */
export function setsOf(route: Route53RouteSpec, sets: RecordSets): RecordSets {
  const types: readonly (string | undefined)[] = route.recordTypes
  return sets.filter((set) => plainName(set.Name ?? '') === route.record && types.includes(set.Type))
}

function isMember(route: Route53RouteSpec, side: Side, set: RecordSet): boolean {
  return set.SetIdentifier === route[side].setIdentifier && set.Weight !== undefined
}

/** Null of an alias: it has the TTL of its target. */
export function ttlOf(set: RecordSet): number | null {
  return set.AliasTarget === undefined ? (set.TTL ?? null) : null
}

export function rawOf(sets: RecordSets): string {
  return JSON.stringify(sets)
}

/** The inverse of rawOf; null where the text is not a list of record sets. */
export function setsIn(raw: string): RecordSets | null {
  try {
    const parsed: unknown = JSON.parse(raw)
    return Array.isArray(parsed) && parsed.every(isSet) ? parsed : null
  } catch {
    return null
  }
}

function isSet(value: unknown): value is RecordSet {
  return typeof value === 'object' && value !== null && 'Name' in value && 'Type' in value
}

/** One text for equal sets, whatever the order of keys and values and however names are spelt. */
export function textOf(set: RecordSet, without: readonly (keyof RecordSet)[] = []): string {
  const { AliasTarget: alias, ...rest } = set
  const dropped: readonly string[] = without
  const named = {
    ...rest,
    Name: plainName(set.Name ?? ''),
    ResourceRecords: (set.ResourceRecords ?? []).map(({ Value }) => Value ?? '').toSorted(),
    ...(alias === undefined ? {} : { AliasTarget: { ...alias, DNSName: plainName(alias.DNSName ?? '') } })
  }
  return JSON.stringify(canonical(Object.fromEntries(Object.entries(named).filter(([key]) => !dropped.includes(key)))))
}
