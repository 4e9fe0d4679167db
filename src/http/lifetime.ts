/**
 * Requests that stay open (waits and event streams): each gets a signal that aborts when its client leaves or when the daemon
 * closes, so that neither holds the other up and nothing is left behind.
 */
import type { ServerResponse } from 'node:http'
import { ShiftError } from '../errors.ts'

/** Fewer than the server takes connections, so that orders always find one. */
export const OPEN_MOST = 2_000
/** Of one caller, so that nobody takes all of them. */
export const OPEN_MOST_EACH = 500
/** Streams end when they end; a client that comes back later may find room. */
const RETRY_AFTER_S = 10

export interface Lifetime {
  /**
   * A signal for one response of `who`. `done` must be called when the answer is complete. Throws `too_many_requests` where this
   * caller, or all of them together, hold as many open as may be.
   */
  open(response: ServerResponse, who: string): { readonly signal: AbortSignal; done(): void }
  /** How many are open. */
  count(): number
  /** Aborts all of them, and every later one at once. */
  close(): void
}

export function makeLifetime(): Lifetime {
  const open = new Map<AbortController, string>()
  let closed = false
  return {
    open: (response, who) => {
      refuseTooMany(open, who)
      const controller = new AbortController()
      const leave = () => {
        open.delete(controller)
        controller.abort()
      }
      if (closed || response.destroyed) controller.abort()
      else {
        open.set(controller, who)
        response.once('close', leave)
      }
      return {
        signal: controller.signal,
        done: () => {
          open.delete(controller)
          response.removeListener('close', leave)
        }
      }
    },
    count: () => open.size,
    close: () => {
      closed = true
      for (const controller of open.keys()) controller.abort()
      open.clear()
    }
  }
}

function refuseTooMany(open: ReadonlyMap<AbortController, string>, who: string): void {
  const own = [...open.values()].filter((each) => each === who).length
  if (open.size < OPEN_MOST && own < OPEN_MOST_EACH) return
  const [count, most] = own < OPEN_MOST_EACH ? [open.size, OPEN_MOST] : [own, OPEN_MOST_EACH]
  const whose = own < OPEN_MOST_EACH ? 'there are' : `${who} holds`
  throw new ShiftError(
    'too_many_requests',
    `${whose} ${count} waits and event streams open, and ${most} may be; close some, or ask without waiting`,
    { extra: { retryAfter: RETRY_AFTER_S } }
  )
}
