/**
 * Who moves which route: one claim a route, taken by a conditional write. A claim is worth what its owner is: it is free when
 * that one has ended, never was, or did not finish its creation in time.
 */
import type { RouteKey } from '../../core/migration.ts'
import type { Shift, ShiftId } from '../../core/shift.ts'
import type { Instant, Ms } from '../../core/time.ts'
import { ABSENT, stands } from './expressions.ts'
import { numberOf, textOf } from './values.ts'
import type { Heads } from './heads.ts'
import { claimKey, HELD, heldKey, routePk } from './keys.ts'
import type { Table } from './table.ts'

/** A creation that takes longer was cut off: whoever wants its routes gives it up. */
export const CLAIMING_MS: Ms = 15_000

export interface Claims {
  /** Whom it belongs to; null where it is now the shift's own. */
  take(key: RouteKey, id: ShiftId, now: Instant): Promise<ShiftId | null>
  giveBack(key: RouteKey, id: ShiftId): Promise<void>
  remember(keys: readonly RouteKey[], id: ShiftId): Promise<void>
  lastHolder(key: RouteKey): Promise<Shift | null>
  /** Gives up a creation that is over its time; true where it can be taken for one that never was. */
  isNobody(id: ShiftId, now: Instant): Promise<boolean>
}

export function claims(table: Table, heads: Heads): Claims {
  const isNobody: Claims['isNobody'] = async (id, now) => {
    const head = await heads.glance(id)
    if (!head || head.status === 'abandoned') return true
    if (head.status !== 'claiming') return false
    const found = await heads.read(id)
    if (found && numberOf(found.item, 'claimedAt') > now - CLAIMING_MS) return false
    return (await heads.turnInto(id, 'claiming', 'abandoned')) !== null
  }
  const isFree = async (owner: ShiftId, now: Instant): Promise<boolean> =>
    (await heads.glance(owner))?.status === 'ended' || isNobody(owner, now)

  return {
    isNobody,
    take: async (key, id, now) => {
      if (await table.put({ ...claimKey(key), shift: id }, ABSENT)) return null
      const found = await table.get(claimKey(key))
      const owner = found ? textOf(found, 'shift') : id
      if (owner === id) return null
      if (!(await isFree(owner, now))) return owner
      if (await table.update(claimKey(key), { shift: id }, stands({ shift: owner }))) return null
      const winner = await table.get(claimKey(key))
      return winner && textOf(winner, 'shift') !== id ? textOf(winner, 'shift') : null
    },
    giveBack: async (key, id) => {
      await table.remove(claimKey(key), stands({ shift: id }))
    },
    remember: (keys, id) => table.putAll(keys.map((key) => ({ ...heldKey(key, id), shift: id }))),
    lastHolder: async (key) => {
      // Ids sort by time, and a route has one holder at a time: the greatest id ended last.
      for (const row of await table.query(routePk(key), { prefix: HELD, descending: true })) {
        const head = await heads.read(textOf(row, 'shift'))
        if (head?.status === 'ended') return heads.state(head)
      }
      return null
    }
  }
}
