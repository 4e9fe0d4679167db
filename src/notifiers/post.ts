/**
 * One POST of JSON, and what its answer means for a delivery. Follows no redirect, as that could lead a message anywhere; never
 * keeps or shows the address or what was answered.
 */
import type { Delivery } from './notifier.ts'

const AGENT = 'sluice-notify'

/** Timeout, too early, too many: said of the moment, not of the message. */
const LATER = new Set([408, 425, 429])

/** Ends when `signal` aborts. Never throws. */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal
): Promise<Delivery> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'user-agent': AGENT, ...headers },
      redirect: 'manual',
      signal
    })
    await response.body?.cancel().catch(() => undefined)
    return deliveryOf(response.status, response.headers.get('retry-after'))
  } catch (err) {
    return { kind: 'retry', detail: signal.aborted ? 'Timeout' : codeOf(err) }
  }
}

export function deliveryOf(status: number, retryAfter: string | null): Delivery {
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const detail = `HTTP ${status}`
  if (status < 500 && !LATER.has(status)) return { kind: 'refused', detail }
  const seconds = retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : null
  return { kind: 'retry', detail, ...(seconds === null ? {} : { afterMs: seconds * 1000 }) }
}

/** `ECONNREFUSED` and the like: the message of a failed fetch may hold the address. */
function codeOf(err: unknown): string {
  const cause = err instanceof Error ? err.cause : undefined
  for (const one of [cause, err]) {
    if (typeof one === 'object' && one !== null && 'code' in one && typeof one.code === 'string') return one.code
  }
  return err instanceof Error ? err.name : 'Error'
}
