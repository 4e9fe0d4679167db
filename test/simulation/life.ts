/**
 * One process: the composition root over simulated AWS clients, as in src/main.ts. What a mutant breaks is wrapped around the
 * ports here, or handed to the loop; nothing in src knows of it.
 */
import { decide } from '../../src/core/decide.ts'
import { DEFAULT_RATES, type BudgetOptions } from '../../src/aws/budget.ts'
import { makeAws, type Aws, type TurnTaking } from '../../src/aws/aws.ts'
import type { ShiftId } from '../../src/core/shift.ts'
import type { Ms } from '../../src/core/time.ts'
import type { Sluice } from '../../src/engine/sluice.ts'
import { makeService } from '../../src/engine/service.ts'
import { makeSupervisor, type Supervisor } from '../../src/engine/supervisor.ts'
import type { Witness } from '../../src/engine/witness.ts'
import { cloudwatchObserver } from '../../src/observers/index.ts'
import type { Observer } from '../../src/observers/observer.ts'
import { makeRouter } from '../../src/routers/index.ts'
import type { Router } from '../../src/routers/router.ts'
import type { Clock } from '../../src/clock.ts'
import type { Candidate, LeaseRecords } from '../../src/leases/lease.ts'
import type { Table } from '../../src/stores/dynamodb/table.ts'
import type { Store } from '../../src/stores/store.ts'
import { createIncarnation, type Incarnation } from '../support/virtual/incarnation.ts'
import type { VirtualClock } from '../support/virtual.ts'
import { dated } from '../support/world/dated.ts'
import type { Wire } from './wire.ts'

export type Decide = typeof decide

/** How a system is broken on purpose; every wrapper is made anew for each life. */
export interface Mutant {
  readonly name: string
  /** The first that caught it for what it breaks, when it was last hunted for (`--mutants`): where a test begins to look. */
  readonly firstSeed: number
  readonly store?: (store: Store, clock: VirtualClock) => Store
  readonly router?: (router: Router, clock: VirtualClock) => Router
  readonly observer?: (observer: Observer, clock: VirtualClock) => Observer
  readonly decide?: (sound: Decide) => Decide
  readonly budget?: (options: BudgetOptions) => BudgetOptions
  /** Of several replicas. */
  readonly lease?: (lease: Candidate, clock: Clock) => Candidate
  readonly table?: (table: Table) => Table
  readonly records?: (records: LeaseRecords) => LeaseRecords
}

export interface Life {
  readonly incarnation: Incarnation
  readonly sluice: Sluice
  readonly supervisor: Supervisor
  readonly store: Store
  /** For a storm: another caller of the same budget. */
  readonly aws: Aws & TurnTaking
  readonly skewMs: Ms
}

export interface Outside {
  readonly clock: VirtualClock
  readonly region: string
  readonly wire: Wire
  readonly store: Store
  readonly mutant: Mutant | null
  readonly writesPerSecond: number
  readonly broke: (id: ShiftId, laws: readonly string[]) => void
  readonly failed: (what: string, err: unknown) => void
  readonly onDeath: () => void
}

/** `by`: the name under which its calls are known to the world. */
export function newLife(outside: Outside, by: string, skewMs: Ms, number: number): Life {
  const { clock, mutant } = outside
  const incarnation = createIncarnation({ onDeath: outside.onDeath })
  const own = incarnation.clock(skewMs === 0 ? clock : clock.skewed(skewMs))
  const budget: BudgetOptions = {
    rates: {
      ...DEFAULT_RATES,
      elbv2: { ...DEFAULT_RATES.elbv2, write: { perSecond: outside.writesPerSecond, burst: 10 } }
    }
  }
  const aws = dated(
    makeAws({
      clock: own,
      region: outside.region,
      budget: mutant?.budget?.(budget) ?? budget,
      clientFor: outside.wire.clientFor(by, own)
    }),
    -skewMs
  )
  const ports = {
    router: incarnation.guard(makeRouter({ aws, clock: own }), { pure: ['quantise', 'byHand'] }),
    observer: incarnation.guard(cloudwatchObserver({ aws, clock: own })),
    store: incarnation.guard(outside.store)
  }
  const router = mutant?.router?.(ports.router, clock) ?? ports.router
  const observer = mutant?.observer?.(ports.observer, clock) ?? ports.observer
  const store = mutant?.store?.(ports.store, clock) ?? ports.store
  const witness: Witness = {
    decided: () => undefined,
    observed: () => undefined,
    wrote: () => undefined,
    failed: (what, _id, err) => outside.failed(what, err),
    broke: outside.broke,
    orphans: () => undefined
  }
  const broken = mutant?.decide?.(decide)
  const supervisor = makeSupervisor({ router, observer, store, clock: own, witness, ...(broken && { decide: broken }) })
  let n = 0
  const sluice = makeService({
    catalogue: { policies: () => [], migrations: () => [], reload: async () => ({ policies: 0, migrations: 0 }) },
    router,
    store,
    supervisor,
    clock: own,
    newId: () =>
      `shf_${String(number).padStart(4, '0')}${String(clock.elapsed()).padStart(12, '0')}${String((n += 1))}`,
    maxOpen: 1000,
    hasTokens: true
  })
  return { incarnation, sluice, supervisor, store, aws, skewMs }
}
