/**
 * A process that opens the database of its first argument, says `open`, and holds it until it is killed.
 */
import { makeStore } from '../../../../src/stores/index.ts'
import { setClock } from '../../../support/setClock.ts'

const store = makeStore({ type: 'sqlite', path: process.argv[2] ?? '' }, setClock())
await store.ping()
process.stdout.write('open\n')
process.stdin.resume()
