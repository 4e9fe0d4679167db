/**
 * The daemon's time, as its last word told it: a browser whose clock is wrong counts down rightly all the same.
 */
import { useEffect, useState } from 'preact/hooks'

/** Of the daemon's clock minus ours; 0 until it has spoken. */
let aheadMs = 0

export function setDaemonTime(rfc3339: string): void {
  const at = Date.parse(rfc3339)
  if (Number.isFinite(at)) aheadMs = at - Date.now()
}

/** Milliseconds since the epoch, by the daemon's clock. */
export function now(): number {
  return Date.now() + aheadMs
}

/** The time, and a drawing of it every `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const [, redraw] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => redraw((n) => n + 1), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now()
}
