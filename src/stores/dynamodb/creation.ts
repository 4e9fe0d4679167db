/**
 * A new shift: all of it or nothing, by single-item writes. Its head stands as `claiming` until every route is its own, and
 * nobody sees it; one last write opens it. What a crash leaves in between blocks a route for `CLAIMING_MS` and no longer.
 */
import type { RouteKey } from '../../core/migration.ts'
import type { Shift } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import { ShiftError } from '../../errors.ts'
import type { Created, Idempotency } from '../store.ts'
import type { Claims } from './claims.ts'
import { stands } from './expressions.ts'
import { FIRST, type Head, type Heads } from './heads.ts'
import { headKey, listKey, LIVE, OPEN, openKey } from './keys.ts'
import { underWay, type Requests } from './requests.ts'
import type { Table } from './table.ts'
import type { Turn } from './turn.ts'

export interface NewShift {
  readonly shift: Shift
  readonly turn: Turn
  readonly keys: readonly RouteKey[]
  readonly maxOpen: number
  readonly idempotency: Idempotency | null
  readonly token: string
  readonly now: Instant
}

export interface CreationDeps {
  readonly table: Table
  readonly heads: Heads
  readonly claims: Claims
  readonly requests: Requests
}

type Refused = Exclude<Created, { kind: 'created' }>

/** The head as it was opened, or why there is none. */
export async function create(deps: CreationDeps, wanted: NewShift): Promise<Head | Refused> {
  const { table, heads, claims, requests } = deps
  const { shift, idempotency, now } = wanted
  const known = idempotency && (await requests.known(idempotency, now))
  if (known && known.kind !== 'free') return known
  const open = await countOpen(table)
  if (open >= wanted.maxOpen) return { kind: 'full', open }
  const seq = wanted.turn.events.at(-1)?.seq ?? 0
  const head = { shift, turn: wanted.turn, seq, epoch: 0, token: wanted.token, claimedAt: now }
  if (!(await heads.write({ ...head, status: 'claiming' }, FIRST))) throw new Error(`the id ${shift.id} is taken`)
  try {
    if (idempotency && known && !(await requests.take(idempotency, shift.id, now, known.if))) throw underWay()
    const busy = await takeAll(claims, wanted)
    if (busy) {
      await undo(deps, wanted)
      return busy
    }
    await list(table, wanted)
    // Once more, with this one and all that other replicas create at this moment: too few may open then, never too many.
    const others = (await countOpen(table)) - 1
    if (others >= wanted.maxOpen) {
      await undo(deps, wanted)
      return { kind: 'full', open: others }
    }
    await claims.remember(wanted.keys, shift.id)
    const opened = await heads.turnInto(shift.id, 'claiming', 'open')
    if (!opened) throw new ShiftError('store_unavailable', 'the shift took too long to be created; start it again')
    await table.update(openKey(shift.id), { ready: true }, stands({ ready: false }))
    return opened
  } catch (error) {
    // Whether it can be undone or not: what is left over is nobody's after a while.
    await undo(deps, wanted).catch(() => undefined)
    throw error
  }
}

async function countOpen(table: Table): Promise<number> {
  return (await table.query(LIVE, { prefix: OPEN })).length
}

/** In one order for all, so that two creations never each hold what the other wants. */
async function takeAll(claims: Claims, { shift, keys, now }: NewShift): Promise<Refused | null> {
  for (const key of [...new Set(keys)].toSorted()) {
    const by = await claims.take(key, shift.id, now)
    if (by !== null) return { kind: 'busy', key, by }
  }
  return null
}

/** Before it is open, so that no open shift is ever without them. */
async function list(table: Table, { shift, now }: NewShift): Promise<void> {
  await table.putAll([
    { ...openKey(shift.id), ready: false, at: now },
    { ...listKey(shift.id), migration: shift.migration }
  ])
}

/** Only where it is still being created: what was opened stays. */
async function undo({ table, heads, claims, requests }: CreationDeps, wanted: NewShift): Promise<void> {
  const { shift, keys, idempotency } = wanted
  if (!(await heads.turnInto(shift.id, 'claiming', 'abandoned'))) return
  for (const key of new Set(keys)) await claims.giveBack(key, shift.id)
  if (idempotency) await requests.giveBack(idempotency, shift.id)
  await table.remove(openKey(shift.id))
  await table.remove(listKey(shift.id))
  // Last, as long as anything of it stood: whoever asks for one that is not there takes it for one that never was.
  await table.remove(headKey(shift.id), stands({ status: 'abandoned' }))
}
