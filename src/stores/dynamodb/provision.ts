/**
 * The table itself: made on demand, and checked at every start. Never changes a table that is there, but for the deletion of
 * what is over (TTL).
 */
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
  type TableDescription
} from '@aws-sdk/client-dynamodb'
import { AwsFailure, type Aws, type AwsCommand } from '../../aws/aws.ts'
import { bareCode } from '../../aws/classify.ts'
import type { Clock } from '../../clock.ts'
import type { AccountRef } from '../../core/migration.ts'
import type { Ms } from '../../core/time.ts'
import { ShiftError } from '../../errors.ts'

export interface ProvisionDeps {
  readonly aws: Aws
  readonly clock: Clock
  readonly account: AccountRef
  readonly name: string
}

/** Seconds since 1970 after which DynamoDB may delete an item. */
export const EXPIRES = 'expires'

const CALL_MS: Ms = 10_000
const LOOK_MS: Ms = 1_000
/** AWS makes an empty table in a few seconds. */
const PATIENCE_MS: Ms = 120_000

const KEYS = [
  { AttributeName: 'pk', KeyType: 'HASH' },
  { AttributeName: 'sk', KeyType: 'RANGE' }
] as const

/**
 * Makes the table where it is missing (billed by request), and waits until it can be used. Throws `store_unavailable` where it
 * cannot be made, and where a table of that name is of another shape.
 */
export async function provide(deps: ProvisionDeps): Promise<void> {
  const { name, clock } = deps
  if (!(await describe(deps))) {
    const command = new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: KEYS.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [...KEYS]
    })
    // Two replicas that are told to at once: one of them makes it.
    await send(deps, command).catch(unless('ResourceInUse'))
  }
  const giveUpAt = clock.now() + PATIENCE_MS
  for (let table = await describe(deps); table?.TableStatus !== 'ACTIVE'; table = await describe(deps)) {
    if (clock.now() > giveUpAt) throw unusable(deps, `is ${table?.TableStatus ?? 'not there'} after two minutes`)
    await clock.sleep(LOOK_MS)
  }
  await check(deps)
  await letExpire(deps)
}

/** Throws `store_unavailable` where there is no such table, or one that is not ours. */
export async function check(deps: ProvisionDeps): Promise<void> {
  const table = await describe(deps)
  if (!table) throw unusable(deps, 'is not there: sluice serve --create-table makes it')
  const keys = (table.KeySchema ?? []).map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`)
  if (keys.join() !== KEYS.map((key) => `${key.AttributeName} ${key.KeyType}`).join()) {
    throw unusable(deps, `has other keys (${keys.join(', ')}): name another one in store.table`)
  }
}

/** Where an emulator does not know of it, what is over stays in the table, and is not believed. */
async function letExpire(deps: ProvisionDeps): Promise<void> {
  const { name } = deps
  const forgive = unless('UnknownOperation', 'ValidationException', 'Validation')
  const found = await send(deps, new DescribeTimeToLiveCommand({ TableName: name })).catch(forgive)
  const status = found?.TimeToLiveDescription?.TimeToLiveStatus
  if (status === 'ENABLED' || status === 'ENABLING') return
  const specification = { AttributeName: EXPIRES, Enabled: true }
  await send(deps, new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification })).catch(
    forgive
  )
}

async function describe(deps: ProvisionDeps): Promise<TableDescription | null> {
  const found = await send(deps, new DescribeTableCommand({ TableName: deps.name })).catch(unless('ResourceNotFound'))
  return found?.Table ?? null
}

async function send<O extends object>(
  { aws, clock, account, name }: ProvisionDeps,
  command: AwsCommand<O>
): Promise<O> {
  const off = new AbortController()
  const call = { urgency: 'rollback', deadlineAt: clock.now() + CALL_MS, signal: off.signal } as const
  try {
    return (await aws.send('dynamodb', account, command, call)).output
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    throw new ShiftError('store_unavailable', `the table ${JSON.stringify(name)} cannot be used: ${error.message}`, {
      cause: error
    })
  }
}

/** Null for a failure of one of these codes; any other is thrown on. */
function unless(...codes: readonly string[]): (error: unknown) => null {
  return (error) => {
    const cause = error instanceof ShiftError ? error.cause : null
    if (cause instanceof AwsFailure && codes.includes(bareCode(cause.code))) return null
    throw error
  }
}

function unusable({ name, account }: ProvisionDeps, why: string): ShiftError {
  return new ShiftError('store_unavailable', `the table ${JSON.stringify(name)} in ${account.region} ${why}`)
}
