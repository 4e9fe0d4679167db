/**
 * One save is one conditional write of the head. The turn that it replaces has been spread over the table before; who finds a
 * turn that was not, spreads it first. Only the leader saves, and a later one shuts out all before it.
 */
import assert from 'node:assert/strict'
import type { Shift, ShiftId } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import { isUnreadable } from '../../core/unreadable.ts'
import { ShiftError } from '../../errors.ts'
import type { SaveWith } from '../store.ts'
import type { Archive } from './archive.ts'
import { piecesOf } from './body.ts'
import type { Claims } from './claims.ts'
import { statusOf, unchanged, type Head, type Heads } from './heads.ts'
import { openKey, shiftPk } from './keys.ts'
import type { Table } from './table.ts'
import { checkOrder, turnOf, type Turn } from './turn.ts'

export interface Saving {
  /** The shift as it stands, for deciding on it: a former leader's saves fail from now on. */
  takeUp(id: ShiftId, now: Instant): Promise<Shift | null>
  save(next: Shift, ifVersion: number, with_: SaveWith): Promise<'saved' | 'stale'>
  /** Ids of the commands that the turn in the head consumed. */
  consumed(id: ShiftId): Promise<ReadonlySet<string>>
  /** Until everything that was saved here is spread, as far as that succeeds. */
  settle(): Promise<void>
}

export interface SavingDeps {
  readonly table: Table
  readonly heads: Heads
  readonly archive: Archive
  readonly claims: Claims
  /** Null: this replica does not lead. */
  readonly epoch: () => number | null
  readonly newToken: () => string
}

/** What stands in the head, as this process last saw or wrote it. */
interface Tail {
  readonly head: Head
  readonly turn: Turn
  /** It was written here: nobody can have spread it yet. */
  readonly fresh: boolean
  spreading: Promise<void> | null
}

export function saving(deps: SavingDeps): Saving {
  const { table, heads, archive } = deps
  const tails = new Map<ShiftId, Tail>()

  const spread = (tail: Tail): Promise<void> => {
    tail.spreading ??= archive.spread(tail.head, tail.turn, tail.fresh).catch((error: unknown) => {
      // Tried again before the next save.
      tail.spreading = null
      throw error
    })
    return tail.spreading
  }
  const keep = (head: Head, turn: Turn, fresh: boolean): Tail => {
    const tail = { head, turn, fresh, spreading: null }
    tails.set(head.id, tail)
    return tail
  }
  const tailOf = async (id: ShiftId): Promise<Tail | null> => {
    const known = tails.get(id)
    if (known) return known
    const head = await heads.read(id)
    return head?.status === 'open' ? keep(head, await heads.turn(head), false) : null
  }

  return {
    takeUp: async (id, now) => {
      const head = await heads.fence(id, leading(deps.epoch))
      if (!head) return notOpen(deps, id, now)
      void spread(keep(head, await heads.turn(head), false)).catch(() => undefined)
      return heads.state(head)
    },
    save: async (next, ifVersion, with_) => {
      assert.equal(next.version, ifVersion + 1, 'a save raises the version by one')
      // Nobody decides on what he cannot read: whoever a person reaches gives its routes back.
      const led = isUnreadable(next) ? null : leading(deps.epoch)
      const tail = await tailOf(next.id)
      if (tail?.head.version !== ifVersion) return stale(tails, next.id)
      const epoch = led ?? tail.head.epoch
      checkOrder(with_.events, tail.head.seq)
      const turn = turnOf(next, with_)
      const seq = with_.events.at(-1)?.seq ?? tail.head.seq
      const status = statusOf(next)
      const token = deps.newToken()
      try {
        await spread(tail)
        const row = await heads.write({ shift: next, turn, epoch, status, seq, token }, unchanged(ifVersion, epoch))
        if (!row) return stale(tails, next.id)
        const saved = keep({ id: next.id, status, version: next.version, epoch, seq, item: row }, turn, true)
        const rest = Promise.all([spread(saved), dropPieces(table, tail)]).catch(() => undefined)
        // Where this fails, the shift stays listed as open, and whoever takes it up finishes it.
        if (status === 'ended') await rest.then(() => tails.delete(next.id))
        return 'saved'
      } catch (error) {
        tails.delete(next.id)
        throw error
      }
    },
    consumed: async (id) => new Set((await tailOf(id))?.turn.consumed),
    settle: async () => {
      await Promise.all([...tails.values()].map((tail) => spread(tail).catch(() => undefined)))
    }
  }
}

export function leading(epoch: () => number | null): number {
  const mine = epoch()
  if (mine === null)
    throw new ShiftError('store_unavailable', 'this replica does not lead: it decides and saves nothing')
  return mine
}

/** What is known here is not what stands there. */
function stale(tails: Map<ShiftId, Tail>, id: ShiftId): 'stale' {
  tails.delete(id)
  return 'stale'
}

/** Ended: what is left to be done is done. Never opened: it is taken off the list once its time is over. */
async function notOpen({ table, heads, archive, claims }: SavingDeps, id: ShiftId, now: Instant) {
  const head = await heads.read(id)
  if (head?.status === 'open') throw new ShiftError('store_unavailable', 'a later leader has taken the shift up')
  if (head?.status === 'ended') {
    await archive.spread(head, await heads.turn(head), false)
    return heads.state(head)
  }
  if (await claims.isNobody(id, now)) await table.remove(openKey(id))
  return null
}

/** The former state stood in pieces, which no item names any more. */
async function dropPieces(table: Table, { head }: Tail): Promise<void> {
  const pk = shiftPk(head.id)
  await Promise.all(piecesOf(head.item, 'state').map((sk) => table.remove({ pk, sk })))
}
