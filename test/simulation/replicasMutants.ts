/**
 * Several processes broken on purpose, each in one rule that keeps two of them apart.
 */
import type { Call } from '../../src/core/call.ts'
import type { Candidate } from '../../src/leases/lease.ts'
import type { Table } from '../../src/stores/dynamodb/table.ts'
import type { Mutant } from './life.ts'

const asRollback = (call: Call): Call => ({ ...call, urgency: 'rollback' })

/** Never hears that it is lost, and goes on as the leader that it was. */
function neverLost(lease: Candidate): Candidate {
  let epoch: number | null = null
  const led = (): boolean => {
    epoch = lease.epoch() ?? epoch
    return epoch !== null
  }
  return {
    ...lease,
    holds: led,
    epoch: () => (led() ? epoch : null),
    mayStart: led,
    ready: async () => undefined,
    stand: (leadership, signal) => lease.stand({ ...leadership, lost: () => undefined }, signal)
  }
}

/** Every save overwrites what stands there. */
function withoutVersion(table: Table): Table {
  return {
    ...table,
    put: (row, condition) => table.put(row, row.sk === 'head' && condition?.kind === 'stands' ? undefined : condition)
  }
}

export const REPLICA_MUTANTS: readonly Mutant[] = [
  { name: 'a former leader that writes', firstSeed: 1, lease: neverLost },
  {
    name: 'a lease not checked',
    firstSeed: 2,
    lease: (lease) => ({ ...lease, mayStart: () => true, ready: async () => undefined })
  },
  { name: 'a save without version', firstSeed: 1, table: withoutVersion },
  {
    name: 'a new leader raises at once',
    firstSeed: 2,
    lease: (lease) => ({
      ...lease,
      mayStart: (call, ms) => lease.mayStart(asRollback(call), ms),
      ready: (call, ms) => lease.ready(asRollback(call), ms)
    })
  },
  {
    name: "a lease taken without waiting for the other's to run out",
    firstSeed: 1,
    records: (records) => ({
      ...records,
      read: async () => {
        const found = await records.read()
        return found && { ...found, ttlMs: found.ttlMs / 3 }
      }
    })
  }
]

export function replicaMutantNamed(name: string): Mutant {
  const found = REPLICA_MUTANTS.find((mutant) => mutant.name === name)
  if (found) return found
  const names = REPLICA_MUTANTS.map((mutant) => mutant.name).join(', ')
  throw new Error(`there is no mutant ${JSON.stringify(name)} of several replicas; there are: ${names}`)
}
