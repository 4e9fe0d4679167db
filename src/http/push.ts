/**
 * Writes to a stream no faster than its reader takes it: one that takes nothing for too long is cut off, and can come back.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Ms } from '../core/time.ts'

/** A reader that takes nothing for so long is cut off. */
export const STALLED_MS: Ms = 60_000

export interface Reader {
  readonly response: ServerResponse
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Writes, and waits while the reader's buffer is full. Never rejects. */
export async function push({ response, clock, signal }: Reader, text: string): Promise<void> {
  if (signal.aborted || response.destroyed || response.write(text)) return
  const patience = clock.timeout(STALLED_MS, signal)
  try {
    await once(response, 'drain', { signal: patience.signal })
  } catch {
    response.destroy()
  } finally {
    patience.clear()
  }
}
