/**
 * One save is one conditional write of the head. The turn that it replaces has been spread over the table before; who finds a
 * turn that was not, spreads it first. Only the leader saves, and a later one shuts out all before it.
 */
import assert from 'node:assert/strict'
import type { CommandId } from '../../core/command.ts'
import type { Shift, ShiftId } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import { isUnreadable } from '../../core/unreadable.ts'
import { ShiftError } from '../../errors.ts'
import type { SaveWith } from '../store.ts'
import type { Archive } from './archive.ts'
import { piecesOf } from './body.ts'
import type { Claims } from './claims.ts'
import { statusOf, unchanged, unordered, type Head, type Heads } from './heads.ts'
import { openKey, shiftPk } from './keys.ts'
import type { Table } from './table.ts'
import { checkOrder, turnOf, type Turn } from './turn.ts'

export interface Saving {
  /** The shift as it stands, for deciding on it: a former leader's saves fail from now on. */
  takeUp(id: ShiftId, now: Instant): Promise<Shift | null>
  save(next: Shift, ifVersion: number, with_: SaveWith): Promise<'saved' | 'stale'>
  /** Ids of the newest commands that were consumed. */
  consumed(id: ShiftId): Promise<ReadonlySet<CommandId>>
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
  const { heads } = deps
  const keeper = makeKeeper(deps)
  return {
    takeUp: async (id, now) => {
      const head = await heads.fence(id, leading(deps.epoch))
      if (!head) return notOpen(deps, id, now)
      void keeper.spread(keeper.keep(head, await heads.turn(head), false)).catch(() => undefined)
      return heads.state(head)
    },
    save: async (next, ifVersion, with_) => {
      assert.equal(next.version, ifVersion + 1, 'a save raises the version by one')
      // Nobody decides on what he cannot read: whoever a person reaches gives its routes back.
      const led = isUnreadable(next) ? null : leading(deps.epoch)
      const tail = await keeper.tailOf(next.id)
      if (tail?.head.version !== ifVersion) return keeper.forget(next.id)
      checkOrder(with_.events, tail.head.seq)
      try {
        return await saveAfter(deps, keeper, tail, { next, with_, epoch: led ?? tail.head.epoch })
      } catch (error) {
        keeper.forget(next.id)
        throw error
      }
    },
    consumed: async (id) => new Set((await keeper.tailOf(id))?.head.heard),
    settle: () => keeper.settle()
  }
}

interface Wanted {
  readonly next: Shift
  readonly with_: SaveWith
  readonly epoch: number
}

async function saveAfter(deps: SavingDeps, keeper: Keeper, tail: Tail, { next, with_, epoch }: Wanted) {
  const { table, heads } = deps
  const { id, version } = next
  const turn = turnOf(next, with_)
  const seq = with_.events.at(-1)?.seq ?? tail.head.seq
  const heard = [...tail.head.heard, ...with_.consumed]
  const status = statusOf(next)
  await keeper.spread(tail)
  const head = { shift: next, turn, epoch, status, seq, heard, token: deps.newToken() }
  const condition = status === 'ended' ? unordered(tail.head, epoch) : unchanged(tail.head.version, epoch)
  const row = await heads.write(head, condition)
  if (!row) return keeper.forget(id)
  const saved = keeper.keep({ id, status, version, epoch, seq, heard, item: row }, turn, true)
  const rest = Promise.all([keeper.spread(saved), dropPieces(table, tail)]).catch(() => undefined)
  // Where this fails, the shift stays listed as open, and whoever takes it up finishes it.
  if (status === 'ended') await rest.then(() => keeper.forget(id))
  return 'saved'
}

type Keeper = ReturnType<typeof makeKeeper>

/** What stands in the heads, as far as it is known here, and whether it has been spread. */
function makeKeeper({ heads, archive }: SavingDeps) {
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
  return {
    spread,
    keep,
    tailOf: async (id: ShiftId): Promise<Tail | null> => {
      const known = tails.get(id)
      if (known) return known
      const head = await heads.read(id)
      return head?.status === 'open' ? keep(head, await heads.turn(head), false) : null
    },
    /** What is known here is not what stands there. */
    forget: (id: ShiftId): 'stale' => {
      tails.delete(id)
      return 'stale'
    },
    settle: async (): Promise<void> => {
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
