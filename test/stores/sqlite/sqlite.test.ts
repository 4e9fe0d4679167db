/**
 * SQLite keeps the contract, in memory and on disk.
 */
import { join } from 'node:path'
import t from 'tap'
import { makeStore } from '../../../src/stores/index.ts'
import { storeContract } from '../contract.ts'

void t.test('in memory', async (sub) => {
  storeContract(sub, (_, clock) => makeStore({ type: 'sqlite', path: ':memory:' }, clock))
})

void t.test('on disk', async (sub) => {
  storeContract(sub, (own, clock) => makeStore({ type: 'sqlite', path: join(own.testdir(), 'sluice.db') }, clock))
})
