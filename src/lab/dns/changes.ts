// A change batch against the records of one zone: all of it or nothing. Pure: the answer is the new list of records, or a
// Refusal with AWS's sentences.

import { checkGroups } from './groupRules.ts'
import { checkShape } from './shapeRules.ts'
import type { RecordSet } from './recordSet.ts'
import { compareRecords, groupOf, isEqual, isSame } from './recordSet.ts'
import { badBatch } from './refusal.ts'

export type ChangeAction = 'CREATE' | 'DELETE' | 'UPSERT'

export interface RecordChange {
  readonly action: ChangeAction
  readonly record: RecordSet
}

export interface ZoneState {
  readonly name: string
  readonly records: readonly RecordSet[]
  /** By name and type (`groupOf`): the comment of a protection, under which nothing may change. */
  readonly protections: ReadonlyMap<string, string>
  /** Whether an alias may point there; a sentence if not. */
  readonly aliasFault: (record: RecordSet, records: readonly RecordSet[]) => string | undefined
}

/** The records after the batch, in listing order. Throws Refusal; then nothing has changed. */
export function applied(zone: ZoneState, changes: readonly RecordChange[]): readonly RecordSet[] {
  if (changes.length === 0) throw badBatch(['A change batch needs at least one change'])
  for (const [index, change] of changes.entries()) checkShape(change, index)
  checkLimits(changes)
  const faults = changes.flatMap(({ record }) => protectedFault(zone, record))
  let records = zone.records
  for (const change of changes) {
    const fault = stepFault(records, change)
    if (fault === undefined) records = stepped(records, change)
    else faults.push(fault)
  }
  // What the whole leaves behind counts: all members of a group may change their TTL in one batch.
  if (faults.length === 0) faults.push(...checkGroups({ ...zone, records }, changes))
  if (faults.length > 0) throw badBatch(faults)
  return records.toSorted(compareRecords)
}

function stepFault(records: readonly RecordSet[], { action, record }: RecordChange): string | undefined {
  const stored = records.find((one) => isSame(one, record))
  const verb = action === 'CREATE' ? 'create' : 'delete'
  const tried = `Tried to ${verb} resource record set [${called(record)}] but`
  if (action === 'CREATE') return stored === undefined ? undefined : `${tried} it already exists`
  if (action === 'UPSERT') return undefined
  if (stored === undefined) return `${tried} it was not found`
  return isEqual(stored, record) ? undefined : `${tried} the values provided do not match the current values`
}

const stepped = (records: readonly RecordSet[], { action, record }: RecordChange): readonly RecordSet[] => {
  const others = records.filter((one) => !isSame(one, record))
  return action === 'DELETE' ? others : [...others, record]
}

function called({ name, type, setIdentifier }: RecordSet): string {
  const identifier = setIdentifier === undefined ? '' : `, set identifier='${setIdentifier}'`
  return `name='${name}', type='${type}'${identifier}`
}

/** Per request 1,000 ResourceRecord elements and 32,000 characters of values; an UPSERT counts twice. */
function checkLimits(changes: readonly RecordChange[]): void {
  let elements = 0
  let characters = 0
  for (const { action, record } of changes) {
    const times = action === 'UPSERT' ? 2 : 1
    elements += times * (record.values?.length ?? 0)
    characters += times * (record.values ?? []).reduce((sum, value) => sum + value.length, 0)
  }
  if (elements > 1000) throw badBatch(['Number of records limit of 1000 exceeded.'])
  if (characters > 32_000) throw badBatch(['Number of characters limit of 32000 exceeded.'])
}

function protectedFault(zone: ZoneState, record: RecordSet): readonly string[] {
  const comment = zone.protections.get(groupOf(record))
  if (comment === undefined) return []
  return [`RRSet with DNS name ${record.name}, type ${record.type} cannot be changed as it is protected: ${comment}`]
}
