/**
 * Requests that stay open (waits and event streams): each gets a signal that aborts when its client leaves or when the daemon
 * closes, so that neither holds the other up and nothing is left behind.
 */
import type { ServerResponse } from 'node:http'

export interface Lifetime {
  /** A signal for one response. `done` must be called when the answer is complete. */
  open(response: ServerResponse): { readonly signal: AbortSignal; done(): void }
  /** How many are open. */
  count(): number
  /** Aborts all of them, and every later one at once. */
  close(): void
}

export function makeLifetime(): Lifetime {
  const open = new Set<AbortController>()
  let closed = false
  return {
    open: (response) => {
      const controller = new AbortController()
      const leave = () => {
        open.delete(controller)
        controller.abort()
      }
      if (closed || response.destroyed) controller.abort()
      else {
        open.add(controller)
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
      for (const controller of open) controller.abort()
      open.clear()
    }
  }
}
