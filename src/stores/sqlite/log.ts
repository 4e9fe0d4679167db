/**
 * What was decided and what it was decided on: events and deeds, only ever appended.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ShiftEvent } from '../../core/event.ts'
import type { Observation } from '../../core/observation.ts'
import type { ShiftId } from '../../core/shift.ts'
import type { Deed } from '../store.ts'
import { jsonOf, numberOf } from './rows.ts'

export interface Log {
  append(shift: ShiftId, events: readonly ShiftEvent[]): void
  appendDeed(shift: ShiftId, deed: Deed): void
  events(shift: ShiftId, after: number, limit: number): readonly ShiftEvent[]
  deeds(shift: ShiftId, after: number, limit: number): readonly Deed[]
}

export function log(db: DatabaseSync): Log {
  const insertEvent = db.prepare('INSERT INTO events (shift, seq, event) VALUES (?, ?, ?)')
  const insertDeed = db.prepare('INSERT INTO deeds (shift, version, at, seen) VALUES (?, ?, ?, ?)')
  const events = db.prepare('SELECT event FROM events WHERE shift = ? AND seq > ? ORDER BY seq LIMIT ?')
  const deeds = db.prepare(
    'SELECT version, at, seen FROM deeds WHERE shift = ? AND version > ? ORDER BY version LIMIT ?'
  )
  return {
    append: (shift, list) => {
      for (const event of list) insertEvent.run(shift, event.seq, JSON.stringify(event))
    },
    appendDeed: (shift, { version, at, seen }) => {
      insertDeed.run(shift, version, at, JSON.stringify(seen))
    },
    events: (shift, after, limit) => events.all(shift, after, limit).map((row) => jsonOf<ShiftEvent>(row, 'event')),
    deeds: (shift, after, limit) =>
      deeds.all(shift, after, limit).map((row) => ({
        version: numberOf(row, 'version'),
        at: numberOf(row, 'at'),
        seen: jsonOf<Observation>(row, 'seen')
      }))
  }
}
