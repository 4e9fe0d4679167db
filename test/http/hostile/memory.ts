/**
 * What is left in memory once everything that can go is gone.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { settle } from '../handClock.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes in use: on the heap, and outside of it in buffers. */
export async function inUse(): Promise<{ readonly heap: number; readonly outside: number }> {
  for (let i = 0; i < 4; i += 1) {
    await settle()
    collect()
  }
  const { heapUsed, external } = process.memoryUsage()
  return { heap: heapUsed, outside: external }
}
