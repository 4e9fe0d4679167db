/**
 * Checks texts of strangers in a thread of its own: YAML can be written so that reading it takes minutes, and no decision may
 * wait for that. One text at a time; a text that takes too long is given up, and the thread with it.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { Ms } from '../core/time.ts'
import { ShiftError } from '../errors.ts'
import type { Validation } from './validateText.ts'

/** No file that a person writes takes a hundredth of it; the first text also waits for the thread to start. */
export const LONGEST_MS: Ms = 10_000
/** Texts that may wait for their turn. */
export const WAITING_MOST = 20
const MEMORY_MOST_MB = 256
const RETRY_AFTER_S = 10

export type CheckText = (text: string) => Promise<Validation>

/** What the thread is asked. */
export interface Asked {
  readonly text: string
  readonly region: string | null
}

/**
 * `region`: of the daemon's settings. What it gives rejects with `invalid_request` where the text takes too long or too much
 * memory, and with `too_many_requests` where too many wait. Without a text the thread does not keep the process alive.
 */
export function checkApart({ clock, region }: { readonly clock: Clock; readonly region: string | null }): CheckText {
  let thread: Worker | null = null
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  const check = async (text: string): Promise<Validation> => {
    const worker = (thread ??= start())
    const patience = clock.timeout(LONGEST_MS)
    try {
      worker.ref()
      worker.postMessage({ text, region } satisfies Asked)
      const [answer] = (await once(worker, 'message', { signal: patience.signal })) as [Validation]
      return answer
    } catch (error) {
      thread = null
      await worker.terminate()
      if (patience.signal.aborted || isOutOfMemory(error)) throw tooComplicated()
      throw error
    } finally {
      patience.clear()
      worker.unref()
    }
  }

  return async (text) => {
    if (waiting >= WAITING_MOST) {
      throw new ShiftError('too_many_requests', `${waiting} texts wait to be checked; ${WAITING_MOST} may`, {
        extra: { retryAfter: RETRY_AFTER_S }
      })
    }
    waiting += 1
    const turn = last.then(
      () => check(text),
      () => check(text)
    )
    last = turn
    return turn.finally(() => (waiting -= 1))
  }
}

function start(): Worker {
  const worker = new Worker(new URL('./checkThread.ts', import.meta.url), {
    // Nothing of the daemon's environment can be reached from a request.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MOST_MB }
  })
  worker.unref()
  return worker
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

function tooComplicated(): ShiftError {
  return new ShiftError(
    'invalid_request',
    `the text is too complicated to be checked: it takes more than ${LONGEST_MS / 1000} s, or more than ${MEMORY_MOST_MB} MB; split it`
  )
}
