/**
 * What people asked for: commands until a decision consumes them, and the red button. Both survive a restart.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Command, CommandId, Order, Stop } from '../../core/command.ts'
import type { ShiftId } from '../../core/shift.ts'
import type { Instant } from '../../core/time.ts'
import { jsonOf, numberOf, textOf, type Row } from './rows.ts'

const PREFIX = 'cmd_'

export interface Orders {
  add(shift: ShiftId, actor: string, order: Order, at: Instant): Command
  open(shift: ShiftId): readonly Command[]
  consume(shift: ShiftId, ids: readonly CommandId[], version: number): void
  stop(): Stop | null
  setStop(stop: Stop | null): void
}

export function orders(db: DatabaseSync): Orders {
  const insert = db.prepare('INSERT INTO commands (shift, at, actor, "order") VALUES (?, ?, ?, ?)')
  const open = db.prepare('SELECT n, at, actor, "order" FROM commands WHERE shift = ? AND consumed IS NULL ORDER BY n')
  const consume = db.prepare('UPDATE commands SET consumed = ? WHERE n = ? AND shift = ? AND consumed IS NULL')
  const getStop = db.prepare('SELECT stop FROM stop')
  const putStop = db.prepare('INSERT OR REPLACE INTO stop (one, stop) VALUES (1, ?)')
  const liftStop = db.prepare('DELETE FROM stop')
  return {
    add: (shift, actor, order, at) => {
      const { lastInsertRowid } = insert.run(shift, at, actor, JSON.stringify(order))
      return { id: `${PREFIX}${lastInsertRowid}`, at, actor, order }
    },
    open: (shift) => open.all(shift).map(commandOf),
    consume: (shift, ids, version) => {
      for (const id of ids) consume.run(version, Number(id.slice(PREFIX.length)), shift)
    },
    stop: () => {
      const row = getStop.get()
      return row ? jsonOf<Stop>(row, 'stop') : null
    },
    setStop: (stop) => {
      if (stop) putStop.run(JSON.stringify(stop))
      else liftStop.run()
    }
  }
}

function commandOf(row: Row): Command {
  return {
    id: `${PREFIX}${numberOf(row, 'n')}`,
    at: numberOf(row, 'at'),
    actor: textOf(row, 'actor'),
    order: jsonOf<Order>(row, 'order')
  }
}
