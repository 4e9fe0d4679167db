/**
 * The DynamoDB store keeps the contract, over dynalite.
 */
import t from 'tap'
import { storeContract } from '../contract.ts'
import { aStore, aTable, useEmulator } from './support/bench.ts'
import { startDynalite } from './support/dynalite.ts'

useEmulator(t, await startDynalite(t))

storeContract(t, async (sub, clock) => aStore(await aTable(sub), clock))
