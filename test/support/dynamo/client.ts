/**
 * What stands in for an SDK client of DynamoDB in virtual time: a call travels, happens, and its answer travels back; calls and
 * answers can be lost. Repeats as the SDK does.
 */
import type { AwsClient } from '../../../src/aws/client.ts'
import type { Clock } from '../../../src/clock.ts'
import type { Ms } from '../../../src/core/time.ts'
import { failure, type Shelf } from './shelf.ts'

/**
 * - `refused`: 500, and nothing happened · `throttled`: not now
 * - `deaf`: it happens, and a 500 comes back · `lost`: nothing arrives, and nothing comes back · `late`: it happens, and nothing comes back
 * - `slow`: it happens when nobody waits for it any more
 */
export type Fate = 'fine' | 'refused' | 'throttled' | 'deaf' | 'lost' | 'late' | 'slow'

export interface Reach {
  latencyMs: Ms
  /** What becomes of each attempt of each call. */
  fate: (operation: string, input: object) => Fate
}

const ATTEMPTS = 3
const PAUSE_MS: Ms = 50
/** Longer than any call of the store. */
const SLOW_MS: Ms = 9_000

export function aReach(latencyMs: Ms = 8): Reach {
  return { latencyMs, fate: () => 'fine' }
}

/** `by`: whose calls they are. `clock` is the process's own. */
export function dynamoClient(shelf: Shelf, reach: Reach, clock: Clock, by: string): AwsClient {
  const attempt = async (operation: string, input: object): Promise<object> => {
    const fate = reach.fate(operation, input)
    // One wait for both ways: what is lost on the way back is decided by the fate, not by the time.
    await clock.sleep(fate === 'slow' ? SLOW_MS : reach.latencyMs)
    if (fate === 'lost') return new Promise(() => undefined)
    if (fate === 'refused') throw failure('InternalServerError', 500)
    if (fate === 'throttled') throw failure('ThrottlingException')
    const output = shelf.carryOut(operation, input, by)
    if (fate === 'late' || fate === 'slow') return new Promise(() => undefined)
    if (fate === 'deaf') throw failure('InternalServerError', 500)
    return { ...output, $metadata: { httpStatusCode: 200, attempts: 1 } }
  }
  return {
    send: async <O extends object>(command: { readonly input: object }, options: { abortSignal: AbortSignal }) => {
      const operation = command.constructor.name.replace(/Command$/, '')
      for (let tries = 1; ; tries += 1) {
        try {
          return (await attempt(operation, command.input)) as O
        } catch (error) {
          const { name } = error as Error
          const passing = name === 'InternalServerError' || name === 'ThrottlingException'
          if (!passing || tries === ATTEMPTS || options.abortSignal.aborted) throw error
          await clock.sleep(PAUSE_MS * tries)
        }
      }
    },
    destroy: () => undefined
  }
}
