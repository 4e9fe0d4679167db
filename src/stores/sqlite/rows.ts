/**
 * The border between SQLite's untyped columns and our types. What stands in a JSON column was written by this code from a
 * typed value, under a schema number that was checked at the start; it is not examined again. States have a format of their own.
 */
import type { SQLOutputValue } from 'node:sqlite'
import type { Shift } from '../../core/shift.ts'
import { decodeShift } from '../format.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>

export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`column ${column} should hold text, not ${typeof value}`)
  return value
}

export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`column ${column} should hold a number, not ${typeof value}`)
  return value
}

export function jsonOf<T>(row: Row, column: string): T {
  return JSON.parse(textOf(row, column)) as T
}

/** A row of the table `shifts` with its id, version, ended and state. */
export function shiftOf(row: Row): Shift {
  const known = { id: textOf(row, 'id'), version: numberOf(row, 'version'), ended: numberOf(row, 'ended') === 1 }
  return decodeShift(textOf(row, 'state'), known)
}
