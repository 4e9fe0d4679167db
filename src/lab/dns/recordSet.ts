// A resource record set as Route 53 keeps it, and what it means for two of them to be the same one, or equal. Pure.

import { isDeepStrictEqual } from 'node:util'
import { reversed } from './name.ts'

export interface AliasTarget {
  readonly hostedZoneId: string
  readonly dnsName: string
  readonly evaluateTargetHealth: boolean
}

export interface RecordSet {
  /** Normalised (name.ts). */
  readonly name: string
  readonly type: string
  readonly setIdentifier?: string
  readonly weight?: number
  /** Latency records: the AWS region. */
  readonly region?: string
  readonly failover?: string
  readonly multiValueAnswer?: boolean
  /** Seconds; never on an alias. */
  readonly ttl?: number
  /** As Route 53 writes them: TXT in quotes, MX with its preference. */
  readonly values?: readonly string[]
  readonly alias?: AliasTarget
  readonly healthCheckId?: string
  readonly trafficPolicyInstanceId?: string
}

/** What a query asks for; every member of a weighted group has the same. */
export const groupOf = (one: Pick<RecordSet, 'name' | 'type'>): string => `${one.name} ${one.type}`

export const isSame = (one: RecordSet, other: RecordSet): boolean =>
  one.name === other.name && one.type === other.type && one.setIdentifier === other.setIdentifier

/** DELETE needs every field as it is stored; values are a set. */
export const isEqual = (one: RecordSet, other: RecordSet): boolean => isDeepStrictEqual(settled(one), settled(other))

const settled = (one: RecordSet): unknown => ({ ...one, values: one.values?.toSorted() })

/** Where a record set stands in ListResourceRecordSets. A cursor without type or identifier stands before all that have one. */
export function compareRecords(one: Cursor, other: Cursor): number {
  return (
    compare(reversed(one.name), reversed(other.name)) ||
    compare(one.type ?? '', other.type ?? '') ||
    compare(one.setIdentifier ?? '', other.setIdentifier ?? '')
  )
}

export interface Cursor {
  readonly name: string
  readonly type?: string
  readonly setIdentifier?: string
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
