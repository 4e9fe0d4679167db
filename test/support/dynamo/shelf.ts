/**
 * A DynamoDB table in memory: what a call does at the instant in which it arrives. Knows the calls and forms that the store uses,
 * the limit of an item, pages, and batches that are taken in part.
 */
import { DynamoDBServiceException, type AttributeValue } from '@aws-sdk/client-dynamodb'
import { holds, updated, valueOf, type Attributes, type Expressions } from './expressions.ts'

export interface Commit {
  readonly by: string
  readonly pk: string
  readonly sk: string
  /** Null: taken away. */
  readonly item: Attributes | null
}

export interface Shelf {
  /** Does what is asked, now. Throws what the service would. */
  carryOut(operation: string, input: object, by: string): object
  /** Told of each change at the instant in which it happens. */
  onCommit(listener: (commit: Commit) => void): void
  get(pk: string, sk: string): Attributes | undefined
  /** Of each batch only the first so many are taken. */
  mostInBatch: number
  /** Items on a page. */
  pageSize: number
}

interface Input extends Expressions {
  readonly Key?: Attributes
  readonly Item?: Attributes
  readonly Limit?: number
  readonly ScanIndexForward?: boolean
  readonly ExclusiveStartKey?: Attributes
  readonly RequestItems?: Record<string, { readonly PutRequest?: { readonly Item?: Attributes } }[]>
  readonly ProjectionExpression?: string
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MOST_BYTES = 400 * 1024

export function failure(name: string, status = 400): DynamoDBServiceException {
  return new DynamoDBServiceException({
    name,
    $fault: status >= 500 ? 'server' : 'client',
    message: name,
    $metadata: { httpStatusCode: status, attempts: 1, totalRetryDelay: 0 }
  })
}

export function aShelf(): Shelf {
  const partitions = new Map<string, Map<string, Attributes>>()
  const listeners: ((commit: Commit) => void)[] = []
  const keyOf = (key: Attributes | undefined) => ({ pk: key?.['pk']?.S ?? '', sk: key?.['sk']?.S ?? '' })
  const get = (pk: string, sk: string) => partitions.get(pk)?.get(sk)
  const put = (by: string, item: Attributes): void => {
    const { pk, sk } = keyOf(item)
    if (pk === '' || sk === '') throw failure('ValidationException')
    if (sizeOf(item) > MOST_BYTES) throw failure('ValidationException')
    const partition = partitions.get(pk) ?? new Map<string, Attributes>()
    partitions.set(pk, partition.set(sk, item))
    for (const listener of listeners) listener({ by, pk, sk, item })
  }
  const orRefuse = (input: Input, item: Attributes | undefined): void => {
    if (!holds(input, item)) throw failure('ConditionalCheckFailedException')
  }
  const calls: Readonly<Record<string, (input: Input, by: string) => object>> = {
    GetItem: (input) => {
      const { pk, sk } = keyOf(input.Key)
      const item = get(pk, sk)
      return item ? { Item: projected(input, item) } : {}
    },
    PutItem: (input, by) => {
      const { pk, sk } = keyOf(input.Item)
      orRefuse(input, get(pk, sk))
      put(by, input.Item ?? {})
      return {}
    },
    UpdateItem: (input, by) => {
      const { pk, sk } = keyOf(input.Key)
      const item = get(pk, sk)
      orRefuse(input, item)
      const next = updated(input, item ?? { ...input.Key })
      put(by, next)
      return { Attributes: next }
    },
    DeleteItem: (input, by) => {
      const { pk, sk } = keyOf(input.Key)
      const item = get(pk, sk)
      orRefuse(input, item)
      if (partitions.get(pk)?.delete(sk)) for (const listener of listeners) listener({ by, pk, sk, item: null })
      return {}
    },
    BatchWriteItem: (input, by) => {
      const left = Object.entries(input.RequestItems ?? {}).flatMap(([table, requests]) => {
        for (const { PutRequest: one } of requests.slice(0, shelf.mostInBatch)) put(by, one?.Item ?? {})
        const rest = requests.slice(shelf.mostInBatch)
        return rest.length > 0 ? [[table, rest] as const] : []
      })
      return { UnprocessedItems: Object.fromEntries(left) }
    },
    Query: (input) => query(partitions, input, shelf.pageSize)
  }
  const shelf: Shelf = {
    mostInBatch: 25,
    pageSize: 50,
    get,
    onCommit: (listener) => void listeners.push(listener),
    carryOut: (operation, input, by) => {
      const call = calls[operation]
      if (!call) throw new Error(`the table does not know ${operation}`)
      return call(input as Input, by)
    }
  }
  return shelf
}

function query(partitions: ReadonlyMap<string, ReadonlyMap<string, Attributes>>, input: Input, pageSize: number) {
  const text = (value: string) => valueOf(input, value).S ?? ''
  const [from, to] = [text(':from'), text(':to')]
  const start = input.ExclusiveStartKey?.['sk']?.S
  const forward = input.ScanIndexForward !== false
  const keys = [...(partitions.get(text(':pk'))?.keys() ?? [])].filter((sk) => sk >= from && sk <= to).toSorted()
  const ordered = (forward ? keys : keys.toReversed()).filter(
    (sk) => start === undefined || (forward ? sk > start : sk < start)
  )
  const page = ordered.slice(0, Math.min(input.Limit ?? pageSize, pageSize))
  const last = page.at(-1)
  return {
    Items: page.map((sk) => partitions.get(text(':pk'))?.get(sk)),
    ...(last !== undefined &&
      page.length < ordered.length && { LastEvaluatedKey: { pk: { S: text(':pk') }, sk: { S: last } } })
  }
}

function projected({ ProjectionExpression: text, ExpressionAttributeNames: names }: Input, item: Attributes) {
  if (text === undefined) return item
  const wanted = text.split(', ').map((name) => names?.[name])
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.includes(name)))
}

function sizeOf(item: Attributes): number {
  const bytes = (value: AttributeValue): number => value.B?.length ?? (value.S ?? value.N ?? '1').length
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + bytes(value), 0)
}
