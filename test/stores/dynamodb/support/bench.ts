/**
 * The store over an emulator: a table of its own for each test, the real SDK client, real time for the calls alone.
 */
import type { Test } from 'tap'
import { makeAws } from '../../../../src/aws/aws.ts'
import { systemClock, type Clock } from '../../../../src/clock.ts'
import { dynamoStore } from '../../../../src/stores/dynamodb/dynamodb.ts'
import { provide } from '../../../../src/stores/dynamodb/provision.ts'
import { dynamoTable, type Table } from '../../../../src/stores/dynamodb/table.ts'
import type { SharedStore } from '../../../../src/stores/shared.ts'
import type { Emulator } from './dynalite.ts'

const clock = systemClock()
const account = { region: 'ap-northeast-1' }
let tables = 0

/** The SDK reads its endpoint from the environment, as in production. */
export function useEmulator(t: Test, { env }: Emulator): void {
  const before = { ...process.env }
  Object.assign(process.env, env)
  t.teardown(() => {
    process.env = before
  })
}

export async function aTable(t: Test): Promise<Table> {
  const aws = makeAws({ clock, region: account.region })
  t.teardown(() => aws.close())
  tables += 1
  const deps = { aws, clock, account, name: `sluice-${process.pid}-${tables}` }
  await provide(deps)
  return dynamoTable(deps)
}

export function aStore(table: Table, own: Clock, epoch: () => number | null = () => 1): SharedStore {
  return dynamoStore({ table, clock: own, epoch })
}
