/**
 * Large values, compressed: in the item itself where they are small enough, else in pieces beside it, written before the item
 * that names them. An item of DynamoDB holds 400 KB, names and all.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Table } from './table.ts'
import { bytesOf, type Item, type Value } from './values.ts'

/** State and turn stand in one item: half of its room each, and some for the rest. */
export const INLINE_BYTES = 180_000
const PIECE_BYTES = 380_000
/** JSON of shifts is hardly smaller with more, and a save then holds up every loop four times as long. */
const LEVEL = 3

/** Attributes of an item that hold a body: the bytes, or where its pieces are. */
export type Packed = Readonly<Record<string, Value>>

/**
 * Packs text as the attributes `field`, or `fieldParts` and `fieldAt`, having stored the pieces.
 * @param at a sort key that nobody else ever uses: pieces are never overwritten
 */
export async function pack(table: Table, field: string, text: string, pk: string, at: string): Promise<Packed> {
  const bytes = deflateRawSync(text, { level: LEVEL })
  if (bytes.length <= INLINE_BYTES) return { [field]: bytes }
  const pieces = Math.ceil(bytes.length / PIECE_BYTES)
  for (let i = 0; i < pieces; i += 1) {
    const piece = bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES)
    await table.put({ pk, sk: pieceSk(at, i), [field]: piece })
  }
  return { [`${field}Parts`]: pieces, [`${field}At`]: at }
}

/** The text again. Throws where a piece is missing: that is a bug. */
export async function unpack(table: Table, field: string, pk: string, item: Item): Promise<string> {
  const inline = bytesOf(item, field)
  if (inline) return textIn([inline])
  const pieces: Uint8Array[] = []
  for (const sk of piecesOf(item, field)) {
    const bytes = bytesOf((await table.get({ pk, sk })) ?? {}, field)
    if (!bytes) throw new Error(`${pk}: a piece of ${field} is missing`)
    pieces.push(bytes)
  }
  return textIn(pieces)
}

/** The attributes alone that hold the body, for a copy of it elsewhere in the same partition. */
export function packedIn(item: Item, field: string): Packed {
  const names = [field, `${field}Parts`, `${field}At`]
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)))
}

/** Sort keys of the pieces that an item names. */
export function piecesOf(item: Item, field: string): readonly string[] {
  const { [`${field}Parts`]: parts, [`${field}At`]: at } = item
  if (typeof parts !== 'number' || typeof at !== 'string') return []
  return Array.from({ length: parts }, (_, i) => pieceSk(at, i))
}

const pieceSk = (at: string, i: number): string => `part#${at}#${i}`

function textIn(pieces: readonly Uint8Array[]): string {
  return inflateRawSync(Buffer.concat(pieces)).toString('utf8')
}
