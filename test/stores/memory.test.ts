/**
 * The memory store keeps the contract.
 */
import t from 'tap'
import { makeStore } from '../../src/stores/index.ts'
import { storeContract } from './contract.ts'

storeContract(t, (_, clock) => makeStore({ type: 'memory' }, clock))
