/**
 * The border between plain values and DynamoDB's typed ones. What is read was written by this code; a wrong type is a bug.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'

export type Value = string | number | boolean | Uint8Array
export type Item = Readonly<Record<string, Value>>
export type Attributes = Record<string, AttributeValue>

export function attributeOf(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  return { B: value }
}

export function attributesOf(item: Item): Attributes {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]))
}

export function itemOf(attributes: Attributes): Item {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, valueOf(name, value)]))
}

function valueOf(name: string, value: AttributeValue): Value {
  const plain = value.S ?? value.BOOL ?? value.B ?? (value.N === undefined ? undefined : Number(value.N))
  if (plain === undefined) throw new TypeError(`attribute ${name} is of a type that is never written`)
  return plain
}

export function textOf(item: Item, name: string): string {
  const value = item[name]
  if (typeof value !== 'string') throw new TypeError(`attribute ${name} should hold text, not ${typeof value}`)
  return value
}

export function numberOf(item: Item, name: string): number {
  const value = item[name]
  if (typeof value !== 'number') throw new TypeError(`attribute ${name} should hold a number, not ${typeof value}`)
  return value
}

/** Bytes, or null where there are none. */
export function bytesOf(item: Item, name: string): Uint8Array | null {
  const value = item[name]
  return value instanceof Uint8Array ? value : null
}
