/**
 * A table for a terminal: columns as wide as what they hold, wrapped where that is too much, and records below each other where even
 * that does not fit. Pure; text in it must be clean.
 */
import Table from 'cli-table3'
import { hang, pad, widthOf } from './text.ts'

/** Two columns between two cells. */
const SPACE = 2
/** A wrapped column is never narrower. */
const LEAST = 12

const NOTHING = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    [`${side}-mid`, ''],
    [`${side}-left`, ''],
    [`${side}-right`, '']
  ])
)

export interface Grid {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Columns that may be wrapped, the most patient first. */
  readonly wraps: readonly number[]
}

export function gridLines({ head, rows, wraps }: Grid, width: number): readonly string[] {
  const widths = head.map((name, i) => Math.max(1, ...[name, ...rows.map((row) => row[i] ?? '')].map(widthOf)))
  const fitted = shrunk(widths, wraps, width - SPACE * (head.length - 1))
  if (fitted === null) return records(head, rows, width)
  const table = new Table({
    head: [...head],
    // Its columns count their own space.
    colWidths: fitted.map((column, i) => column + (i === fitted.length - 1 ? 0 : SPACE)),
    wordWrap: true,
    chars: { ...NOTHING, middle: '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 }
  })
  table.push(...rows.map((row) => head.map((_, i) => row[i] ?? '')))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

/** Narrower columns that fit into `room` together; null where there are none. */
function shrunk(widths: readonly number[], wraps: readonly number[], room: number): readonly number[] | null {
  const columns = [...widths]
  const over = () => columns.reduce((sum, column) => sum + column, 0) - room
  for (const i of wraps) {
    const column = columns[i] ?? 0
    if (over() > 0) columns[i] = Math.min(column, Math.max(LEAST, column - over()))
  }
  return over() > 0 ? null : columns
}

/** `HEAD  value`, a line or more for each cell, and an empty line between two records. */
function records(head: readonly string[], rows: Grid['rows'], width: number): readonly string[] {
  const longest = Math.min(Math.max(...head.map(widthOf)), Math.floor(width / 2))
  return rows.flatMap((row, i) => [
    ...(i === 0 ? [] : ['']),
    ...head.flatMap((name, column) =>
      hang(`${pad(name, longest)} `, row[column] ?? '', width).map((line) => line.trimEnd())
    )
  ])
}
