/**
 * Former turns: their events and deeds, only ever added. A turn is spread here from the head before the next one takes its
 * place; putting it twice changes nothing. Readers merge what is here with the head.
 */
import type { ShiftEvent } from '../../core/event.ts'
import type { ShiftId } from '../../core/shift.ts'
import type { Deed } from '../store.ts'
import { pack, packedIn, unpack } from './body.ts'
import { commandKey, DEED, listKey, LOG, noticeKey, numberOfCommand, openKey, padded, shiftPk } from './keys.ts'
import type { Head, Heads } from './heads.ts'
import { stands } from './expressions.ts'
import type { Row, Table } from './table.ts'
import { parseTurn, type Turn } from './turn.ts'
import { textOf } from './values.ts'

export interface Archive {
  /** The head's turn, to where it stays; of an ended shift also what lists it as open. `fresh`: nobody has done so before. */
  spread(head: Head, turn: Turn, fresh: boolean): Promise<void>
  events(id: ShiftId, after: number, limit: number): Promise<readonly ShiftEvent[]>
  deeds(id: ShiftId, after: number, limit: number): Promise<readonly Deed[]>
}

export function archive(table: Table, heads: Heads): Archive {
  return {
    spread: async (head, turn, fresh) => {
      const key = { pk: shiftPk(head.id), sk: `${DEED}${padded(head.version)}` }
      // Put last of all: where it stands, everything else of this turn does.
      if (fresh || !(await table.get(key, ['version']))) {
        await spread(table, head, turn)
        await table.put({ ...key, version: head.version, at: turn.at, ...packedIn(head.item, 'turn') })
      }
      if (head.status === 'ended') await close(table, head)
    },
    events: async (id, after, limit) => {
      // The head first: what it does not hold any more when the archive is read, the archive holds.
      const head = await heads.read(id)
      if (!head || !isThere(head)) return []
      const newest = head.seq > after ? (await heads.turn(head)).events : []
      const rows = await table.query(shiftPk(id), { prefix: LOG, after: `${LOG}${padded(after)}`, limit })
      const texts = await Promise.all(rows.map((row) => unpack(table, 'events', shiftPk(id), row)))
      const former = texts.flatMap((text) => JSON.parse(text) as ShiftEvent[])
      const all = new Map([...former, ...newest].map((event) => [event.seq, event]))
      return [...all.values()]
        .filter(({ seq }) => seq > after)
        .toSorted((a, b) => a.seq - b.seq)
        .slice(0, limit)
    },
    deeds: async (id, after, limit) => {
      const head = await heads.read(id)
      if (!head || !isThere(head)) return []
      const newest = head.version > after ? [await heads.turn(head)] : []
      const rows = await table.query(shiftPk(id), { prefix: DEED, after: `${DEED}${padded(after)}`, limit: limit + 1 })
      const former = await Promise.all(
        rows.map(async (row) => parseTurn(await unpack(table, 'turn', shiftPk(id), row)))
      )
      const all = new Map([...former, ...newest].flatMap((turn) => (deedOf(turn) ? [[turn.version, turn]] : [])))
      return [...all.values()]
        .toSorted((a, b) => a.version - b.version)
        .flatMap((turn) => deedOf(turn) ?? [])
        .slice(0, limit)
    }
  }
}

export function isThere({ status }: Pick<Head, 'status'>): boolean {
  return status === 'open' || status === 'ended'
}

function deedOf({ version, at, seen }: Turn): Deed | null {
  return seen === null ? null : { version, at, seen }
}

async function spread(table: Table, head: Head, { events, consumed, notices }: Turn): Promise<void> {
  const pk = shiftPk(head.id)
  const last = events.at(-1)
  // As large as it may get: a verdict of every gate on every route.
  const packed = () => pack(table, 'events', JSON.stringify(events), pk, `${padded(head.version)}#log`)
  const log: Row[] = last ? [{ pk, sk: `${LOG}${padded(last.seq)}`, ...(await packed()) }] : []
  const posted = notices.map((notice): Row => ({ ...noticeKey(notice.id), notice: JSON.stringify(notice) }))
  await table.putAll([...log, ...posted])
  const numbers = consumed.flatMap((id) => numberOfCommand(id) ?? [])
  await Promise.all(numbers.map((n) => table.remove(commandKey(n), stands({ shift: head.id }))))
}

/** Nobody has to look at it any more. */
async function close(table: Table, head: Head): Promise<void> {
  await table.update(listKey(head.id), { end: textOf(head.item, 'phase') }, stands({ sk: head.id }))
  await table.remove(openKey(head.id))
}
