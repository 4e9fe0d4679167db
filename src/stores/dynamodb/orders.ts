/**
 * What people asked for: commands until a decision consumes them, and the red button. All of it stands in the one partition that
 * a leader reads every half second, whichever replica took it.
 */
import type { Command, Order, Stop } from '../../core/command.ts'
import type { Notice } from '../../core/notice.ts'
import type { ShiftId } from '../../core/shift.ts'
import type { Instant, Ms } from '../../core/time.ts'
import { ShiftError } from '../../errors.ts'
import type { News } from '../shared.ts'
import { orderTooLate } from '../store.ts'
import { isThere } from './archive.ts'
import { stands } from './expressions.ts'
import { ORDERED, type Heads } from './heads.ts'
import { COMMAND, commandId, commandKey, COMMANDS, headKey, LIVE, OPEN, STOP } from './keys.ts'
import type { Outbox } from './outbox.ts'
import type { Table } from './table.ts'
import { numberOf, textOf, type Item } from './values.ts'

export interface Orders {
  add(id: ShiftId, actor: string, order: Order, at: Instant): Promise<Command>
  /** Those that were consumed may still stand here, or again: they are taken away. */
  waiting(id: ShiftId, consumed: ReadonlySet<string>): Promise<readonly Command[]>
  stop(): Promise<Stop | null>
  setStop(stop: Stop | null, notices: readonly Notice[]): Promise<void>
  news(now: Instant): Promise<News>
}

/** A shift whose creation was not finished is looked at after so long in sight, by the own clock: its creator's may be another. */
const UNREADY_MS: Ms = 5_000

export function orders(table: Table, heads: Heads, outbox: Outbox): Orders {
  const seenAt = new Map<string, Instant>()
  return {
    add: async (id, actor, order, at) => {
      const head = await heads.glance(id)
      if (!head || !isThere(head)) throw new ShiftError('shift_not_found', `an order needs its shift, ${id}`)
      if (head.status === 'ended') throw orderTooLate(id)
      const n = await table.count(COMMANDS, 'n')
      const command = { id: commandId(n), at, actor, order }
      await table.put({ ...commandKey(n), n, shift: id, at, actor, order: JSON.stringify(order) })
      // From here on the shift cannot end without a look at it.
      if (await table.bump(headKey(id), ORDERED, stands({ status: 'open' }))) return command
      // It has ended: over this order, or with it as one of its last.
      if ((await heads.glance(id))?.heard.includes(command.id)) return command
      await table.remove(commandKey(n))
      throw orderTooLate(id)
    },
    waiting: async (id, consumed) => {
      const rows = (await table.query(LIVE, { prefix: COMMAND })).filter(({ shift }) => shift === id)
      const isOver = (row: Item) => consumed.has(commandId(numberOf(row, 'n')))
      await Promise.all(rows.filter(isOver).map((row) => table.remove(commandKey(numberOf(row, 'n')))))
      return rows.filter((row) => !isOver(row)).map(commandOf)
    },
    stop: async () => {
      const item = await table.get(STOP)
      return item ? (JSON.parse(textOf(item, 'stop')) as Stop) : null
    },
    setStop: async (stop, notices) => {
      // Told at least once: better too early than never.
      await outbox.add(notices)
      if (stop) {
        await table.put({ ...STOP, stop: JSON.stringify(stop) })
        return
      }
      // The one that was seen: a lift that lands late must not lift a button that was pressed since.
      const pressed = await table.get(STOP)
      if (pressed) await table.remove(STOP, stands({ stop: textOf(pressed, 'stop') }))
    },
    news: async (now) => newsOf(await table.query(LIVE, { prefix: '' }), now, seenAt)
  }
}

function newsOf(rows: readonly Item[], now: Instant, seenAt: Map<string, Instant>): News {
  const keyed = (prefix: string) => rows.filter((row) => textOf(row, 'sk').startsWith(prefix))
  const unready = keyed(OPEN).filter((row) => row['ready'] !== true)
  const names = unready.map((row) => textOf(row, 'sk'))
  for (const name of seenAt.keys()) if (!names.includes(name)) seenAt.delete(name)
  for (const name of names) if (!seenAt.has(name)) seenAt.set(name, now)
  const isReady = (row: Item) => now - (seenAt.get(textOf(row, 'sk')) ?? -Infinity) >= UNREADY_MS
  return {
    open: keyed(OPEN)
      .filter(isReady)
      .map((row) => textOf(row, 'sk').slice(OPEN.length)),
    ordered: [...new Set(keyed(COMMAND).map((row) => textOf(row, 'shift')))],
    stop: keyed(STOP.sk)
      .map((row) => textOf(row, 'stop'))
      .join()
  }
}

function commandOf(item: Item): Command {
  return {
    id: commandId(numberOf(item, 'n')),
    at: numberOf(item, 'at'),
    actor: textOf(item, 'actor'),
    order: JSON.parse(textOf(item, 'order')) as Order
  }
}
