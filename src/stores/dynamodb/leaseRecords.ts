/**
 * The lease as one item of the table.
 */
import type { LeaseRecord, LeaseRecords } from '../../leases/lease.ts'
import type { Ms } from '../../core/time.ts'
import { ABSENT, stands } from './expressions.ts'
import { LEASE } from './keys.ts'
import { dynamoTable, type TableDeps } from './table.ts'
import { numberOf, textOf } from './values.ts'

/** Stands for nobody: an attribute is never null. */
const NOBODY = ''

/** Of its length: a call about the lease lasts no longer, so that one lost answer does not cost the lease. */
const PART = 0.25

export function leaseRecords(deps: TableDeps, ttlMs: Ms): LeaseRecords {
  const table = dynamoTable({ ...deps, callMs: ttlMs * PART })
  return {
    read: async () => {
      const item = await table.get(LEASE)
      if (!item) return null
      const owner = textOf(item, 'owner')
      return {
        owner: owner === NOBODY ? null : owner,
        epoch: numberOf(item, 'epoch'),
        beat: numberOf(item, 'beat'),
        ttlMs: numberOf(item, 'ttlMs')
      }
    },
    replace: (next: LeaseRecord, seen) =>
      table.put(
        { ...LEASE, ...next, owner: next.owner ?? NOBODY },
        seen === null ? ABSENT : stands({ epoch: seen.epoch, beat: seen.beat })
      )
  }
}
