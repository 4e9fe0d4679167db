/**
 * A hosted zone: its record sets, and what Route 53 makes of a batch of changes: all or nothing, a DELETE only of the exact set that
 * stands. Facts: API model of Route 53 (ChangeResourceRecordSets), AWS-FACTS B1 and B2.
 */
import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { Instant } from '../../../src/core/time.ts'
import { Refusal } from './failures.ts'
import { createHistory, type History } from './history.ts'

export type RecordSets = readonly ResourceRecordSet[]

export interface ZoneChange {
  readonly id: string
  readonly at: Instant
  readonly syncAt: Instant
}

export interface Zone {
  readonly id: string
  /** Without the trailing dot. */
  readonly name: string
  isPrivate: boolean
  /** What the API was told; PENDING changes among it. */
  readonly control: History<RecordSets>
  readonly changes: ZoneChange[]
  /** `name/type` to the comment. */
  readonly protections: Map<string, string>
  /** Actions that the caller's rights allow; null: all. */
  allow: readonly string[] | null
  /** Until then every further change is refused with PriorRequestNotComplete. */
  busyUntil: Instant
  pageSize: number
}

export function createZone(id: string, name: string, at: Instant, records: RecordSets): Zone {
  return {
    id,
    name,
    isPrivate: false,
    control: createHistory<RecordSets>(at, sorted(records.map(stored))),
    changes: [],
    protections: new Map(),
    allow: null,
    busyUntil: -Infinity,
    pageSize: 300
  }
}

/** As Route 53 tells names: lower case, with the trailing dot, `*` as `\052`. */
export function toldName(name: string): string {
  return `${name.toLowerCase().replace(/\.$/, '').replaceAll('*', '\\052')}.`
}

export const plainName = (name: string): string => toldName(name).replace(/\.$/, '').replaceAll('\\052', '*')

const labels = (name: string): string => toldName(name).split('.').toReversed().join('.')

/** Reversed labels, then type, then set identifier. */
export const orderOf = (set: {
  Name?: string | undefined
  Type?: string | undefined
  SetIdentifier?: string | undefined
}) => [labels(set.Name ?? ''), set.Type ?? '', set.SetIdentifier ?? ''].join('\n')

export const sorted = (sets: RecordSets): RecordSets =>
  sets.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : Number(orderOf(a) > orderOf(b))))

/** What stays of a set that was sent. */
function stored(set: ResourceRecordSet): ResourceRecordSet {
  const alias = set.AliasTarget && { ...set.AliasTarget, DNSName: toldName(set.AliasTarget.DNSName ?? '') }
  const kept = { ...structuredClone(set), Name: toldName(set.Name ?? ''), ...(alias && { AliasTarget: alias }) }
  return Object.fromEntries(
    Object.entries(kept).filter(([, value]) => value !== undefined)
  ) as unknown as ResourceRecordSet
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)])
  )
}
const equal = (a: ResourceRecordSet, b: ResourceRecordSet): boolean =>
  JSON.stringify(canonical(stored(a))) === JSON.stringify(canonical(stored(b)))

const called = (set: ResourceRecordSet): string =>
  `[name='${toldName(set.Name ?? '')}', type='${set.Type}'${set.SetIdentifier === undefined ? '' : `, set identifier='${set.SetIdentifier}'`}]`

/** The zone's sets after the batch. Throws Refusal where Route 53 would. */
export function applied(zone: Zone, before: RecordSets, changes: readonly Change[]): RecordSets {
  if (changes.length === 0) throw new Refusal('InvalidInput', 'The batch holds no change')
  const denied = changes.find(({ Action }) => zone.allow && !zone.allow.includes(Action ?? ''))
  if (denied) {
    throw new Refusal(
      'AccessDenied',
      `User: arn:aws:sts::111122223333:assumed-role/sluice/sluice is not authorized to perform: route53:ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/${zone.id}`,
      403
    )
  }
  const messages: string[] = []
  const sets = new Map(before.map((set) => [orderOf(set), set]))
  for (const { Action, ResourceRecordSet: set } of changes) {
    if (!set) throw new Refusal('InvalidInput', 'A change without a set')
    const problem = problemWith(zone, sets.get(orderOf(set)), Action ?? '', set)
    if (problem !== null) messages.push(problem)
    else if (Action === 'DELETE') sets.delete(orderOf(set))
    else sets.set(orderOf(set), stored(set))
  }
  const after = sorted([...sets.values()])
  messages.push(...mixed(after))
  if (messages.length > 0) throw new Refusal('InvalidChangeBatch', `[${messages.join(', ')}]`)
  return after
}

function problemWith(
  zone: Zone,
  stands: ResourceRecordSet | undefined,
  action: string,
  set: ResourceRecordSet
): string | null {
  const name = plainName(set.Name ?? '')
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return `RRSet with DNS name ${toldName(name)} is not permitted in zone ${zone.name}.`
  }
  const protection = zone.protections.get(`${name}/${set.Type}`)
  if (protection !== undefined) return `Resource record set ${called(set)} is protected: ${protection}`
  if (action === 'DELETE') {
    if (!stands) return `Tried to delete resource record set ${called(set)} but it was not found`
    return equal(stands, set)
      ? null
      : `Tried to delete resource record set ${called(set)} but the values provided do not match the current values`
  }
  if (action === 'CREATE' && stands) return `Tried to create resource record set ${called(set)} but it already exists`
  return malformed(set)
}

function malformed(set: ResourceRecordSet): string | null {
  const { Weight: weight, AliasTarget: alias, TTL: ttl, ResourceRecords: values = [] } = set
  if (weight !== undefined && (!Number.isInteger(weight) || weight < 0 || weight > 255)) {
    return `Invalid weight ${weight} of ${called(set)}`
  }
  if ((weight === undefined) !== (set.SetIdentifier === undefined) && set.Region === undefined) {
    return `${called(set)}: a weight needs a set identifier, and the reverse`
  }
  if (alias)
    return ttl === undefined && values.length === 0 ? null : `${called(set)}: an alias has neither TTL nor values`
  if (ttl === undefined || values.length === 0) return `${called(set)} needs a TTL and values`
  return weight !== undefined && values.length > 1 ? `${called(set)}: a weighted set holds one value` : null
}

/** A name and type is either one simple set or a group of one kind; a CNAME stands alone at its name. */
function mixed(sets: RecordSets): readonly string[] {
  const kind = (set: ResourceRecordSet): string =>
    set.Weight !== undefined ? 'weighted' : set.Region !== undefined ? 'latency' : 'simple'
  const groups = Map.groupBy(sets, (set) => `${set.Name}/${set.Type}`)
  const kinds = [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first || new Set(group.map(kind)).size === 1) return []
    return [`RRSet with DNS name ${first.Name}, type ${first.Type} cannot be created: another kind of set exists`]
  })
  const names = Map.groupBy(sets, (set) => set.Name ?? '')
  const cnames = [...names].flatMap(([name, group]) =>
    group.some(({ Type }) => Type === 'CNAME') && group.some(({ Type }) => Type !== 'CNAME')
      ? [`RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records`]
      : []
  )
  return [...kinds, ...cnames]
}
