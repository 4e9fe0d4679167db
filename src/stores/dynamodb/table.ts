/**
 * One table, spoken to in single-item conditional writes and strongly consistent reads; nothing here knows what a shift is.
 * Never gives half a page, never loses what DynamoDB left unprocessed. Throws `store_unavailable` where it does not answer.
 */
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type WriteRequest
} from '@aws-sdk/client-dynamodb'
import { AwsFailure, type Aws, type AwsCommand } from '../../aws/aws.ts'
import { bareCode } from '../../aws/classify.ts'
import type { Clock } from '../../clock.ts'
import type { AccountRef } from '../../core/migration.ts'
import type { Ms } from '../../core/time.ts'
import { ShiftError } from '../../errors.ts'
import { additionOf, conditionOf, updateOf, type Condition, type Fields } from './expressions.ts'
import { attributeOf, attributesOf, itemOf, numberOf, type Item } from './values.ts'

export interface Key {
  readonly pk: string
  readonly sk: string
}

export type Row = Item & Key

export interface Range {
  /** Sort keys that begin so. */
  readonly prefix: string
  /** Only after this sort key, which begins so too. */
  readonly after?: string
  /** Only before this sort key. */
  readonly before?: string
  readonly descending?: boolean
  /** At most so many; all without it. */
  readonly limit?: number
}

export interface Table {
  readonly name: string
  get(key: Key, fields?: readonly string[]): Promise<Item | null>
  /** False where the condition does not hold. */
  put(row: Row, condition?: Condition): Promise<boolean>
  /** The whole item as it is then; null where the condition does not hold. */
  update(key: Key, set: Fields, condition: Condition): Promise<Item | null>
  remove(key: Key, condition?: Condition): Promise<boolean>
  /** Adds 1 and gives the sum; from 0 where nothing stood. */
  count(key: Key, field: string): Promise<number>
  /** Adds 1 where the condition holds; false where it does not. */
  bump(key: Key, field: string, condition: Condition): Promise<boolean>
  query(pk: string, range: Range): Promise<readonly Item[]>
  /** Without order and condition; resolves when all is written. */
  putAll(rows: readonly Row[]): Promise<void>
}

export interface TableDeps {
  readonly aws: Aws
  readonly clock: Clock
  readonly account: AccountRef
  readonly name: string
  /** One call lasts no longer, the SDK's repetitions among it. */
  readonly callMs?: Ms
}

const CALL_MS: Ms = 4_000
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const MOST_WRITES = 25
const PAUSE_MS: Ms = 50
const LONGEST_PAUSE_MS: Ms = 1_000
const MOST_TRIES = 8

/** Below and above everything that our sort keys hold. */
const FIRST = ' '
const LAST = '\u{10FFFF}'

export function dynamoTable(deps: TableDeps): Table {
  const { name } = deps
  const send = <O extends object>(command: AwsCommand<O>) => sendTo(deps, command)
  const keyOf = ({ pk, sk }: Key) => attributesOf({ pk, sk })
  return {
    name,
    get: async (key, fields) => {
      const { Item: found } = await send(
        new GetItemCommand({
          TableName: name,
          Key: keyOf(key),
          ConsistentRead: true,
          ...(fields && projectionOf(fields))
        })
      )
      return found ? itemOf(found) : null
    },
    put: (row, condition) =>
      asked(send(new PutItemCommand({ TableName: name, Item: attributesOf(row), ...conditionOf(condition) }))),
    update: async (key, set, condition) => {
      const command = new UpdateItemCommand({
        TableName: name,
        Key: keyOf(key),
        ReturnValues: 'ALL_NEW',
        ...updateOf(set, condition)
      })
      const output = await send(command).catch(refusedIs(null))
      return output?.Attributes ? itemOf(output.Attributes) : null
    },
    remove: (key, condition) =>
      asked(send(new DeleteItemCommand({ TableName: name, Key: keyOf(key), ...conditionOf(condition) }))),
    count: async (key, field) => {
      const add = { TableName: name, Key: keyOf(key), ReturnValues: 'ALL_NEW', ...additionOf(field) } as const
      const { Attributes: now = {} } = await send(new UpdateItemCommand(add))
      return numberOf(itemOf(now), field)
    },
    bump: (key, field, condition) =>
      asked(send(new UpdateItemCommand({ TableName: name, Key: keyOf(key), ...additionOf(field, condition) }))),
    query: (pk, range) => queryAll(deps, pk, range),
    putAll: async (rows) => {
      for (let from = 0; from < rows.length; from += MOST_WRITES) {
        await putSome(deps, rows.slice(from, from + MOST_WRITES))
      }
    }
  }
}

async function sendTo<O extends object>(deps: TableDeps, command: AwsCommand<O>): Promise<O> {
  const { aws, clock, account, name, callMs = CALL_MS } = deps
  const off = new AbortController()
  // Nothing that the store is asked for waits for anything else that it is asked for.
  const call = { urgency: 'rollback', deadlineAt: clock.now() + callMs, signal: off.signal } as const
  try {
    return (await aws.send('dynamodb', account, command, call)).output
  } catch (error) {
    if (!(error instanceof AwsFailure) || isConditional(error)) throw error
    const remedy = error.gone
      ? `the table ${JSON.stringify(name)} is not there in ${account.region}: sluice serve --create-table makes it`
      : error.message
    throw new ShiftError('store_unavailable', remedy, { cause: error })
  }
}

function isConditional(error: unknown): boolean {
  return error instanceof AwsFailure && bareCode(error.code) === 'ConditionalCheckFailed'
}

function refusedIs<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (isConditional(error)) return instead
    throw error
  }
}

async function asked(sent: Promise<object>): Promise<boolean> {
  return sent.then(() => true, refusedIs(false))
}

function projectionOf(fields: readonly string[]) {
  return {
    ProjectionExpression: fields.map((field) => `#${field}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(fields.map((field) => [`#${field}`, field]))
  }
}

/** A sort key holds neither bound itself: what is after or before is asked for. */
async function queryAll(deps: TableDeps, pk: string, range: Range): Promise<readonly Item[]> {
  const { prefix, after, before, descending = false, limit = Number.POSITIVE_INFINITY } = range
  const from = after === undefined ? (prefix === '' ? FIRST : prefix) : `${after}${FIRST}`
  const to = before === undefined ? `${prefix}${LAST}` : before
  if (from > to) return []
  const items: Item[] = []
  let start: Record<string, never> | undefined
  do {
    const { Items = [], LastEvaluatedKey: last } = await sendTo(
      deps,
      new QueryCommand({
        TableName: deps.name,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':pk': attributeOf(pk), ':from': attributeOf(from), ':to': attributeOf(to) },
        ScanIndexForward: !descending,
        // One more, as BETWEEN holds its upper bound too.
        ...(Number.isFinite(limit) && { Limit: limit - items.length + 1 }),
        ...(start && { ExclusiveStartKey: start })
      })
    )
    items.push(...Items.map(itemOf).filter(({ sk }) => sk !== before))
    start = last as Record<string, never> | undefined
  } while (start && items.length < limit)
  return items.slice(0, limit)
}

async function putSome(deps: TableDeps, rows: readonly Row[]): Promise<void> {
  let left: WriteRequest[] = rows.map((row) => ({ PutRequest: { Item: attributesOf(row) } }))
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries === MOST_TRIES) throw new ShiftError('store_unavailable', `${left.length} items are still not taken`)
    if (tries > 0) await deps.clock.sleep(Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** (tries - 1)))
    const { UnprocessedItems } = await sendTo(deps, new BatchWriteItemCommand({ RequestItems: { [deps.name]: left } }))
    const rest = UnprocessedItems?.[deps.name] ?? []
    if (rest.length < left.length) tries = 0
    left = rest
  }
}
