/**
 * One of several processes over one table: as src/main.ts composes it for `store.type: dynamodb`, over simulated clients of AWS
 * and of DynamoDB. What a mutant breaks is wrapped around its parts here.
 */
import { decide } from '../../src/core/decide.ts'
import { DEFAULT_RATES } from '../../src/aws/budget.ts'
import { makeAws, type ClientFor } from '../../src/aws/aws.ts'
import type { Ms } from '../../src/core/time.ts'
import { startReplica, storedSeen } from '../../src/engine/replica.ts'
import { makeService } from '../../src/engine/service.ts'
import { makeSupervisor } from '../../src/engine/supervisor.ts'
import type { Witness } from '../../src/engine/witness.ts'
import { makeCandidate } from '../../src/leases/candidate.ts'
import type { Candidate } from '../../src/leases/lease.ts'
import { cloudwatchObserver } from '../../src/observers/index.ts'
import { makeRouter } from '../../src/routers/index.ts'
import { dynamoStore } from '../../src/stores/dynamodb/dynamodb.ts'
import { leaseRecords } from '../../src/stores/dynamodb/leaseRecords.ts'
import { dynamoTable } from '../../src/stores/dynamodb/table.ts'
import { dynamoClient, type Reach } from '../support/dynamo/client.ts'
import type { Shelf } from '../support/dynamo/shelf.ts'
import { createIncarnation, type Incarnation } from '../support/virtual/incarnation.ts'
import { dated } from '../support/world/dated.ts'
import type { Life, Outside } from './life.ts'

export const LEASE_MS: Ms = 6_000
export const WRITE_MS: Ms = 5_000

export interface ReplicaLife extends Life {
  readonly name: string
  readonly lease: Candidate
  /** Stopped for now. */
  frozen(): boolean
  /** Cut off from the table. */
  cut: boolean
}

export interface ReplicaOutside extends Omit<Outside, 'store'> {
  readonly shelf: Shelf
  readonly reach: Reach
  /** At the instant in which it sends a write to AWS. */
  readonly sends: (life: ReplicaLife) => void
  /** It leads, or does not any more. */
  readonly told: (life: ReplicaLife, epoch: number | null) => void
}

export function newReplica(outside: ReplicaOutside, name: string, skewMs: Ms, number: number): ReplicaLife {
  const { clock } = outside
  const { incarnation, frozen } = freezable(createIncarnation({ onDeath: outside.onDeath }))
  const own = incarnation.clock(skewMs === 0 ? clock : clock.skewed(skewMs))
  const { table, lease } = sharing(outside, incarnation, own, name, () => made.cut)
  const store = dynamoStore({
    table: outside.mutant?.table?.(table) ?? table,
    clock: own,
    epoch: () => lease.epoch(),
    newToken: () => `${name}-${String((tokens += 1))}`
  })
  let tokens = 0
  const { aws, router, observer } = reaching(outside, incarnation, own, skewMs, lease, () => outside.sends(made))
  const broken = outside.mutant?.decide?.(decide)
  const supervisor = makeSupervisor({
    router,
    observer,
    store,
    clock: own,
    witness: witnessOf(outside),
    replica: true,
    ...(broken && { decide: broken })
  })
  let n = 0
  const sluice = makeService({
    catalogue: { policies: () => [], migrations: () => [], reload: async () => ({ policies: 0, migrations: 0 }) },
    router,
    store,
    supervisor,
    clock: own,
    leads: () => lease.holds(),
    storedSeen: (id) => storedSeen(store, id),
    newId: () =>
      `shf_${String(clock.elapsed()).padStart(12, '0')}${String(number).padStart(4, '0')}${String((n += 1))}`,
    maxOpen: 1000,
    hasTokens: true
  })
  const made: ReplicaLife = { name, incarnation, sluice, supervisor, store, aws, skewMs, lease, frozen, cut: false }
  startReplica({
    lease,
    supervisor,
    store,
    clock: own,
    told: (epoch) => outside.told(made, epoch),
    failed: (what, err) => outside.failed(`${name} ${what}`, err)
  })
  return made
}

function sharing(
  { shelf, reach, mutant }: ReplicaOutside,
  incarnation: Incarnation,
  clock: ReturnType<Incarnation['clock']>,
  name: string,
  cut: () => boolean
) {
  const own: Reach = {
    get latencyMs() {
      return reach.latencyMs
    },
    set latencyMs(ms) {
      reach.latencyMs = ms
    },
    fate: (operation, input) => (cut() ? 'lost' : reach.fate(operation, input))
  }
  const client = incarnation.guard(dynamoClient(shelf, own, clock, name), { pure: ['destroy'] })
  const aws = makeAws({ clock, region: 'eu-west-1', clientFor: () => client })
  const place = { aws, clock, account: { region: 'eu-west-1' }, name: 'sluice' }
  const stored = leaseRecords(place, LEASE_MS)
  const records = mutant?.records?.(stored) ?? stored
  const lease = makeCandidate({ records, owner: name, clock, ttlMs: LEASE_MS, writeMs: WRITE_MS })
  return { table: dynamoTable(place), lease: mutant?.lease?.(lease, clock) ?? lease }
}

function reaching(
  outside: ReplicaOutside,
  incarnation: Incarnation,
  clock: ReturnType<Incarnation['clock']>,
  skewMs: Ms,
  lease: Candidate,
  sends: () => void
) {
  const { mutant, wire } = outside
  const elbv2 = { ...DEFAULT_RATES.elbv2, write: { perSecond: outside.writesPerSecond, burst: 10 } }
  const clientFor: ClientFor = (service, account, access) => {
    const client = wire.clientFor('sluice', clock)(service, account, access)
    if (access === 'read') return client
    return {
      ...client,
      send: (command, options) => {
        sends()
        return client.send(command, options)
      }
    }
  }
  const options = {
    clock,
    region: outside.region,
    budget: { rates: { ...DEFAULT_RATES, elbv2 } },
    clientFor,
    guard: lease
  }
  const aws = dated(makeAws(options), -skewMs)
  const router = incarnation.guard(makeRouter({ aws, clock }), { pure: ['quantise', 'byHand'] })
  const observer = incarnation.guard(cloudwatchObserver({ aws, clock }))
  return {
    aws,
    router: mutant?.router?.(router, outside.clock) ?? router,
    observer: mutant?.observer?.(observer, outside.clock) ?? observer
  }
}

function witnessOf({ failed, broke }: ReplicaOutside): Witness {
  return {
    decided: () => undefined,
    observed: () => undefined,
    wrote: () => undefined,
    failed: (what, _id, err) => failed(what, err),
    broke,
    orphans: () => undefined
  }
}

/** The same life, which also tells whether it is frozen. */
function freezable(inner: Incarnation): { readonly incarnation: Incarnation; readonly frozen: () => boolean } {
  let frozen = false
  const incarnation: Incarnation = {
    ...inner,
    get alive() {
      return inner.alive
    },
    get points() {
      return inner.points
    },
    freeze: () => {
      frozen = true
      inner.freeze()
    },
    thaw: () => {
      frozen = false
      inner.thaw()
    }
  }
  return { incarnation, frozen: () => frozen }
}
