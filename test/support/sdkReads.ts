/**
 * As the SDK repeats a call that failed: a read has three attempts with growing waits where the failure may pass, a write has one. For
 * worlds that take the place of the SDK's client.
 */
import type { Access } from '../../src/aws/aws.ts'
import type { Ms } from '../../src/core/time.ts'

const ATTEMPTS = 3

/** @param attempt that has failed, from 1 on */
export function repeats(access: Access, attempt: number, err: unknown): boolean {
  const status = (err as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0
  const passing = status >= 500 || (err as Error).name.startsWith('Throttling')
  return access === 'read' && attempt < ATTEMPTS && passing
}

export function waitAfter(attempt: number): Ms {
  return Math.random() * 100 * 2 ** attempt
}
