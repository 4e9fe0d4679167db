/**
 * The DynamoDB store keeps the contract, over moto, where it is installed: another imitation, by others again.
 */
import t from 'tap'
import { motoPath, startMoto } from '../../routers/support/moto.ts'
import { storeContract } from '../contract.ts'
import { aStore, aTable, useEmulator } from './support/bench.ts'
import { CREDENTIALS } from './support/dynalite.ts'

const path = motoPath()
if (path === null) {
  t.plan(0, 'moto is not installed')
} else {
  const moto = await startMoto(path)
  t.teardown(() => moto.stop())
  const { endpoint } = moto
  useEmulator(t, { endpoint, env: { ...CREDENTIALS, AWS_ENDPOINT_URL_DYNAMODB: endpoint } })
  storeContract(t, async (sub, clock) => aStore(await aTable(sub), clock))
}
