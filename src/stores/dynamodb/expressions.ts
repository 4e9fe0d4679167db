/**
 * Conditions and changes as DynamoDB's expressions. Few forms on purpose: an attribute is so, is at most so, or nothing is there.
 */
import { attributeOf, type Attributes, type Value } from './values.ts'

export type Condition =
  /** Nothing is stored under this key. */
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'stands'
      readonly is: Fields
      readonly atMost?: Readonly<Record<string, number>>
      /** Attributes that are not there. */
      readonly without?: readonly string[]
    }

export type Fields = Readonly<Record<string, Value>>

interface Expression {
  readonly names: Record<string, string>
  readonly values: Attributes
}

export interface Conditional {
  readonly ConditionExpression?: string
  readonly ExpressionAttributeNames?: Record<string, string>
  readonly ExpressionAttributeValues?: Attributes
}

export const ABSENT: Condition = { kind: 'absent' }

export function stands(is: Fields, atMost?: Readonly<Record<string, number>>): Condition {
  return { kind: 'stands', is, ...(atMost && { atMost }) }
}

/** For a Put or a Delete. */
export function conditionOf(condition: Condition | undefined): Conditional {
  if (!condition) return {}
  const parts: Expression = { names: {}, values: {} }
  return { ConditionExpression: conditionText(condition, parts), ...maps(parts) }
}

/** For an Update that adds 1 to a number; from 0 where none stood. */
export function additionOf(field: string, condition?: Condition) {
  const parts: Expression = { names: {}, values: {} }
  const addition = `ADD ${nameIn(parts, field)} ${valueIn(parts, field, 1)}`
  const ConditionExpression = condition && conditionText(condition, parts)
  return { UpdateExpression: addition, ...(ConditionExpression && { ConditionExpression }), ...maps(parts) }
}

/** For an Update. */
export function updateOf(set: Fields, condition: Condition) {
  const parts: Expression = { names: {}, values: {} }
  const changes = Object.entries(set).map(([name, value]) => `${nameIn(parts, name)} = ${valueIn(parts, name, value)}`)
  return {
    UpdateExpression: `SET ${changes.join(', ')}`,
    ConditionExpression: conditionText(condition, parts),
    ...maps(parts)
  }
}

function conditionText(condition: Condition, parts: Expression): string {
  if (condition.kind === 'absent') return `attribute_not_exists(${nameIn(parts, 'pk')})`
  const compare = (fields: Fields, sign: string) =>
    Object.entries(fields).map(([name, value]) => `${nameIn(parts, name)} ${sign} ${valueIn(parts, name, value)}`)
  const absent = (condition.without ?? []).map((name) => `attribute_not_exists(${nameIn(parts, name)})`)
  return [...compare(condition.is, '='), ...compare(condition.atMost ?? {}, '<='), ...absent].join(' AND ')
}

function nameIn({ names }: Expression, name: string): string {
  names[`#${name}`] = name
  return `#${name}`
}

/** Each comparison has a value of its own: what is set may differ from what is compared. */
function valueIn({ values }: Expression, name: string, value: Value): string {
  const key = `:${name}${Object.keys(values).length}`
  values[key] = attributeOf(value)
  return key
}

function maps({ names, values }: Expression) {
  return {
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values })
  }
}
