/**
 * The head of a shift: its newest state with the whole decision that led to it, in one item, so that one conditional write
 * saves it all. Never overwrites a state of another version or of a later leader.
 */
import type { CommandId } from '../../core/command.ts'
import { isEnded, type Shift, type ShiftId } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import { decodeShift, encodeShift } from '../format.ts'
import { pack, unpack } from './body.ts'
import { ABSENT, stands, type Condition } from './expressions.ts'
import { headKey, padded, shiftPk } from './keys.ts'
import type { Table } from './table.ts'
import { parseTurn, type Turn } from './turn.ts'
import { numberOf, textOf, type Item } from './values.ts'

/**
 * - `claiming`: being created, not yet there for anybody
 * - `abandoned`: its creation was given up; it never was
 */
export type Status = 'claiming' | 'open' | 'ended' | 'abandoned'

export interface Head {
  readonly id: ShiftId
  readonly status: Status
  readonly version: number
  readonly epoch: number
  /** Number of its newest event. */
  readonly seq: number
  /** The newest commands that were consumed: one that the SDK sends once more must not be heard again. */
  readonly heard: readonly CommandId[]
  readonly item: Item
}

export interface NewHead {
  readonly shift: Shift
  readonly turn: Turn
  readonly epoch: number
  readonly status: Status
  /** Number of its newest event, of this turn or of an earlier one. */
  readonly seq: number
  readonly heard?: readonly CommandId[]
  /** When its creation began; told apart from one that was cut off. */
  readonly claimedAt?: Instant
  /** Of this very write: who finds it knows his own. */
  readonly token: string
}

export interface Heads {
  read(id: ShiftId): Promise<Head | null>
  /** Small: status and version alone are sent. */
  glance(id: ShiftId): Promise<Omit<Head, 'item'> | null>
  state(head: Head): Promise<Shift>
  turn(head: Head): Promise<Turn>
  /** The item as it was written, or null where the condition does not hold. */
  write(head: NewHead, condition: Condition): Promise<Item | null>
  /** Changes the status alone; null where it is neither `from` nor `to`. */
  turnInto(id: ShiftId, from: Status, to: Status): Promise<Head | null>
  /** From now on no leader before `epoch` can save; null where the shift is not open, or a later one leads. */
  fence(id: ShiftId, epoch: number): Promise<Head | null>
}

const GLANCE = ['status', 'version', 'epoch', 'seq', 'heard'] as const
/** Far more than the SDK could still be repeating. */
const MOST_HEARD = 50

export function heads(table: Table): Heads {
  const find = async (id: ShiftId) => {
    const item = await table.get(headKey(id))
    return item ? headOf(id, item) : null
  }
  return {
    read: find,
    glance: async (id) => {
      const item = await table.get(headKey(id), GLANCE)
      return item ? headOf(id, item) : null
    },
    state: async ({ id, version, status, item }) =>
      decodeShift(await unpack(table, 'state', shiftPk(id), item), { id, version, ended: status === 'ended' }),
    turn: async ({ id, item }) => parseTurn(await unpack(table, 'turn', shiftPk(id), item)),
    write: (head, condition) => write(table, head, condition),
    turnInto: async (id, from, to) => {
      const item = await table.update(headKey(id), { status: to }, stands({ status: from }))
      // The SDK may have sent it twice, and the condition failed on our own first one.
      const found = item ?? (await table.get(headKey(id)))
      return found?.['status'] === to ? headOf(id, found) : null
    },
    fence: async (id, epoch) => {
      const item = await table.update(headKey(id), { epoch }, stands({ status: 'open' }, { epoch }))
      return item ? headOf(id, item) : null
    }
  }
}

export const FIRST: Condition = ABSENT

/** The one thing that keeps two leaders apart: the version as it was read, and nobody later. */
export function unchanged(version: number, epoch: number): Condition {
  return stands({ version, status: 'open' }, { epoch })
}

/** Counts the orders that were kept since the head was written: a shift does not end over one that nobody has looked at. */
export const ORDERED = 'ordered'

/** The same, and no order was kept since this head was read or written. */
export function unordered({ version, item }: Head, epoch: number): Condition {
  const { [ORDERED]: ordered } = item
  const is = { version, status: 'open', ...(ordered === undefined ? {} : { [ORDERED]: ordered }) }
  return { kind: 'stands', is, atMost: { epoch }, ...(ordered === undefined ? { without: [ORDERED] } : {}) }
}

async function write(
  table: Table,
  { shift, turn, epoch, status, seq, heard = [], token, claimedAt }: NewHead,
  condition: Condition
) {
  const pk = shiftPk(shift.id)
  // Turned into text first: what cannot be said throws before anything is stored.
  const texts = { state: encodeShift(shift), turn: JSON.stringify(turn) }
  const at = (field: string) => `${padded(shift.version)}#${token}#${field}`
  const row = {
    ...headKey(shift.id),
    version: shift.version,
    epoch,
    status,
    token,
    seq,
    heard: heard.slice(-MOST_HEARD).join(' '),
    at: shift.updatedAt,
    phase: shift.phase.kind,
    migration: shift.migration,
    ...(claimedAt !== undefined && { claimedAt }),
    ...(await pack(table, 'state', texts.state, pk, at('state'))),
    ...(await pack(table, 'turn', texts.turn, pk, at('turn')))
  }
  if (await table.put(row, condition)) return row
  // The SDK may have sent it twice, and the condition failed on our own first one.
  const found = await table.get(headKey(shift.id))
  return found?.['token'] === token && numberOf(found, 'version') === shift.version ? found : null
}

export function statusOf(shift: Shift): Status {
  return isEnded(shift.phase) ? 'ended' : 'open'
}

function headOf(id: ShiftId, item: Item): Head {
  return {
    id,
    status: textOf(item, 'status') as Status,
    version: numberOf(item, 'version'),
    epoch: numberOf(item, 'epoch'),
    seq: numberOf(item, 'seq'),
    heard: textOf(item, 'heard')
      .split(' ')
      .filter((id) => id !== ''),
    item
  }
}
