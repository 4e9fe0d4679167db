/**
 * The few forms of DynamoDB expressions that the store uses, evaluated on an item. Anything else is refused, as a typo would be.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'

export type Attributes = Record<string, AttributeValue>

export interface Expressions {
  readonly ConditionExpression?: string | undefined
  readonly UpdateExpression?: string | undefined
  readonly ExpressionAttributeNames?: Record<string, string> | undefined
  readonly ExpressionAttributeValues?: Attributes | undefined
}

/** Whether the condition holds of what stands there. */
export function holds(input: Expressions, item: Attributes | undefined): boolean {
  const { ConditionExpression: text } = input
  return text === undefined || text.split(' AND ').every((part) => comparisonHolds(input, part, item))
}

function comparisonHolds(input: Expressions, part: string, item: Attributes | undefined): boolean {
  const absent = /^attribute_not_exists\((#\w+)\)$/.exec(part)
  if (absent) return item?.[nameOf(input, absent[1])] === undefined
  const [, name, sign, value] = /^(#\w+) (=|<=) (:\w+)$/.exec(part) ?? []
  if (sign === undefined) throw new Error(`not understood: ${part}`)
  const [found, wanted] = [item?.[nameOf(input, name)], valueOf(input, value)]
  if (found === undefined) return false
  return sign === '=' ? JSON.stringify(found) === JSON.stringify(wanted) : Number(found.N) <= Number(wanted.N)
}

/** The item after the update. */
export function updated(input: Expressions, item: Attributes): Attributes {
  const text = input.UpdateExpression ?? ''
  const counted = /^ADD (#\w+) (:\w+)$/.exec(text)
  if (counted) {
    const name = nameOf(input, counted[1])
    const sum = Number(item[name]?.N ?? 0) + Number(valueOf(input, counted[2]).N)
    return { ...item, [name]: { N: String(sum) } }
  }
  if (!text.startsWith('SET ')) throw new Error(`not understood: ${text}`)
  const changes = text
    .slice(4)
    .split(', ')
    .map((change): [string, AttributeValue] => {
      const [, name, value] = /^(#\w+) = (:\w+)$/.exec(change) ?? []
      return [nameOf(input, name), valueOf(input, value)]
    })
  return { ...item, ...Object.fromEntries(changes) }
}

function nameOf({ ExpressionAttributeNames: names }: Expressions, name = ''): string {
  const found = names?.[name]
  if (found === undefined) throw new Error(`no name ${name}`)
  return found
}

export function valueOf({ ExpressionAttributeValues: values }: Expressions, value = ''): AttributeValue {
  const found = values?.[value]
  if (found === undefined) throw new Error(`no value ${value}`)
  return found
}
