/**
 * Which store a configuration asks for. The only place that knows all of them.
 */
import { makeAws, type CallSeen } from '../aws/aws.ts'
import type { Clock } from '../clock.ts'
import type { Ms } from '../core/time.ts'
import { makeCandidate } from '../leases/candidate.ts'
import type { Candidate } from '../leases/lease.ts'
import { dynamoStore } from './dynamodb/dynamodb.ts'
import { leaseRecords } from './dynamodb/leaseRecords.ts'
import { check, provide } from './dynamodb/provision.ts'
import { dynamoTable } from './dynamodb/table.ts'
import { memoryStore } from './memory.ts'
import type { SharedStore } from './shared.ts'
import { sqliteStore } from './sqlite/sqlite.ts'
import type { Store } from './store.ts'

export type StoreSpec = { readonly type: 'sqlite'; readonly path: string } | { readonly type: 'memory' }

export interface SharedSpec {
  readonly type: 'dynamodb'
  readonly table: string
  readonly region: string
  readonly leaseMs: Ms
  readonly writeMs: Ms
}

export interface Opened {
  readonly store: Store
  /** Where several replicas share it: how one of them comes to lead. */
  readonly shared: { readonly store: SharedStore; readonly lease: Candidate } | null
}

export interface OpenDeps {
  readonly clock: Clock
  /** Of this process alone. */
  readonly owner: string
  readonly observe: (call: CallSeen) => void
  /** Makes the table where it is missing. */
  readonly createTable: boolean
}

/** Opens the store. Throws `store_unavailable` where that fails, e.g. because another daemon holds the file. */
export function makeStore(spec: StoreSpec, clock: Clock): Store {
  switch (spec.type) {
    case 'sqlite':
      return sqliteStore(spec.path, clock)
    case 'memory':
      return memoryStore(clock)
  }
}

/** The same, for one that may be shared. */
export async function openStore(spec: StoreSpec | SharedSpec, deps: OpenDeps): Promise<Opened> {
  if (spec.type !== 'dynamodb') return { store: makeStore(spec, deps.clock), shared: null }
  const { clock } = deps
  // Its own way to AWS: the store is not held back by what the lease holds back.
  const aws = makeAws({ clock, region: spec.region, observe: deps.observe })
  const place = { aws, clock, account: { region: spec.region }, name: spec.table }
  try {
    await (deps.createTable ? provide(place) : check(place))
  } catch (error) {
    aws.close()
    throw error
  }
  const table = dynamoTable(place)
  const { leaseMs: ttlMs, writeMs } = spec
  const lease = makeCandidate({ records: leaseRecords(place, ttlMs), owner: deps.owner, clock, ttlMs, writeMs })
  const store = dynamoStore({ table, clock, epoch: () => lease.epoch() })
  const close = async (): Promise<void> => {
    await store.close()
    aws.close()
  }
  const shared = { ...store, close }
  return { store: shared, shared: { store: shared, lease } }
}
