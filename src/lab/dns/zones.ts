// The hosted zones of the lab over time: what was written, since when, and what the authoritative servers answer meanwhile.
// Never answers a query (authority.ts) and knows nothing of the wire.

import type { RecordChange, ZoneState } from './changes.ts'
import { applied } from './changes.ts'
import type { DnsKnobs } from './knobs.ts'
import { isWithin, normalise } from './name.ts'
import type { RecordSet } from './recordSet.ts'
import { compareRecords } from './recordSet.ts'

export interface ZoneSpec {
  readonly id: string
  readonly name: string
  readonly isPrivate?: boolean
  readonly comment?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly records: readonly RecordSet[]
}

export interface ZoneChange {
  readonly id: string
  readonly zoneId: string
  readonly submittedAt: number
  /** INSYNC from then on; `settle` may bring it forward. */
  insyncAt: number
  readonly comment?: string
}

interface Version {
  readonly change: ZoneChange
  readonly byName: ReadonlyMap<string, readonly RecordSet[]>
}

export interface HostedZone {
  readonly id: string
  readonly name: string
  readonly isPrivate: boolean
  readonly comment: string
  readonly tags: Map<string, string>
  /** By `groupOf`: the comment of a record protection. */
  readonly protections: Map<string, string>
  /** What was written last, PENDING or not, in listing order. */
  records(): readonly RecordSet[]
  /** What one of the authoritative servers has of a name. `speed` 0 to 1 says which: the fastest learns a change first. */
  served(speed: number): ReadonlyMap<string, readonly RecordSet[]>
  /** The last change was so lately that Route 53 still processes it. */
  busy(): boolean
  /** Writes a batch, whole or not at all; throws Refusal. */
  submit(changes: readonly RecordChange[], comment?: string): ZoneChange
  /** Every PENDING change becomes INSYNC now. */
  settle(): void
}

export interface Zones {
  readonly all: readonly HostedZone[]
  /** By id, with or without `/hostedzone/`. */
  find(id: string): HostedZone | undefined
  /** The zone that a name lies in: the longest of them. */
  of(name: string): HostedZone | undefined
  change(id: string): ZoneChange | undefined
  /** The newest last; the oldest are forgotten. */
  changes(): readonly ZoneChange[]
}

export interface ZoneParts {
  readonly now: () => number
  readonly knobs: DnsKnobs
  readonly aliasFault: (zoneId: string, ...asked: Parameters<ZoneState['aliasFault']>) => string | undefined
}

const keptChanges = 1000

export function createZones(specs: readonly ZoneSpec[], parts: ZoneParts): Zones {
  const changes = new Map<string, ZoneChange>()
  const note = (change: ZoneChange): void => {
    changes.set(change.id, change)
    const oldest = changes.keys().next().value
    if (changes.size > keptChanges && oldest !== undefined) changes.delete(oldest)
  }
  const all = specs.map((spec) => createZone(spec, parts, note))
  const longestFirst = all.toSorted((one, other) => other.name.length - one.name.length)
  return {
    all,
    find: (id) => all.find((one) => one.id === id.replace(/^\/?hostedzone\//, '')),
    of: (name) => {
      const asked = normalise(name)
      return longestFirst.find((zone) => isWithin(asked, zone.name))
    },
    change: (id) => changes.get(id.replace(/^\/?change\//, '')),
    changes: () => [...changes.values()]
  }
}

function createZone(spec: ZoneSpec, parts: ZoneParts, note: (change: ZoneChange) => void): HostedZone {
  const { now, knobs } = parts
  const name = normalise(spec.name)
  const protections = new Map<string, string>()
  let records = [...apexRecords(name), ...spec.records].toSorted(compareRecords)
  const first = { id: 'C0', zoneId: spec.id, submittedAt: Number.NEGATIVE_INFINITY, insyncAt: Number.NEGATIVE_INFINITY }
  let versions: Version[] = [{ change: first, byName: byName(records) }]
  let written = 0

  return {
    id: spec.id,
    name,
    isPrivate: spec.isPrivate ?? false,
    comment: spec.comment ?? '',
    tags: new Map(Object.entries(spec.tags ?? {})),
    protections,
    records: () => records,
    served: (speed) => {
      const at = now()
      const known = versions.findLast(({ change }) => arrivesAt(change, speed, knobs.spread) <= at) ?? versions[0]
      return known?.byName ?? new Map()
    },
    busy: () => now() < (versions.at(-1)?.change.submittedAt ?? 0) + knobs.processingMs,
    submit: (batch, comment) => {
      const aliasFault: ZoneState['aliasFault'] = (...asked) => parts.aliasFault(spec.id, ...asked)
      records = [...applied({ name, records, protections, aliasFault }, batch)]
      written += 1
      const change: ZoneChange = {
        id: `C${spec.id.slice(1, 9)}${String(written).padStart(10, '0')}`,
        zoneId: spec.id,
        submittedAt: now(),
        insyncAt: now() + knobs.insyncMs,
        ...(comment === undefined ? {} : { comment })
      }
      // Whatever is older than the newest version that is everywhere is nowhere any more.
      const everywhere = versions.findLastIndex((version) => version.change.insyncAt <= now())
      versions = [...versions.slice(Math.max(0, everywhere)), { change, byName: byName(records) }]
      note(change)
      return change
    },
    settle: () => {
      for (const { change } of versions) change.insyncAt = Math.min(change.insyncAt, now())
    }
  }
}

/** `spread` 1: the servers learn a change one after another from its submission on; 0: all of them when it is INSYNC. */
function arrivesAt(change: ZoneChange, speed: number, spread: number): number {
  if (change.submittedAt === Number.NEGATIVE_INFINITY) return change.submittedAt
  return change.submittedAt + (change.insyncAt - change.submittedAt) * (1 - spread * (1 - speed))
}

const byName = (records: readonly RecordSet[]): ReadonlyMap<string, readonly RecordSet[]> =>
  Map.groupBy(records, (one) => one.name)

export const nameServer = 'ns-1.awsdns-lab.com.'

/** What CreateHostedZone makes: a negative answer is kept for as long as the SOA record's TTL. */
const apexRecords = (zone: string): readonly RecordSet[] => [
  { name: zone, type: 'NS', ttl: 172_800, values: [nameServer] },
  {
    name: zone,
    type: 'SOA',
    ttl: 900,
    values: [`${nameServer} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`]
  }
]
