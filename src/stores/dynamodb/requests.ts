/**
 * Which request made which shift, for the 24 hours in which the same request must not make another one (CONTRACT 5.1). DynamoDB
 * deletes what is over late, so that the time is looked at here as well.
 */
import type { ShiftId } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import { ShiftError } from '../../errors.ts'
import { IDEMPOTENCY_MS, type Created, type Idempotency } from '../store.ts'
import type { Claims } from './claims.ts'
import { ABSENT, stands, type Condition } from './expressions.ts'
import type { Heads } from './heads.ts'
import { requestKey } from './keys.ts'
import type { Table } from './table.ts'
import { numberOf, textOf } from './values.ts'

/** What the key has led to; or the condition under which it can be taken. */
export type Known =
  Extract<Created, { kind: 'existing' | 'key_reused' }> | { readonly kind: 'free'; readonly if: Condition }

export interface Requests {
  /** Throws `store_unavailable` while the same request is being carried out elsewhere. */
  known(request: Idempotency, now: Instant): Promise<Known>
  /** False where another has just taken it. */
  take(request: Idempotency, shift: ShiftId, now: Instant, condition: Condition): Promise<boolean>
  giveBack(request: Idempotency, shift: ShiftId): Promise<void>
}

export function requests(table: Table, heads: Heads, claims: Claims): Requests {
  return {
    known: async ({ key, digest }, now) => {
      const found = await table.get(requestKey(key))
      if (!found) return { kind: 'free', if: ABSENT }
      const id = textOf(found, 'shift')
      const free = { kind: 'free', if: stands({ shift: id, at: numberOf(found, 'at') }) } as const
      if (numberOf(found, 'at') <= now - IDEMPOTENCY_MS || (await claims.isNobody(id, now))) return free
      if (textOf(found, 'digest') !== digest) return { kind: 'key_reused' }
      if ((await heads.glance(id))?.status === 'claiming') throw underWay()
      return { kind: 'existing', id }
    },
    take: async ({ key, digest }, shift, now, condition) => {
      const expires = Math.ceil((now + 2 * IDEMPOTENCY_MS) / 1000)
      const taken = await table.put({ ...requestKey(key), digest, shift, at: now, expires }, condition)
      return taken || (await table.get(requestKey(key)))?.['shift'] === shift
    },
    giveBack: async ({ key }, shift) => {
      await table.remove(requestKey(key), stands({ shift }))
    }
  }
}

/** The caller asks again and then learns what became of it. */
export function underWay(): ShiftError {
  return new ShiftError('store_unavailable', 'the same request is being carried out at this moment; ask again')
}
