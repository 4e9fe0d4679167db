// What a single change must look like whatever the zone holds: either an alias or TTL and values, one routing policy, ranges,
// values that are values. Pure; throws AWS's refusals.

import { isIPv4, isIPv6 } from 'node:net'
import type { RecordChange } from './changes.ts'
import type { RecordSet } from './recordSet.ts'
import { badBatch, badInput } from './refusal.ts'

export function checkShape(change: RecordChange, index: number): void {
  const { record } = change
  checkRanges(record, index)
  checkOneContent(change)
  checkRouting(change)
  if (record.weight !== undefined && (record.values?.length ?? 1) > 1) {
    throw badBatch([`${called(record)} cannot have more than one resource record as it is weighted`])
  }
  if (record.name.length > 255 || record.name.split('.').some((label) => label.length > 63)) {
    throw badBatch([`FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '${record.name}'`])
  }
  for (const value of record.values ?? []) checkValue(record.type, value)
}

const place = (index: number, field: string): string =>
  `'changeBatch.changes.${index + 1}.member.resourceRecordSet.${field}' failed to satisfy constraint:`

function checkRanges(record: RecordSet, index: number): void {
  const found = (value: unknown): string => `1 validation error detected: Value '${String(value)}' at`
  const { weight, ttl, setIdentifier } = record
  if (weight !== undefined && !(Number.isInteger(weight) && weight >= 0 && weight <= 255)) {
    const bound = weight > 255 ? 'less than or equal to 255' : 'greater than or equal to 0'
    throw badInput(`${found(weight)} ${place(index, 'weight')} Member must have value ${bound}`)
  }
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 0 && ttl <= 2_147_483_647)) {
    throw badInput(`${found(ttl)} ${place(index, 'tTL')} Member must have value between 0 and 2147483647`)
  }
  if (setIdentifier !== undefined && (setIdentifier.length === 0 || setIdentifier.length > 128)) {
    throw badInput(`${found(setIdentifier)} ${place(index, 'setIdentifier')} Member must have length between 1 and 128`)
  }
}

const within = ({ action, record }: RecordChange): string =>
  `in Change with [Action=${action}, Name=${record.name}, Type=${record.type}, SetIdentifier=${record.setIdentifier ?? 'null'}]`

function checkOneContent(change: RecordChange): void {
  const { alias, ttl, values, trafficPolicyInstanceId } = change.record
  const plain = ttl !== undefined || values !== undefined
  const complete = ttl !== undefined && values !== undefined && values.length > 0
  const given = [alias !== undefined, plain, trafficPolicyInstanceId !== undefined].filter(Boolean).length
  if (given === 1 && (!plain || complete)) return
  const rule =
    'Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found'
  throw badInput(`Invalid request: ${rule} ${given > 1 ? 'more than one' : 'none'} ${within(change)}`)
}

function checkRouting(change: RecordChange): void {
  const { weight, region, failover, multiValueAnswer, setIdentifier } = change.record
  const policies = [weight, region, failover, multiValueAnswer].filter((one) => one !== undefined).length
  if (policies > 0 && setIdentifier === undefined) {
    throw badInput(`Invalid request: Missing field 'SetIdentifier' ${within(change)}`)
  }
  if (policies > 1 || (policies === 0 && setIdentifier !== undefined)) {
    const known =
      '[Weight, Region, Failover, GeoLocation, GeoProximityLocation, CidrRoutingConfig, or MultiValueAnswer]'
    const found = policies > 1 ? 'more than one' : 'none'
    throw badInput(`Invalid request: Expected exactly one of ${known}, but found ${found} ${within(change)}`)
  }
}

function checkValue(type: string, value: string): void {
  const fatal = (problem: string): Error =>
    badBatch([`Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${value}''`])
  if (type === 'A' && !isIPv4(value)) throw fatal('ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)')
  if (type === 'AAAA' && !isIPv6(value)) throw fatal('AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)')
  if (type === 'TXT' && !/^("([^"\\]|\\.)*"\s*)+$/.test(value)) {
    throw fatal('InvalidCharacterString (Value should be enclosed in quotation marks)')
  }
}

/** How AWS begins its sentences about a record set of a batch. */
export function called({ name, type, setIdentifier }: RecordSet): string {
  const identifier = setIdentifier === undefined ? '' : `, SetIdentifier ${setIdentifier}`
  return `RRSet with DNS name ${name}, type ${type}${identifier}`
}
