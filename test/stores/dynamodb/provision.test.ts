/**
 * The table: made where it is asked for, and one clear sentence where it is not there.
 */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { openStore, type SharedSpec } from '../../../src/stores/index.ts'
import { useEmulator } from './support/bench.ts'
import { startDynalite } from './support/dynalite.ts'

const emulator = await startDynalite(t)
useEmulator(t, emulator)

const spec: SharedSpec = { type: 'dynamodb', table: 'wanted', region: 'ap-northeast-1', leaseMs: 6_000, writeMs: 5_000 }
const deps = (createTable: boolean) => ({ clock: systemClock(), owner: 'me', observe: () => undefined, createTable })

t.test('a table that is not there is one sentence with its remedy', async (t) => {
  await t.rejects(openStore(spec, deps(false)), {
    code: 'store_unavailable',
    message: 'the table "wanted" in ap-northeast-1 is not there: sluice serve --create-table makes it'
  })
})

t.test('two that make it at once both have it, and making it again changes nothing', async (t) => {
  const opened = await Promise.all([openStore(spec, deps(true)), openStore(spec, deps(true))])
  await Promise.all(opened.map(({ store }) => store.ping()))
  const again = await openStore(spec, deps(true))
  t.same(await again.store.open(), [])
  const without = await openStore(spec, deps(false))
  await without.store.ping()
  for (const { store } of [...opened, again, without]) await store.close()
})

t.test('a table of that name that is not ours is not touched', async (t) => {
  const client = new DynamoDBClient({ region: 'ap-northeast-1' })
  t.teardown(() => client.destroy())
  await client.send(
    new CreateTableCommand({
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }]
    })
  )
  const message = 'the table "orders" in ap-northeast-1 has other keys (id HASH): name another one in store.table'
  await t.rejects(openStore({ ...spec, table: 'orders' }, deps(true)), { code: 'store_unavailable', message })
  await t.rejects(openStore({ ...spec, table: 'orders' }, deps(false)), { code: 'store_unavailable', message })
})
